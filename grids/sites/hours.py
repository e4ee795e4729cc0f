"""When a site's door is open on any day of the year: pure functions of plain data.

A day's windows are those of an exception that names it; else, on a statutory holiday, what the site says of holidays;
else those of its weekday. Times are local; windows are [start, end) in minutes after midnight, and cross none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[int, int]
Spans = tuple[Span, ...]

DAY = 1440
# A site that says nothing of the year ahead is taken not to open again.
HORIZON = 370
HOLIDAY = 7
AS_WEEKLY, CLOSED = "weekly", "closed"


@dataclass(frozen=True, slots=True)
class Differing:
    """Dates on end, both included, with windows of their own; none when closed."""

    first: date
    last: date
    windows: Spans
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """All that says when a site is open. `week` has eight places: Monday to Sunday, and statutory holidays.

    `holidays` are the days off of the district's calendar; `opened_on` is the first day of use, `closed_on` the first
    without.
    """

    week: tuple[Spans, ...]
    on_holidays: str
    differing: tuple[Differing, ...]
    holidays: frozenset[date]
    zone: ZoneInfo
    opened_on: date = date.min
    closed_on: date | None = None


def joined(windows: Iterable[Sequence[int]]) -> Spans:
    """Windows in order, those that touch made one."""
    found: list[Span] = []
    for start, end in sorted((w[0], w[1]) for w in windows):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def exception_on(times: Times, day: date) -> Differing | None:
    """The exception that names the day."""
    return next((one for one in times.differing if one.first <= day <= one.last), None)


def windows_on(times: Times, day: date) -> Spans:
    """The windows of a day."""
    if day < times.opened_on or (times.closed_on is not None and day >= times.closed_on):
        return ()
    if exception := exception_on(times, day):
        return joined(exception.windows)
    if day in times.holidays and times.on_holidays != AS_WEEKLY:
        return () if times.on_holidays == CLOSED else joined(times.week[HOLIDAY])
    return joined(times.week[day.weekday()])


def _local(times: Times, moment: datetime) -> tuple[date, int]:
    here = moment.astimezone(times.zone)
    return here.date(), here.hour * 60 + here.minute


def _at(times: Times, day: date, minute: int) -> datetime:
    midnight = datetime.combine(day + timedelta(days=minute // DAY), time(), tzinfo=times.zone)
    return midnight + timedelta(minutes=minute % DAY)


def is_open(times: Times, now: datetime) -> bool:
    """Whether the door is open at the moment."""
    day, minute = _local(times, now)
    return any(start <= minute < end for start, end in windows_on(times, day))


def next_opening(times: Times, now: datetime) -> datetime | None:
    """The next moment after `now` at which a closed door opens; None when it does not within the year ahead."""
    today, minute = _local(times, now)
    before = windows_on(times, today - timedelta(days=1))
    for ahead in range(HORIZON):
        day = today + timedelta(days=ahead)
        windows = windows_on(times, day)
        for start, _ in windows:
            runs_on = start == 0 and bool(before) and before[-1][1] == DAY
            if not runs_on and (ahead or start > minute):
                return _at(times, day, start)
        before = windows
    return None


def open_until(times: Times, now: datetime) -> datetime | None:
    """When the door that is open now closes, also past midnight; None when it is closed, or never closes."""
    today, minute = _local(times, now)
    if not is_open(times, now):
        return None
    for ahead in range(HORIZON):
        day = today + timedelta(days=ahead)
        windows = windows_on(times, day)
        if ahead and not (windows and windows[0][0] == 0):
            return _at(times, day, 0)
        end = next(end for start, end in windows if ahead or start <= minute < end)
        if end < DAY:
            return _at(times, day, end)
    return None


def clock(minute: int) -> str:
    """ "08:30"; midnight at a day's end is "24:00"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def told(windows: Iterable[Sequence[int]]) -> str:
    """ "08:30—11:30、13:30—17:00"; 不开放 for none, 全天 for the whole day."""
    spans = joined(windows)
    if spans == ((0, DAY),):
        return "全天"
    return "、".join(f"{clock(start)}—{clock(end)}" for start, end in spans) or "不开放"
