import pytest

from governance.calendars.defaults import ensure_default_calendar
from tests.deadlines import plant as plants


@pytest.fixture
def plant(db):
    """The test's own subject and its handler, and the district's calendar."""
    ensure_default_calendar()
    return plants.make_tables()


@pytest.fixture
def committed_plant(transactional_db):
    """The same, committed, for tests with several connections."""
    ensure_default_calendar()
    yield plants.make_tables()
    with plants.connection.cursor() as cursor:
        cursor.execute("DROP TABLE plant_subject, plant_card")


@pytest.fixture
def subject(plant):
    """One subject."""
    return plants.add_subjects(1)[0]
