"""The lock that most handlers share: rows of one model, by primary key."""

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext

from governance.deadlines.subjects import SubjectRows
from grids.models import Unit


class Units(SubjectRows):
    model = Unit


@pytest.mark.django_db
def test_the_rows_that_are_there_in_the_order_of_their_keys(district) -> None:
    ids = sorted([district.grid_1.pk, district.street_1.pk, district.community_1.pk])
    assert Units().lock([*reversed(ids), 2**40], skip_locked=False) == ids
    assert Units().lock([], skip_locked=True) == []


@pytest.mark.django_db
def test_the_row_alone_is_locked_in_one_statement(district) -> None:
    with CaptureQueriesContext(connections["default"]) as queries:
        Units().lock([district.grid_1.pk], skip_locked=False)
    (only,) = queries.captured_queries
    assert only["sql"].endswith('ASC FOR UPDATE OF "grids_unit"')


@pytest.mark.django_db(transaction=True)
def test_what_another_holds_is_left_out_if_asked(district) -> None:
    held, free = district.street_1.pk, district.street_2.pk
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM grids_unit WHERE id = %s FOR UPDATE", [held])
        with transaction.atomic():
            assert Units().lock([held, free], skip_locked=True) == [free]
        other.rollback()
        with transaction.atomic():
            assert Units().lock([held, free], skip_locked=True) == sorted([held, free])
    finally:
        other.close()
