"""Keyset paging: the pages together are the whole order, whatever is written meanwhile; no cursor breaks it."""

from __future__ import annotations

import base64
import datetime as dt
import json

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from governance.outbox.models import InboxItem
from governance.ui.paging import Cursor, Order, decode, encode, paginate
from tests.ui.conftest import make_rows

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
ORDERS = (
    Order("new", "", ("-created_at",)),
    Order("old", "", ("created_at",)),
    Order("read", "", ("read_at",)),
    Order("unread", "", ("-read_at", "-created_at")),
    Order("level", "", ("level", "title")),
)
REPEATED = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
moments = st.integers(0, 3).map(lambda hours: NOW + dt.timedelta(hours=hours))
items = st.tuples(moments, st.none() | moments, st.sampled_from(["info", "soon", "over"]))


def fill(drawn, start: int = 0) -> None:
    InboxItem.objects.bulk_create(
        InboxItem(user_id=1, key=f"{start}-{n}", level=level, title="同名", created_at=created, read_at=read)
        for n, (created, read, level) in enumerate(drawn)
    )


def in_order(order: Order) -> list[int]:
    """The whole list by plain Python: by the fields, what has no value last, then by key."""
    rows = list(InboxItem.objects.all())

    def key(row):
        return tuple(getattr(row, name) for name in order.names)

    first = order.names[0]
    valued = sorted((row for row in rows if getattr(row, first) is not None), key=key, reverse=order.descending)
    empty = sorted(
        (row for row in rows if getattr(row, first) is None), key=lambda row: key(row)[1:], reverse=order.descending
    )
    return [row.pk for row in valued + empty]


def walk(order: Order, size: int, between=lambda: None) -> list[list[int]]:
    pages, after = [], ""
    while True:
        page = paginate(InboxItem.objects.all(), order, after=after, size=size)
        pages.append([row.pk for row in page.rows])
        if not page.next:
            return pages
        after = page.next
        between()


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.key)
@REPEATED
@given(drawn=st.lists(items, max_size=25), size=st.integers(1, 7))
def test_the_pages_together_are_the_whole_order(order, drawn, size):
    InboxItem.objects.all().delete()
    fill(drawn)
    pages = walk(order, size)
    assert [pk for page in pages for pk in page] == in_order(order)
    assert all(len(page) == size for page in pages[:-1])


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.key)
@REPEATED
@given(drawn=st.lists(items, min_size=1, max_size=25), size=st.integers(1, 7))
def test_going_back_shows_the_pages_that_were_left(order, drawn, size):
    InboxItem.objects.all().delete()
    fill(drawn)
    pages, after = [], ""
    while True:
        page = paginate(InboxItem.objects.all(), order, after=after, size=size)
        pages.append((page.first, [row.pk for row in page.rows]))
        if not page.next:
            break
        after = page.next
    for expected in reversed(pages[:-1]):
        page = paginate(InboxItem.objects.all(), order, after=page.previous, size=size)
        assert (page.first, [row.pk for row in page.rows]) == expected
    assert page.previous == ""


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.key)
@REPEATED
@given(drawn=st.lists(items, min_size=5, max_size=20), added=st.lists(items, min_size=1, max_size=3))
def test_rows_written_meanwhile_make_no_gap_and_no_double(order, drawn, added):
    InboxItem.objects.all().delete()
    fill(drawn)
    before = in_order(order)
    turns = iter(range(1, 4))

    def write():
        for turn in turns:
            fill(added, turn)
            return

    seen = [pk for page in walk(order, 3, write) for pk in page]
    assert len(seen) == len(set(seen))
    assert [pk for pk in seen if pk in set(before)] == before


def test_all_that_was_there_is_seen_once_while_rows_are_written():
    make_rows(60, NOW)
    there = in_order(ORDERS[1])
    written = iter(range(5))

    def write():
        for n in written:
            InboxItem.objects.create(user_id=1, key=f"late-{n}", title="后", created_at=NOW - dt.timedelta(days=n - 2))
            return

    seen = [pk for page in walk(ORDERS[1], 7, write) for pk in page]
    assert [pk for pk in seen if pk in set(there)] == there
    assert len(seen) == len(set(seen))


def test_the_last_row_of_a_page_may_go_meanwhile():
    make_rows(10, NOW)
    order = ORDERS[0]
    page = paginate(InboxItem.objects.all(), order, size=4)
    rest = in_order(order)[4:]
    page.rows[-1].delete()
    assert [row.pk for row in paginate(InboxItem.objects.all(), order, after=page.next, size=10).rows] == rest


def test_a_page_whose_rows_are_all_gone_is_the_first_one():
    rows = make_rows(6, NOW)
    page = paginate(InboxItem.objects.all(), ORDERS[0], size=4)
    InboxItem.objects.filter(pk__in=[row.pk for row in rows[4:]]).delete()
    again = paginate(InboxItem.objects.all(), ORDERS[0], after=page.next, size=4)
    assert (again.first, len(again.rows)) == (1, 4)


def test_any_depth_is_one_comparison_of_rows_with_an_index():
    make_rows(40, NOW)
    page = paginate(InboxItem.objects.filter(user_id=1), ORDERS[0], size=10)
    with CaptureQueriesContext(connection) as queries:
        paginate(InboxItem.objects.filter(user_id=1), ORDERS[0], after=page.next, size=10)
    assert len(queries) == 1
    sql = queries[0]["sql"]
    assert "OFFSET" not in sql
    with connection.cursor() as cursor:
        # Forty rows are too few for the planner to care: leave it the one plan that many rows would get.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "inbox_newest_first" in plan
    assert "ROW(" in plan.split("Index Cond")[1]
    assert "Sort" not in plan


def test_an_order_runs_in_one_direction():
    with pytest.raises(ImproperlyConfigured):
        paginate(InboxItem.objects.all(), Order("mixed", "", ("-created_at", "title")))


def test_an_order_names_fields_that_exist():
    with pytest.raises(ImproperlyConfigured):
        paginate(InboxItem.objects.all(), Order("none", "", ("nothing",)))


def packed(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60) | plain.map(packed) | st.lists(plain, min_size=4, max_size=5).map(packed))
@example("A" * 2000)
@example(packed(["2026-11-23T02:00:00+00:00", 10**30, 0, 0]))
@example(packed(["2026-11-23T02:00:00", 1, 0, 0]))
@example(packed(["0001-01-01T00:00:00+23:59", 1, 0, 0]))
@example(packed(["9999-12-31T23:59:59-23:59", 1, 0, 0]))
@example(packed(["2026-11-23T02:00:00+00:00", None, 0, 0]))
@example(packed(["\x00", 1, 0, 0]))
@example(packed(["2026-11-23T02:00:00+00:00", 1, 2, 0]))
@example(packed(["2026-11-23T02:00:00+00:00", 1, 0, -1]))
@example(packed([[[[]]], 1, 0, 0]))
@example("%00")
def test_no_cursor_breaks_a_list(text):
    if not InboxItem.objects.exists():
        make_rows(5, NOW)
    for order in ORDERS:
        assert len(paginate(InboxItem.objects.all(), order, after=text, size=3).rows) in range(1, 4)


def test_a_cursor_of_another_order_gives_the_first_page():
    make_rows(9, NOW)
    other = paginate(InboxItem.objects.all(), ORDERS[4], size=4).next
    assert paginate(InboxItem.objects.all(), ORDERS[0], after=other, size=4).first == 1


def test_a_cursor_survives_its_way_through_an_address():
    order = ORDERS[3]
    fields = [InboxItem._meta.get_field(name if name != "pk" else "id") for name in order.names]
    cursor = Cursor((NOW, NOW, 7), True, 123)
    assert decode(encode(cursor), order, fields) == cursor
