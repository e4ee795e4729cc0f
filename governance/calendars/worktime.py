"""Working time as arithmetic: pure, immutable, free of the database, exact to the second.

Definitions (docs/deadlines.md repeats them for people):

* Working time is a set of spans [opening, closing) in local time. The opening is working time, the closing is not.
* Instants are cut to the whole second before anything is computed.
* `add_working(start, n)` is the earliest instant by which n seconds of working time have passed since `start`.
  A limit used up at the very end of a day therefore falls on the closing, and not on the next opening.
* "N working days" after `start`: a start outside working time counts as made at the next opening. The limit ends on
  the N-th working day after that day, at the same time of day; where that time is not worked on that day, at the
  last closing before it (or the day's first opening). A working day is a day with at least one window.

Every span of a year is kept as absolute seconds with a running total, so that a question costs two binary searches
whatever the distance; years are computed when first asked for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property
from types import MappingProxyType

MINUTES_A_DAY = 1440
# A limit that needs more years than this has no working time to run in.
HORIZON_YEARS = 20
_ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)

Spans = tuple[tuple[int, int], ...]
Week = tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans]
MonthDay = tuple[int, int]


class NoWorkingTime(ValueError):
    """The calendar has too little working time for what was asked (for instance no windows at all)."""


def merged(spans: Iterable[tuple[int, int]]) -> Spans:
    """The same time as sorted spans that neither touch nor overlap; empty ones are dropped."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


@dataclass(frozen=True, slots=True)
class WorkSeason:
    """Weekly windows from month-day to month-day, both included; a range that ends before it starts wraps New Year."""

    starts: MonthDay
    ends: MonthDay
    week: Week

    def covers(self, day: date) -> bool:
        """Whether the season's windows apply on this date."""
        here = (day.month, day.day)
        if self.starts <= self.ends:
            return self.starts <= here <= self.ends
        return here >= self.starts or here <= self.ends


@dataclass(frozen=True, slots=True)
class _Year:
    """One local year: openings and closings in epoch seconds, working seconds before each span, and working dates."""

    openings: tuple[int, ...]
    closings: tuple[int, ...]
    before: tuple[int, ...]
    total: int
    days: tuple[date, ...]

    def worked_until(self, instant: int) -> int:
        """Working seconds of this year before the instant."""
        index = bisect_right(self.openings, instant)
        if index == 0:
            return 0
        last = index - 1
        return self.before[last] + min(instant, self.closings[last]) - self.openings[last]

    def earliest_with(self, worked: int) -> int:
        """The earliest instant by which `worked` (1..total) seconds of this year's working time have passed."""
        index = bisect_left(self.before, worked) - 1
        return self.openings[index] + worked - self.before[index]

    def latest_with(self, worked: int) -> int:
        """The latest instant at which `worked` (0..total-1) seconds of this year's working time have passed."""
        index = bisect_right(self.before, worked) - 1
        return self.openings[index] + worked - self.before[index]


@dataclass(frozen=True, slots=True)
class _Line:
    """Years on end with running totals: what was worked, and how many days, before each of them and after the last."""

    first: int
    worked: tuple[int, ...]
    days: tuple[int, ...]

    @property
    def last(self) -> int:
        """The last year."""
        return self.first + len(self.worked) - 2

    def covers(self, first: int, last: int) -> bool:
        """Whether both years lie in it."""
        return self.first <= first and last <= self.last


@dataclass(frozen=True)
class WorkCalendar:
    """Working time in one time zone. Where seasons overlap the first one counts; days in no season are free.

    `special` maps a date to the weekday (0 = Monday) whose windows it has, or to None for a holiday.
    """

    zone: tzinfo
    seasons: tuple[WorkSeason, ...]
    special: Mapping[date, int | None] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        object.__setattr__(self, "special", MappingProxyType(dict(self.special)))

    @cached_property
    def _years(self) -> dict[int, _Year]:
        return {}

    @cached_property
    def _lines(self) -> dict[int, _Line]:
        return {}

    # -- days ---------------------------------------------------------------------------------------------------

    def windows_on(self, day: date) -> Spans:
        """The day's windows in minutes after local midnight, sorted, merged."""
        weekday = self.special.get(day, day.weekday())
        if weekday is None:
            return ()
        for season in self.seasons:
            if season.covers(day):
                return merged(season.week[weekday])
        return ()

    def is_working_day(self, day: date) -> bool:
        """Whether the day has any working time."""
        return bool(self.windows_on(day))

    def is_working(self, moment: datetime) -> bool:
        """Whether the moment lies inside a window; the opening does, the closing does not."""
        instant = _epoch(moment)
        year = self._year(self._local(instant).year)
        index = bisect_right(year.openings, instant) - 1
        return index >= 0 and instant < year.closings[index]

    # -- working seconds ----------------------------------------------------------------------------------------

    def working_seconds_between(self, start: datetime, end: datetime) -> int:
        """Working seconds from `start` to `end`; negative when `end` is earlier."""
        return self._seconds(_epoch(start), _epoch(end))

    def working_minutes_between(self, start: datetime, end: datetime) -> int:
        """Whole working minutes from `start` to `end`, rounded towards zero."""
        seconds = self.working_seconds_between(start, end)
        return seconds // 60 if seconds >= 0 else -(-seconds // 60)

    def add_working(self, start: datetime, minutes: int) -> datetime:
        """The earliest instant by which so many working minutes have passed; negative ones go back (see below)."""
        return self.add_working_seconds(start, minutes * 60)

    def add_working_seconds(self, start: datetime, seconds: int) -> datetime:
        """The earliest instant with `seconds` of working time since `start`; of a negative number, the latest
        instant from which that much working time passes until `start`. Zero gives `start`.

        Raises NoWorkingTime when the calendar has too little.
        """
        instant = _epoch(start)
        if seconds > 0:
            instant = self._forward(instant, seconds)
        elif seconds < 0:
            instant = self._back(instant, -seconds)
        return self._local(instant)

    def next_working(self, moment: datetime) -> datetime:
        """The moment itself inside working time, otherwise the next opening."""
        if self.is_working(moment):
            return self._local(_epoch(moment))
        return self.add_working_seconds(moment, 1) - timedelta(seconds=1)

    def add_natural_seconds(self, start: datetime, seconds: int) -> datetime:
        """Seconds by the clock on the wall, working or not, in the calendar's time zone."""
        return self._local(_epoch(start) + seconds)

    # -- working days -------------------------------------------------------------------------------------------

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """The end of a limit of `days` working days that starts at `start`; negative ones count back from an end.

        Raises NoWorkingTime when the calendar has too few working days.
        """
        if days == 0:
            return self._local(_epoch(start))
        day, second = self._position(start) if days > 0 else self._end_position(start)
        return self._at(self._shift(day, days), second)

    def add_working_days_to_limit(self, end: datetime, days: int) -> datetime:
        """`days` working days after the end of a limit: an extension, a rung of a ladder. Same error.

        A limit that ends at a closing has used up that day: one day more ends at the next working day's closing. To
        `add_working_days` a closing is no working time, and what starts there starts at the next opening.
        """
        if self.is_working(end) or self.add_working_seconds(end, -1) + timedelta(seconds=1) != self._local(_epoch(end)):
            return self.add_working_days(end, days)
        day, second = self._end_position(end)
        return self._at(self._shift(day, days), second)

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """How many whole working days fit from `start` to `end` (0 when `end` is not later)."""
        if end <= start:
            return 0
        day, second = self._position(start)
        days = self._count_days(day, self._local(_epoch(end)).date())
        while days > 0 and self._at(self._shift(day, days), second) > end:
            days -= 1
        return max(days, 0)

    # -- inside -------------------------------------------------------------------------------------------------

    def _position(self, start: datetime) -> tuple[date, int]:
        """Where a limit starts: its working date and the second of that day."""
        begin = self.next_working(start)
        return begin.date(), _second_of_day(begin)

    def _end_position(self, end: datetime) -> tuple[date, int]:
        """Where a limit ends: as above, but outside working time the closing before counts (24:00 is second 86400)."""
        if self.is_working(end):
            return self._position(end)
        last = self.add_working_seconds(end, -1)
        return last.date(), _second_of_day(last) + 1

    def _shift(self, day: date, days: int) -> date:
        """The working date `days` after (before) a working date."""
        line = self._line(day.year, day.year)
        here = bisect_left(self._year(day.year).days, day) + days
        while (wanted := line.days[day.year - line.first] + here) >= line.days[-1]:
            line = self._line(line.first, self._checked(line.last + 1, day.year))
        while (wanted := line.days[day.year - line.first] + here) < 0:
            line = self._line(self._checked(line.first - 1, day.year), line.last)
        index = bisect_right(line.days, wanted) - 1
        return self._year(self._checked(line.first + index, day.year)).days[wanted - line.days[index]]

    def _count_days(self, first: date, last: date) -> int:
        """Working dates after `first` up to and including `last`."""
        line = self._line(min(first.year, last.year), max(first.year, last.year))
        return self._days_until(line, last) - self._days_until(line, first)

    def _days_until(self, line: _Line, day: date) -> int:
        return line.days[day.year - line.first] + bisect_right(self._year(day.year).days, day)

    def _at(self, day: date, second: int) -> datetime:
        """The second of a working day; where it is not worked, the last closing before it, or the first opening."""
        windows = self.windows_on(day)
        begun = [end * 60 for start, end in windows if start * 60 <= second]
        return self._local(self._instant(day, min(second, begun[-1]) if begun else windows[0][0] * 60))

    def _seconds(self, start: int, end: int) -> int:
        if end < start:
            return -self._seconds(end, start)
        first, last = self._local(start).year, self._local(end).year
        line = self._line(first, last)
        whole_years = line.worked[last - line.first] - line.worked[first - line.first]
        return whole_years + self._year(last).worked_until(end) - self._year(first).worked_until(start)

    def _forward(self, instant: int, seconds: int) -> int:
        year = self._local(instant).year
        line = self._line(year, year)
        here = self._year(year).worked_until(instant) + seconds
        while (wanted := line.worked[year - line.first] + here) > line.worked[-1]:
            line = self._line(line.first, self._checked(line.last + 1, year))
        index = bisect_left(line.worked, wanted) - 1
        return self._year(self._checked(line.first + index, year)).earliest_with(wanted - line.worked[index])

    def _back(self, instant: int, seconds: int) -> int:
        year = self._local(instant).year
        line = self._line(year, year)
        here = self._year(year).worked_until(instant) - seconds
        while (wanted := line.worked[year - line.first] + here) < 0:
            line = self._line(self._checked(line.first - 1, year), line.last)
        index = bisect_right(line.worked, wanted) - 1
        return self._year(self._checked(line.first + index, year)).latest_with(wanted - line.worked[index])

    def _line(self, first: int, last: int) -> _Line:
        """Running totals of at least these years; grown when it has to be, and then kept."""
        known = self._lines.get(0)
        if known is not None and known.covers(first, last):
            return known
        if known is not None:
            first, last = min(first, known.first), max(last, known.last)
        worked, days = [0], [0]
        for number in range(first, last + 1):
            year = self._year(number)
            worked.append(worked[-1] + year.total)
            days.append(days[-1] + len(year.days))
        # Two threads may both do it: either line is right, and holds all that its maker needs.
        line = self._lines[0] = _Line(first, tuple(worked), tuple(days))
        return line

    def _checked(self, year: int, first: int) -> int:
        if abs(year - first) > HORIZON_YEARS or not 2 <= year <= 9998:
            raise NoWorkingTime("the calendar has too little working time")
        return year

    def _year(self, number: int) -> _Year:
        year = self._years.get(number)
        if year is None:
            # Two threads may both compute it: they store equal values.
            year = self._years[number] = self._compute(number)
        return year

    def _compute(self, number: int) -> _Year:
        spans: list[tuple[int, int]] = []
        days: list[date] = []
        day = date(number, 1, 1)
        while day.year == number:
            windows = self.windows_on(day)
            if windows:
                days.append(day)
            spans += [(self._instant(day, start * 60), self._instant(day, end * 60)) for start, end in windows]
            day += timedelta(days=1)
        # Where clocks are put forward two windows may meet in absolute time: merged again, nothing counts twice.
        return _year_of(merged(spans), tuple(days))

    def _instant(self, day: date, second: int) -> int:
        """Epoch seconds of a local second of the day; 24:00 is the next day's midnight."""
        if second == MINUTES_A_DAY * 60:
            day, second = day + timedelta(days=1), 0
        clock = time(second // 3600, second // 60 % 60, second % 60)
        return int(datetime.combine(day, clock, self.zone).timestamp())

    def _local(self, instant: int) -> datetime:
        return datetime.fromtimestamp(instant, UTC).astimezone(self.zone)


def _year_of(spans: Spans, days: tuple[date, ...]) -> _Year:
    before: list[int] = []
    total = 0
    for start, end in spans:
        before.append(total)
        total += end - start
    return _Year(tuple(s for s, _ in spans), tuple(e for _, e in spans), tuple(before), total, days)


def _second_of_day(moment: datetime) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _epoch(moment: datetime) -> int:
    """Epoch seconds of an aware datetime, cut to the whole second. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return int((moment - _ORIGIN) // timedelta(seconds=1))
