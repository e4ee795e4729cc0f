"""From a term and a calendar to moments: when a limit ends, and every step on the way and after. Pure.

A clock's due time is counted from `counted_from` through its legs, one after the other: the term itself, then each
extension; after a pause, one leg with what was left. So a changed calendar can be followed exactly at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypedDict

from governance.calendars.worktime import WorkCalendar
from governance.deadlines.terms import Span, Term, Unit

_NATURAL = {Unit.NATURAL_SECONDS: 1, Unit.NATURAL_MINUTES: 60, Unit.NATURAL_HOURS: 3600}
_WORKING = {Unit.WORKING_SECONDS: 1, Unit.WORKING_HOURS: 3600}


class Step(TypedDict):
    """Something to happen at a moment. `key` tells the steps of a term apart: warning-0, missed, ladder-0."""

    key: str
    at: str
    action: str


MISSED = "missed"
PAUSE, RESUME, EXTEND = "pause", "resume", "extend"


def whole_second(moment: datetime) -> datetime:
    """The moment without its fraction of a second."""
    return moment.replace(microsecond=0)


def shift(
    moment: datetime, span: Span, calendar: WorkCalendar, *, back: bool = False, from_limit: bool = False
) -> datetime:
    """The moment a span later (or earlier), in the calendar's time zone. Raises NoWorkingTime.

    With `from_limit` the moment is the end of a limit, and not the start of one: a closing ends its own day.
    """
    amount = -span.amount if back else span.amount
    local = whole_second(moment).astimezone(calendar.zone)
    if span.unit in _NATURAL:
        # Through absolute time: an hour is an hour also where clocks are put forward.
        return calendar.add_natural_seconds(local, amount * _NATURAL[span.unit])
    if span.unit in _WORKING:
        return calendar.add_working_seconds(local, amount * _WORKING[span.unit])
    if span.unit == Unit.WORKING_DAY_SECONDS:
        return calendar.next_working(calendar.add_working_seconds(local, amount))
    if span.unit == Unit.WHOLE_DAYS:
        return _end_of_day(local + timedelta(days=amount))
    if span.unit == Unit.WHOLE_DAY_SECONDS:
        moment = calendar.add_natural_seconds(local, amount)
        # What was late stays exactly as late.
        return moment if amount < 0 else _end_of_day(moment)
    if span.unit == Unit.WORKING_DAYS:
        add = calendar.add_working_days_to_limit if from_limit and not back else calendar.add_working_days
        return add(local, amount)
    return local + timedelta(days=amount)


def _end_of_day(local: datetime) -> datetime:
    return local.replace(hour=23, minute=59, second=59)


def due(counted_from: datetime, legs: Iterable[Span], calendar: WorkCalendar) -> datetime:
    """When the limit ends."""
    moment = counted_from
    for number, leg in enumerate(legs):
        moment = shift(moment, leg, calendar, from_limit=number > 0)
    return moment


def plan(term: Term, started_at: datetime, due_at: datetime, calendar: WorkCalendar) -> list[Step]:
    """Every step of the term in the order in which they come.

    A warning that would not come after the start is left out: who has just received the work, with its due time,
    needs no reminder of it. (Defaults give short limits a warning of their own that does fit.)
    """
    moments = [
        (at, f"warning-{number}", mark.action)
        for number, mark in enumerate(term.warnings)
        if (at := shift(due_at, mark.span, calendar, back=True)) > started_at
    ]
    moments.append((due_at, MISSED, term.missed))
    moments += [
        (shift(due_at, mark.span, calendar, from_limit=True), f"ladder-{number}", mark.action)
        for number, mark in enumerate(term.ladder)
    ]
    # Equal moments keep the order of the term: warnings, the miss, the ladder.
    return [_step(key, at, action) for at, key, action in sorted(moments, key=lambda moment: moment[0])]


def replan(fired: list[Step], fresh: list[Step], due_at: datetime, now: datetime, *, rearm: bool) -> list[Step]:
    """The steps after a move: those that have happened, then those of the fresh plan that are still to come.

    With `rearm` a step that has happened happens again if its new moment lies ahead and the limit does, too:
    more time brings a new warning. A step that has not happened, put into the past by the move, is due now.
    """
    happened = {step["key"] for step in fired}
    pending: list[Step] = []
    for step in fresh:
        at = datetime.fromisoformat(step["at"])
        if step["key"] not in happened:
            pending.append(_step(step["key"], max(at, now), step["action"]))
        elif rearm and at >= now and due_at > now:
            pending.append(step)
    return [*fired, *sorted(pending, key=lambda step: datetime.fromisoformat(step["at"]))]


class Course(NamedTuple):
    """Where a clock stands after its events: what it counts from and through, its limit, what a pause left."""

    counted_from: datetime
    legs: list[Span]
    due_at: datetime
    left: int | None


def course(
    started_at: datetime, span: Span, events: Iterable[Mapping[str, Any]], calendar: WorkCalendar
) -> Course:  # fmt: skip
    """Count a limit of this span through everything that happened to its clock: each pause keeps what it would have.

    `left` is None unless the clock is paused; then `due_at` is the limit at which it was stopped. Raises NoWorkingTime.
    """
    counted_from, legs = whole_second(started_at), [span]
    due_at = due(counted_from, legs, calendar)
    left: int | None = None
    for one in events:
        at = datetime.fromisoformat(one["at"])
        if one["what"] == PAUSE:
            left, legs = left_seconds(at, due_at, span.unit, calendar), []
        elif one["what"] == RESUME:
            counted_from, legs, left = whole_second(at), [rest(left or 0, span.unit), *legs], None
        else:
            legs = [*legs, leg_from_data(one)]
        if left is None:
            due_at = due(counted_from, legs, calendar)
    return Course(counted_from, legs, due_at, left)


def event(what: str, at: datetime, by: Span | None = None) -> dict[str, Any]:
    """An entry of `Clock.events`."""
    return {"what": what, "at": at.isoformat()} | (by.as_data() if by else {})


def left_seconds(moment: datetime, due_at: datetime, unit: Unit, calendar: WorkCalendar) -> int:
    """What is left of a limit in its own measure, in seconds; negative when it has passed."""
    if unit.is_working:
        return calendar.working_seconds_between(moment, due_at)
    return int((whole_second(due_at) - whole_second(moment)) // timedelta(seconds=1))


def rest(seconds: int, unit: Unit) -> Span:
    """What was left, as a leg to count on from."""
    if unit in {Unit.WORKING_DAYS, Unit.WORKING_DAY_SECONDS}:
        return Span(seconds, Unit.WORKING_DAY_SECONDS)
    if unit in {Unit.WHOLE_DAYS, Unit.WHOLE_DAY_SECONDS}:
        return Span(seconds, Unit.WHOLE_DAY_SECONDS)
    return Span(seconds, Unit.WORKING_SECONDS if unit.is_working else Unit.NATURAL_SECONDS)


def leg_from_data(data: Mapping[str, Any]) -> Span:
    """A leg as stored; legs are written by the engine alone, so only the shape is read."""
    return Span(data["amount"], Unit(data["unit"]))


def _step(key: str, at: datetime, action: str) -> Step:
    return {"key": key, "at": at.isoformat(), "action": action}
