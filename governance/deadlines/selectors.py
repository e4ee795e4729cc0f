"""Reading clocks: what a list, a page or a chip says about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from governance.calendars.loading import working_calendar
from governance.calendars.worktime import WorkCalendar
from governance.deadlines.models import Clock, Policy, PolicyVersion
from governance.deadlines.terms import Terms, Unit

FINE, SOON, OVER, MUTE = "fine", "soon", "over", "mute"
_ENDED = {Clock.MET: (FINE, "按时完成"), Clock.MISSED: (OVER, "超期完成"), Clock.CANCELLED: (MUTE, "已取消")}


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock at a moment. `seconds` is what is left (negative: overdue), in working time if `is_working`."""

    level: str
    text: str
    seconds: int
    is_working: bool
    due_at: datetime
    state: str


def clock_reading(clock: Clock, now: datetime, *, calendar: WorkCalendar | None = None) -> Reading:
    """The clock at `now`, with the text for its chip: 剩余 5 小时 39 分, 超期 1 天 2 小时.

    Limits in working time are read in working time: a day is a working day. Without `calendar` one query is made.
    """
    unit = Unit(clock.term["unit"])
    calendar = calendar or working_calendar(clock.calendar_code)
    if clock.state == Clock.PAUSED:
        seconds = clock.remaining_seconds or 0
        days, rest = _split_paused(seconds, unit, calendar, clock.started_at)
        return Reading(
            MUTE,
            f"已暂停，{_words(seconds < 0, days, rest, unit)}",
            seconds,
            unit.is_working,
            clock.due_at,
            clock.state,
        )
    moment = clock.ended_at or now
    seconds = _seconds(moment, clock.due_at, unit, calendar)
    if clock.state in _ENDED:
        level, text = _ENDED[clock.state]
        return Reading(level, text, seconds, unit.is_working, clock.due_at, clock.state)
    late = now > clock.due_at
    early, end = (clock.due_at, now) if late else (now, clock.due_at)
    text = _words(late, *_split(early, end, unit, calendar), unit)
    return Reading(_level(clock, now), text, seconds, unit.is_working, clock.due_at, clock.state)


def clock_readings(clocks: Iterable[Clock], now: datetime) -> dict[int, Reading]:
    """The readings of many clocks by id, with one small query for each calendar among them."""
    clocks = list(clocks)
    calendars = {code: working_calendar(code) for code in {clock.calendar_code for clock in clocks}}
    return {clock.pk: clock_reading(clock, now, calendar=calendars[clock.calendar_code]) for clock in clocks}


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a policy, its limits read."""

    pk: int
    number: int
    effective_from: datetime
    note: str
    terms: Terms


def policies_with_terms() -> list[tuple[Policy, list[Version]]]:
    """Every policy with its versions, the one to be in force last first."""
    policies = Policy.objects.prefetch_related("versions").order_by("pk")
    return [(policy, sorted(map(_version, policy.versions.all()), key=_in_force, reverse=True)) for policy in policies]


def stuck_count() -> int:
    """How many open clocks have a step that could not be carried out at the last try."""
    return stuck().count()


def stuck() -> QuerySet[Clock]:
    """These clocks, the longest-failing first; `last_error` says why, `retry_at` when it is tried again."""
    return Clock.objects.filter(failures__gt=0, state__in=Clock.OPEN).order_by("-failures", "pk")


def _version(row: PolicyVersion) -> Version:
    return Version(row.pk, row.number, row.effective_from, row.note, Terms.parse(row.terms))


def _in_force(version: Version) -> tuple[datetime, int]:
    return version.effective_from, version.number


def _level(clock: Clock, now: datetime) -> str:
    if now > clock.due_at:
        return OVER
    warned = any(
        step["key"].startswith("warning") and datetime.fromisoformat(step["at"]) < now
        for step in clock.steps[_first_current(clock) :]
    )
    return SOON if warned else FINE


def _first_current(clock: Clock) -> int:
    """Steps before an extension belong to the limit of before: the last plan begins at the last repeated first key."""
    keys = [step["key"] for step in clock.steps]
    return max((n for n, key in enumerate(keys) if key == "warning-0"), default=0)


def _seconds(start: datetime, end: datetime, unit: Unit, calendar: WorkCalendar) -> int:
    if unit.is_working:
        return calendar.working_seconds_between(start, end)
    return int((end - start) // timedelta(seconds=1))


def _split(start: datetime, end: datetime, unit: Unit, calendar: WorkCalendar) -> tuple[int, int]:
    """Whole days and the seconds beyond them, in the measure of the unit."""
    if not unit.is_working:
        return divmod(_seconds(start, end, unit, calendar), 86_400)
    days = calendar.working_days_between(start, end)
    return days, calendar.working_seconds_between(calendar.add_working_days(start, days), end)


def _split_paused(seconds: int, unit: Unit, calendar: WorkCalendar, reference: datetime) -> tuple[int, int]:
    """As above for seconds without a place in time: a working day is as long as that of the clock's start."""
    if not unit.is_working:
        return divmod(abs(seconds), 86_400)
    first = calendar.next_working(reference).date()
    day = 60 * sum(end - start for start, end in calendar.windows_on(first))
    return divmod(abs(seconds), day)


def _words(late: bool, days: int, rest: int, unit: Unit) -> str:
    """Two largest parts, whole minutes; less than a minute is said as such."""
    hours, minutes = rest // 3600, rest % 3600 // 60
    parts = [f"{days} {'工作日' if unit.is_working else '天'}"] if days else []
    parts += [f"{hours} 小时"] if hours else []
    parts += [f"{minutes} 分"] if minutes and not days else []
    return f"{'超期' if late else '剩余'} {' '.join(parts) or '不到 1 分'}"
