"""When a site is open, against a version that asks every single minute."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from grids.sites import hours
from grids.sites.hours import AS_WEEKLY, CLOSED, DAY, Differing, Times

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)
MORNING, AFTERNOON = (510, 690), (810, 1020)
OFFICE = ((MORNING, AFTERNOON),) * 5 + ((), (), ())


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def times(**changes) -> Times:
    values = {
        "week": OFFICE, "on_holidays": AS_WEEKLY, "differing": (), "holidays": frozenset(), "zone": ZONE,
    }  # fmt: skip
    return Times(**(values | changes))


class TestADay:
    def test_the_week_holds_where_nothing_else_is_said(self):
        assert hours.windows_on(times(), MONDAY) == (MORNING, AFTERNOON)
        assert hours.windows_on(times(), MONDAY + timedelta(days=5)) == ()

    def test_a_holiday_without_a_word_is_a_day_of_the_week(self):
        assert hours.windows_on(times(holidays=frozenset({MONDAY})), MONDAY) == (MORNING, AFTERNOON)

    def test_a_site_may_close_on_holidays_or_keep_hours_of_its_own(self):
        closed = times(holidays=frozenset({MONDAY}), on_holidays=CLOSED)
        own = times(holidays=frozenset({MONDAY}), on_holidays="own", week=(*OFFICE[:7], ((0, DAY),)))
        assert hours.windows_on(closed, MONDAY) == ()
        assert hours.windows_on(closed, MONDAY + timedelta(days=1)) == (MORNING, AFTERNOON)
        assert hours.windows_on(own, MONDAY) == ((0, DAY),)

    def test_an_exception_goes_before_the_week_and_before_a_holiday(self):
        repairs = Differing(MONDAY, MONDAY + timedelta(days=2), ())
        duty = Differing(MONDAY + timedelta(days=5), MONDAY + timedelta(days=5), ((600, 660),))
        site = times(differing=(repairs, duty), holidays=frozenset({MONDAY}), on_holidays="own")
        assert [hours.windows_on(site, MONDAY + timedelta(days=n)) for n in (0, 2, 3, 5)] == [
            (), (), (MORNING, AFTERNOON), ((600, 660),),
        ]  # fmt: skip

    def test_before_its_first_day_and_from_its_closing_on_it_is_shut(self):
        site = times(opened_on=MONDAY, closed_on=MONDAY + timedelta(days=1))
        assert [bool(hours.windows_on(site, MONDAY + timedelta(days=n))) for n in (-3, 0, 1)] == [False, True, False]


class TestAMoment:
    def test_a_window_holds_its_first_minute_and_not_its_last(self):
        asked = [(8, 29), (8, 30), (11, 29), (11, 30), (13, 30), (17, 0)]
        found = [hours.is_open(times(), at(MONDAY, *moment)) for moment in asked]
        assert found == [False, True, True, False, True, False]

    def test_the_next_opening_is_after_lunch_then_tomorrow_then_after_the_weekend(self):
        friday = MONDAY + timedelta(days=4)
        assert hours.next_opening(times(), at(MONDAY, 11, 45)) == at(MONDAY, 13, 30)
        assert hours.next_opening(times(), at(MONDAY, 17, 0)) == at(MONDAY + timedelta(days=1), 8, 30)
        assert hours.next_opening(times(), at(friday, 18)) == at(MONDAY + timedelta(days=7), 8, 30)

    def test_a_door_that_never_shuts_never_opens(self):
        always = times(week=((((0, DAY),),) * 8))
        assert hours.is_open(always, at(MONDAY))
        assert hours.next_opening(always, at(MONDAY)) is None
        assert hours.open_until(always, at(MONDAY)) is None

    def test_a_site_without_hours_does_not_open(self):
        assert hours.next_opening(times(week=((),) * 8), at(MONDAY)) is None

    def test_it_says_until_when_also_past_midnight(self):
        late = times(week=(((1200, DAY),), ((0, 60),), *((),) * 6))
        assert hours.open_until(times(), at(MONDAY, 9)) == at(MONDAY, 11, 30)
        assert hours.open_until(late, at(MONDAY, 21)) == at(MONDAY + timedelta(days=1), 1)
        assert hours.open_until(late, at(MONDAY, 9)) is None

    def test_words(self):
        assert hours.told((AFTERNOON, MORNING)) == "08:30—11:30、13:30—17:00"
        assert hours.told(((0, 600), (600, DAY))) == "全天"
        assert hours.told(()) == "不开放"


# Windows on few marks, midnight among them, so that they often touch each other and the day's ends.
MARKS = (0, 1, 480, 700, 701, 1200, 1439, DAY)
WINDOWS = st.lists(st.sampled_from(list(combinations(MARKS, 2))), max_size=3).map(tuple)
NEAR = st.integers(-3, 12).map(lambda n: MONDAY + timedelta(days=n))
DIFFERING = st.builds(
    lambda first, length, windows: Differing(first, first + timedelta(days=length), windows),
    NEAR, st.integers(0, 3), WINDOWS,
)  # fmt: skip
SITES = st.builds(
    times,
    week=st.lists(WINDOWS, min_size=8, max_size=8).map(tuple),
    on_holidays=st.sampled_from([AS_WEEKLY, CLOSED, "own"]),
    holidays=st.frozensets(NEAR, max_size=4),
    differing=st.lists(DIFFERING, max_size=2).map(tuple),
    opened_on=st.one_of(st.just(date.min), NEAR),
    closed_on=st.one_of(st.none(), NEAR),
)
MINUTES = 9 * DAY


def slowly_open(site: Times, day: date, minute: int) -> bool:
    """The rule, read aloud, of one minute."""
    if day < site.opened_on or (site.closed_on and day >= site.closed_on):
        return False
    named = [one for one in site.differing if one.first <= day <= one.last]
    if named:
        windows = named[0].windows
    elif day in site.holidays and site.on_holidays == CLOSED:
        windows = ()
    elif day in site.holidays and site.on_holidays == "own":
        windows = site.week[7]
    else:
        windows = site.week[day.weekday()]
    return any(start <= minute < end for start, end in windows)


@given(SITES, st.integers(0, DAY - 1))
@settings(max_examples=150, deadline=None)
def test_every_minute_agrees_with_the_slow_version(site, start):
    now = at(MONDAY) + timedelta(minutes=start)
    line = [slowly_open(site, MONDAY + timedelta(days=m // DAY), m % DAY) for m in range(start, start + MINUTES)]
    assert hours.is_open(site, now) == line[0]
    openings = (m for m in range(1, MINUTES) if line[m] and not line[m - 1])
    expected = next(openings, None)
    found = hours.next_opening(site, now)
    if expected is not None:
        assert found == now + timedelta(minutes=expected)
    else:
        assert found is None or found >= now + timedelta(minutes=MINUTES)
    if line[0] and False in line:
        assert hours.open_until(site, now) == now + timedelta(minutes=line.index(False))
