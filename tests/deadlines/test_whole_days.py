"""Limits in whole days end with their day, whatever the time of day they began, against a count of days."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from governance.calendars.worktime import WorkCalendar, WorkSeason
from governance.deadlines import timing
from governance.deadlines.terms import Span, Term, Unit

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31))


# Of the calendar whole days need the zone alone.
CALENDAR = WorkCalendar(ZoneInfo("Asia/Shanghai"), (WorkSeason((1, 1), (12, 31), ((),) * 7),), {})


def local(moment: datetime) -> datetime:
    """The moment in the district's zone."""
    return moment.replace(microsecond=0, tzinfo=CALENDAR.zone)


@given(MOMENTS, st.integers(1, 400))
def test_the_limit_is_the_last_second_of_its_day(moment, days) -> None:
    start = local(moment)
    due = timing.due(start, [Span(days, Unit.WHOLE_DAYS)], CALENDAR)
    day = start.date()
    for _ in range(days):
        day += timedelta(days=1)
    assert (due.date(), due.hour, due.minute, due.second) == (day, 23, 59, 59)


@given(MOMENTS, st.integers(0, 10**7))
def test_what_a_pause_left_ends_with_its_day_and_what_was_late_stays_as_late(moment, seconds) -> None:
    start = local(moment)
    rest = timing.rest(seconds, Unit.WHOLE_DAYS)
    due = timing.due(start, [rest], CALENDAR)
    assert start + timedelta(seconds=seconds) <= due < start + timedelta(seconds=seconds, days=1)
    assert (due.hour, due.minute, due.second) == (23, 59, 59)
    late = timing.rest(-seconds - 1, Unit.WHOLE_DAYS)
    assert timing.due(start, [late], CALENDAR) == start - timedelta(seconds=seconds + 1)


def test_a_policy_may_say_it() -> None:
    assert Term.parse({"amount": 7, "unit": "whole_days"}).span.text == "7 个整天"
