import pytest

from governance.calendars.defaults import ensure_default_calendar
from governance.scope import Actor, Role, UnitKind


@pytest.fixture
def calendar(db):
    """The district's calendar as it ships."""
    return ensure_default_calendar()


@pytest.fixture
def centre():
    """A person of the district centre."""
    return Actor(7, "李敏", 70, Role.DISTRICT_CENTRE, 1, "区网格中心", UnitKind.DISTRICT, district_id=1)


@pytest.fixture
def street(centre):
    """A person of a street, who may not change the calendar."""
    return Actor(8, "王秀兰", 80, Role.STREET_STAFF, 2, "街道", UnitKind.STREET, district_id=1, street_id=2)
