"""Working-time arithmetic against a count that looks at every minute."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.calendars.worktime import HORIZON_YEARS, NoWorkingTime, WorkCalendar, WorkSeason, merged

SHANGHAI = ZoneInfo("Asia/Shanghai")
LUNCH = ((510, 690), (810, 1020))  # 08:30-11:30, 13:30-17:00
LATE = ((510, 690), (810, 1050))  # 08:30-11:30, 13:30-17:30
FREE = ()


def week(windows, saturday=FREE, sunday=FREE):
    return (windows,) * 5 + (saturday, sunday)


YEAR_ROUND = ((1, 1), (12, 31))


def plain(special=None, windows=LUNCH, zone=SHANGHAI):
    return WorkCalendar(zone, (WorkSeason(*YEAR_ROUND, week(windows)),), special or {})


def local(*parts):
    return datetime(*parts, tzinfo=SHANGHAI)


# -- the slow count ------------------------------------------------------------------------------------------------


def worked_minute(calendar, minute):
    """Whether the minute that starts at this local moment is worked, straight from the definition."""
    day = minute.date()
    weekday = calendar.special.get(day, day.weekday())
    if weekday is None:
        return False
    season = next((s for s in calendar.seasons if s.covers(day)), None)
    at = minute.hour * 60 + minute.minute
    return season is not None and any(start <= at < end for start, end in season.week[weekday])


def slow_minutes(calendar, start, end):
    count, minute = 0, start
    while minute < end:
        count += worked_minute(calendar, minute)
        minute += timedelta(minutes=1)
    return count


def slow_add(calendar, start, minutes):
    minute = start
    while minutes > 0:
        minutes -= worked_minute(calendar, minute)
        minute += timedelta(minutes=1)
    return minute


# -- what hypothesis draws -----------------------------------------------------------------------------------------

minutes_of_day = st.integers(0, 1440)
windows = st.one_of(
    st.sampled_from([FREE, LUNCH, LATE, ((0, 1440),), ((0, 480), (1200, 1440)), ((1439, 1440),), ((0, 1),)]),
    st.lists(st.tuples(minutes_of_day, minutes_of_day), max_size=3).map(
        lambda pairs: tuple(tuple(sorted(pair)) for pair in pairs)
    ),
)
weeks = st.tuples(*[windows] * 7)
month_days = st.sampled_from([(1, 1), (4, 30), (5, 1), (9, 30), (10, 1), (12, 31), (2, 28), (2, 29)])
seasons = st.lists(st.builds(WorkSeason, month_days, month_days, weeks), min_size=1, max_size=2)
first_day = date(2024, 1, 1)
days = st.integers(0, 800).map(lambda n: first_day + timedelta(days=n))
specials = st.dictionaries(days, st.one_of(st.none(), st.integers(0, 6)), max_size=30)
calendars = st.builds(lambda s, sp: WorkCalendar(SHANGHAI, tuple(s), sp), seasons, specials)
moments = st.builds(
    lambda day, minute: datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(minutes=minute),
    days,
    st.one_of(st.integers(0, 1439), st.sampled_from([0, 509, 510, 511, 689, 690, 691, 810, 1019, 1020, 1050, 1439])),
)
exact_moments = st.builds(lambda m, s: m + timedelta(seconds=s), moments, st.integers(0, 59))


@given(calendars, moments, st.integers(0, 12 * 1440))
@settings(max_examples=150, deadline=None)
def test_measuring_agrees_with_counting_minutes(calendar, start, span):
    end = start + timedelta(minutes=span)
    assert calendar.working_minutes_between(start, end) == slow_minutes(calendar, start, end)
    assert calendar.working_seconds_between(end, start) == -60 * slow_minutes(calendar, start, end)


@given(calendars, moments, st.integers(0, 3000))
@settings(max_examples=150, deadline=None)
def test_adding_agrees_with_counting_minutes(calendar, start, minutes):
    try:
        due = calendar.add_working(start, minutes)
    except NoWorkingTime:
        # Right only where all the years that are searched hold less than was asked for; measuring is held above.
        last = datetime(start.year + HORIZON_YEARS + 1, 1, 1, tzinfo=calendar.zone)
        assert calendar.working_minutes_between(start, last) < minutes
        return
    if due - start < timedelta(days=40):
        assert due == slow_add(calendar, start, minutes)
    assert calendar.working_minutes_between(start, due) == minutes


@given(calendars, moments)
@settings(max_examples=150, deadline=None)
def test_a_moment_is_working_when_its_minute_is(calendar, moment):
    assert calendar.is_working(moment) == worked_minute(calendar, moment)
    assert calendar.is_working(moment + timedelta(seconds=59)) == worked_minute(calendar, moment)


@given(calendars, exact_moments, st.integers(1, 900_000))
@settings(max_examples=300, deadline=None)
def test_adding_and_measuring_are_inverse_both_ways(calendar, start, seconds):
    try:
        due = calendar.add_working_seconds(start, seconds)
        back = calendar.add_working_seconds(start, -seconds)
    except NoWorkingTime:
        return
    assert calendar.working_seconds_between(start, due) == seconds
    assert calendar.working_seconds_between(back, start) == seconds
    # The earliest such instant, and the latest: one second nearer is one working second short.
    assert calendar.working_seconds_between(start, due - timedelta(seconds=1)) == seconds - 1
    assert calendar.working_seconds_between(back + timedelta(seconds=1), start) == seconds - 1


@given(calendars, exact_moments, exact_moments, exact_moments)
@settings(max_examples=300, deadline=None)
def test_measuring_is_additive(calendar, a, b, c):
    between = calendar.working_seconds_between
    assert between(a, b) + between(b, c) == between(a, c)


@given(calendars, exact_moments, st.integers(0, 10**6), st.integers(0, 10**5), st.integers(0, 10**5))
@settings(max_examples=300, deadline=None)
def test_adding_is_monotone(calendar, start, later, seconds, more):
    later_start = start + timedelta(seconds=later)
    try:
        here, there = calendar.add_working_seconds(start, seconds), calendar.add_working_seconds(later_start, seconds)
        longer = calendar.add_working_seconds(start, seconds + more)
    except NoWorkingTime:
        return
    assert here <= there
    assert here <= longer


@given(calendars, exact_moments, st.integers(0, 10**6), st.integers(1, 20))
@settings(max_examples=300, deadline=None)
def test_working_days_are_monotone_and_counted_back(calendar, start, later, amount):
    try:
        due = calendar.add_working_days(start, amount)
        next_due = calendar.add_working_days(start, amount + 1)
        later_due = calendar.add_working_days(start + timedelta(seconds=later), amount)
    except NoWorkingTime:
        return
    assert due < next_due
    assert due <= later_due
    assert calendar.working_days_between(start, due) == amount
    assert calendar.working_days_between(start, due - timedelta(seconds=1)) == amount - 1


@given(specials, exact_moments, st.integers(1, 30))
@settings(max_examples=200, deadline=None)
def test_with_equal_days_n_working_days_are_n_times_a_day_of_working_time(special, start, amount):
    """Where every working day has the same windows, days and seconds measure the same."""
    calendar = plain({day: None if like is None else 0 for day, like in special.items()})
    due = calendar.add_working_days(start, amount)
    assert calendar.working_seconds_between(start, due) == amount * 390 * 60
    assert calendar.add_working_days(due, -amount) == calendar.next_working(start)


@cache
def decade():
    """Ten years with a summer, holidays and make-up days in each."""
    special = {}
    for year in range(2020, 2030):
        special |= {date(year, 10, day): None for day in range(1, 8)}
        special |= {date(year, 1, 1): None, date(year, 9, 28): 0, date(year, 10, 11): 4}
    summer = WorkSeason((5, 1), (9, 30), week(LATE))
    winter = WorkSeason((10, 1), (4, 30), week(LUNCH))
    return WorkCalendar(SHANGHAI, (summer, winter), special)


def test_ten_years_agree_with_counting_minutes():
    start, end = local(2020, 1, 1), local(2030, 1, 1)
    total = 0
    day = start
    while day < end:
        total += sum(worked_minute(decade(), day + timedelta(minutes=minute)) for minute in range(0, 1440, 30)) * 30
        day += timedelta(days=1)
    assert decade().working_minutes_between(start, end) == total
    assert decade().add_working(start, total) == local(2029, 12, 31, 17)
    assert decade().add_working(local(2029, 12, 31, 17), -total) == local(2020, 1, 2, 8, 30)


# -- the rules, by example -----------------------------------------------------------------------------------------


def test_a_limit_used_up_at_closing_ends_there():
    assert plain().add_working(local(2026, 7, 6, 8, 30), 180) == local(2026, 7, 6, 11, 30)
    assert plain().add_working(local(2026, 7, 6, 8, 30), 181) == local(2026, 7, 6, 13, 31)
    assert plain().add_working(local(2026, 7, 6, 13, 30), 210) == local(2026, 7, 6, 17)


def test_an_opening_works_and_a_closing_does_not():
    calendar = plain()
    assert calendar.is_working(local(2026, 7, 6, 8, 30))
    assert not calendar.is_working(local(2026, 7, 6, 8, 29, 59))
    assert calendar.is_working(local(2026, 7, 6, 11, 29, 59))
    assert not calendar.is_working(local(2026, 7, 6, 11, 30))
    assert not calendar.is_working(local(2026, 7, 4, 9))


def test_fractions_of_a_second_are_cut():
    moment = local(2026, 7, 6, 9).replace(microsecond=999_999)
    assert plain().add_working(moment, 60) == local(2026, 7, 6, 10)
    assert plain().working_seconds_between(moment, local(2026, 7, 6, 9, 0, 1)) == 1


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (local(2026, 7, 6, 9, 15, 7), 5, local(2026, 7, 13, 9, 15, 7)),  # Monday to Monday
        (local(2026, 7, 4, 20), 1, local(2026, 7, 7, 8, 30)),  # Saturday counts as Monday's opening
        (local(2026, 7, 6, 12), 1, local(2026, 7, 7, 13, 30)),  # in the lunch gap
        (local(2026, 7, 6, 17), 1, local(2026, 7, 8, 8, 30)),  # at closing: the next opening
        (local(2026, 7, 6, 16, 59, 59), 1, local(2026, 7, 7, 16, 59, 59)),
        (local(2026, 7, 13, 8, 30), -1, local(2026, 7, 10, 8, 30)),  # counted back over a weekend
        (local(2026, 7, 13, 11, 30), -1, local(2026, 7, 10, 11, 30)),  # from a closing
        (local(2026, 7, 12, 3), -1, local(2026, 7, 9, 17)),  # from a Sunday: Friday's closing, less a day
        (local(2026, 7, 6, 12), 0, local(2026, 7, 6, 12)),
    ],
)
def test_working_days(start, days, due):
    assert plain().add_working_days(start, days) == due


def test_holidays_are_skipped_and_make_up_days_work():
    calendar = plain({date(2026, 10, day): None for day in range(1, 8)} | {date(2026, 10, 10): 0})
    assert calendar.add_working_days(local(2026, 9, 30, 10), 1) == local(2026, 10, 8, 10)
    assert calendar.add_working_days(local(2026, 10, 9, 10), 1) == local(2026, 10, 10, 10)  # a Saturday that works
    assert calendar.add_working(local(2026, 9, 30, 16), 120) == local(2026, 10, 8, 9, 30)


def test_a_time_of_day_not_worked_on_the_last_day_ends_at_the_closing_before_it():
    winter_late = local(2026, 9, 30, 17, 15)  # summer hours end that day
    calendar = WorkCalendar(
        SHANGHAI,
        (WorkSeason((5, 1), (9, 30), week(LATE)), WorkSeason((10, 1), (4, 30), week(LUNCH))),
        {date(2026, 10, day): None for day in range(1, 8)},
    )
    assert calendar.add_working_days(winter_late, 1) == local(2026, 10, 8, 17)
    early = WorkCalendar(SHANGHAI, (WorkSeason(*YEAR_ROUND, (((360, 700),), *week(LUNCH)[1:])),))
    assert early.add_working_days(local(2026, 7, 6, 6, 30), 1) == local(2026, 7, 7, 8, 30)


def test_the_first_season_that_covers_a_day_counts_and_a_day_in_none_is_free():
    calendar = WorkCalendar(
        SHANGHAI, (WorkSeason((6, 1), (8, 31), week(LATE)), WorkSeason((11, 1), (2, 29), week(LUNCH)))
    )
    assert calendar.windows_on(date(2026, 7, 6)) == LATE
    assert calendar.windows_on(date(2026, 12, 7)) == LUNCH
    assert calendar.windows_on(date(2027, 1, 4)) == LUNCH
    assert not calendar.is_working_day(date(2026, 10, 5))


def test_midnight_windows_join_over_the_day_and_the_year():
    night = plain(windows=((0, 1440),), special={date(2027, 1, 1): 0, date(2027, 1, 2): None})
    assert night.add_working(local(2026, 12, 31, 23), 120) == local(2027, 1, 1, 1)
    assert night.add_working(local(2026, 12, 31, 23), 60) == local(2027, 1, 1)
    assert night.add_working_days(local(2027, 1, 2), -1) == local(2027, 1, 1)  # 24:00 of the 1st, less a day
    assert night.working_minutes_between(local(2026, 12, 31), local(2027, 1, 2)) == 2880


@pytest.mark.parametrize(("when", "hours"), [(datetime(2026, 3, 29).date(), 23), (datetime(2026, 10, 25).date(), 25)])
def test_a_day_on_which_clocks_change_counts_its_real_hours(when, hours):
    berlin = ZoneInfo("Europe/Berlin")
    calendar = plain(windows=((0, 1440),), zone=berlin, special={when: 0})
    start = datetime(when.year, when.month, when.day, tzinfo=berlin)
    end = (start + timedelta(days=1)).astimezone(UTC)
    assert calendar.working_minutes_between(start, end) == hours * 60
    assert calendar.add_working(start, hours * 60) == end


def test_windows_that_meet_or_overlap_count_once():
    assert merged([(600, 700), (500, 600), (650, 720), (9, 9)]) == ((500, 720),)


def test_too_little_working_time_is_said_and_a_naive_moment_is_refused():
    with pytest.raises(NoWorkingTime):
        plain(windows=FREE).add_working(local(2026, 7, 6), 1)
    with pytest.raises(NoWorkingTime):
        plain(windows=FREE).add_working_days(local(2026, 7, 6), 1)
    with pytest.raises(NoWorkingTime):
        plain(windows=FREE).add_working_days(local(2026, 7, 6), -1)
    with pytest.raises(ValueError, match="time zone"):
        plain().is_working(datetime(2026, 7, 6))


def test_a_calendar_cannot_be_changed():
    special = {date(2026, 7, 6): None}
    calendar = plain(special)
    special.clear()
    assert not calendar.is_working_day(date(2026, 7, 6))
    with pytest.raises(TypeError):
        calendar.special[date(2026, 7, 7)] = None


def test_a_day_after_the_end_of_a_limit_ends_with_the_next_working_day():
    seasons = (WorkSeason((5, 1), (9, 30), week(LATE)), WorkSeason((10, 1), (4, 30), week(LUNCH)))
    calendar = WorkCalendar(SHANGHAI, seasons, {date(2026, 10, day): None for day in range(1, 8)})
    # Ended at the closing of Tuesday 13 October: that day is used up, its morrow is the day that was added.
    assert calendar.add_working_days_to_limit(local(2026, 10, 13, 17), 1) == local(2026, 10, 14, 17)
    # Into winter hours, which close half an hour sooner, over the holiday.
    assert calendar.add_working_days_to_limit(local(2026, 9, 30, 17, 30), 1) == local(2026, 10, 8, 17)
    # In working time, and at night, a limit's end is like any other moment.
    for moment in (local(2026, 10, 13, 10), local(2026, 10, 13, 17, 0, 1), local(2026, 10, 13, 3)):
        assert calendar.add_working_days_to_limit(moment, 1) == calendar.add_working_days(moment, 1)
