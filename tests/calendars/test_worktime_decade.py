"""Ten years of working time against a count of every minute in them, and how the work grows with the span."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.calendars import worktime
from governance.calendars.worktime import HORIZON_YEARS, WorkCalendar, WorkSeason
from tests.calendars.test_worktime import LATE, LUNCH, SHANGHAI, local, week, worked_minute

FIRST, LAST = date(2020, 1, 1), date(2030, 1, 1)
START = local(2020, 1, 1)
MINUTES = (LAST - FIRST).days * 1440
# Windows that end at midnight, begin at it, and do both on days that follow each other; one minute alone.
NIGHT = ((0, 480), (1200, 1440))
EDGES = ((0, 1), (690, 691), (1439, 1440))


def _holidays() -> dict[date, int | None]:
    """Holidays and make-up days in each year; also a weekday with a Sunday's hours, and a Sunday with a Friday's."""
    special: dict[date, int | None] = {}
    for year in range(2019, 2031):
        special |= {date(year, 10, day): None for day in range(1, 8)} | {date(year, 1, 1): None}
        special |= {date(year, 9, 28): 0, date(year, 10, 11): 4, date(year, 5, 6): 6, date(year, 12, 31): 2}
    return special


def _calendar(summer, winter, saturday=(), sunday=()) -> WorkCalendar:
    seasons = (
        WorkSeason((5, 1), (9, 30), week(summer, saturday, sunday)),
        WorkSeason((10, 1), (4, 30), week(winter, saturday, sunday)),
    )
    return WorkCalendar(SHANGHAI, seasons, _holidays())


CALENDARS = {
    "office": _calendar(LATE, LUNCH),
    "night": _calendar(NIGHT, NIGHT, saturday=((0, 480),), sunday=((1200, 1440),)),
    "round the clock": _calendar(((0, 1440),), LUNCH, saturday=((0, 1440),)),
    "edges": _calendar(EDGES, NIGHT, sunday=EDGES),
}


@cache
def worked_before(name: str) -> array:
    """For each minute of the ten years, how many worked minutes lie before it: every one asked by the definition.

    Days with the same windows are asked once, minute by minute, and used again: 5.26 million minutes in a second.
    """
    calendar = CALENDARS[name]
    asked: dict[object, list[bool]] = {}
    worked: list[bool] = []
    for number in range((LAST - FIRST).days):
        day = FIRST + timedelta(days=number)
        season = next(at for at, season in enumerate(calendar.seasons) if season.covers(day))
        key = season, calendar.special.get(day, day.weekday())
        if key not in asked:
            midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
            asked[key] = [worked_minute(calendar, midnight + timedelta(minutes=minute)) for minute in range(1440)]
        worked += asked[key]
    return array("l", accumulate(worked, initial=0))


def moment(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


names = st.sampled_from(sorted(CALENDARS))
days = st.integers(0, (LAST - FIRST).days - 1)
# Openings and closings, the minutes beside them, midnight; and any other.
edges = st.sampled_from(
    sorted({edge + by for span in (*LUNCH, *LATE, *NIGHT, *EDGES) for edge in span for by in (-1, 0, 1)})
)
minutes = st.builds(
    lambda day, at: min(max(day * 1440 + at, 0), MINUTES), days, st.one_of(edges, st.integers(0, 1440))
)  # fmt: skip


def test_the_slow_count_is_the_definition() -> None:
    """Every minute of an autumn asked anew: holidays, make-up days and the change of the hours lie in it."""
    first = (date(2026, 9, 15) - FIRST).days * 1440
    for name, calendar in CALENDARS.items():
        before = worked_before(name)
        for minute in range(first, first + 40 * 1440):
            assert before[minute + 1] - before[minute] == worked_minute(calendar, moment(minute))


@given(names, minutes, minutes)
@settings(max_examples=600, deadline=None)
def test_measuring_up_to_ten_years(name: str, first: int, last: int) -> None:
    calendar, before = CALENDARS[name], worked_before(name)
    assert calendar.working_minutes_between(moment(first), moment(last)) == before[last] - before[first]


@given(names, minutes, minutes)
@settings(max_examples=600, deadline=None)
def test_adding_and_subtracting_up_to_ten_years(name: str, here: int, there: int) -> None:
    """As much as lies between two moments: forward to the earliest minute that has it, back to the latest."""
    calendar, before = CALENDARS[name], worked_before(name)
    here, there = min(here, there), max(here, there)
    amount = before[there] - before[here]
    if not amount:
        assert calendar.add_working(moment(here), 0) == moment(here)
        return
    assert calendar.add_working(moment(here), amount) == moment(bisect_left(before, before[here] + amount))
    assert calendar.add_working(moment(there), -amount) == moment(bisect_right(before, before[there] - amount) - 1)


@given(names, minutes, st.integers(1, 2400))
@settings(max_examples=400, deadline=None)
def test_working_days_up_to_ten_years(name: str, here: int, amount: int) -> None:
    """So many working dates lie after the start's, up to and including the end's; counted date by date."""
    calendar = CALENDARS[name]
    due = calendar.add_working_days(moment(here), amount)
    day, count = calendar.next_working(moment(here)).date(), 0
    while day < due.date():
        day += timedelta(days=1)
        count += calendar.is_working_day(day)
    # A limit that ends at 24:00 ends at the next day's first moment.
    assert count in ({amount, amount + 1} if (due.hour, due.minute) == (0, 0) else {amount})
    assert calendar.working_days_between(moment(here), due) == amount


# -- how the work grows --------------------------------------------------------------------------------------------


class Steps:
    """Comparisons of the binary searches, and years that were looked up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken = 0
        monkeypatch.setattr(worktime, "bisect_left", lambda row, value: self._search(row, lambda one: one < value))
        monkeypatch.setattr(worktime, "bisect_right", lambda row, value: self._search(row, lambda one: one <= value))
        look_up = WorkCalendar._year

        def counted(calendar, number):
            self.taken += 1
            return look_up(calendar, number)

        monkeypatch.setattr(WorkCalendar, "_year", counted)

    def _search(self, row, goes_right) -> int:
        low, high = 0, len(row)
        while low < high:
            self.taken += 1
            middle = (low + high) // 2
            low, high = (middle + 1, high) if goes_right(row[middle]) else (low, middle)
        return low

    def of(self, call) -> int:
        """How many the call takes, its years being known."""
        call()
        self.taken = 0
        call()
        return self.taken


def _calls(calendar: WorkCalendar, years: int) -> dict[str, object]:
    start, end = local(2000, 3, 2, 9, 13), local(2000 + years, 3, 2, 16, 41)
    return {
        "measuring": lambda: calendar.working_seconds_between(start, end),
        **({} if years > HORIZON_YEARS else {
            "counting days": lambda: calendar.working_days_between(start, end),
            "adding": lambda: calendar.add_working(start, years * 90_000),
            "subtracting": lambda: calendar.add_working(end, -years * 90_000),
            "adding days": lambda: calendar.add_working_days(start, years * 240),
        }),
    }  # fmt: skip


def test_ten_times_the_span_takes_a_few_steps_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """log₂ 10 < 4 more in each of at most three searches over years; inside a year the span makes no difference."""
    calendar = _calendar(LATE, LUNCH)
    steps = Steps(monkeypatch)
    # All years that any of them needs are known, as in a process that has run for a while.
    steps.of(lambda: calendar.working_seconds_between(local(1999, 1, 1), local(2101, 1, 1)))
    taken = {years: {name: steps.of(call) for name, call in _calls(calendar, years).items()} for years in (1, 10, 100)}
    for few, many in ((1, 10), (10, 100)):
        for name in taken[many]:
            assert taken[many][name] - taken[few][name] <= 12, (name, taken)
    assert max(taken[100].values()) < 120
