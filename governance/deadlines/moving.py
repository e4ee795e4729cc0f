"""Where a clock's fields are set from what it counts: its start, a resumption, an extension, a changed calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from governance.calendars.loading import Loaded
from governance.calendars.worktime import NoWorkingTime
from governance.deadlines import timing
from governance.deadlines.models import Clock
from governance.deadlines.terms import Span, Term
from governance.errors import IllegalState

FIELDS = (
    "counted_from", "legs", "events", "calendar_revision", "due_at", "overdue_since", "steps", "next_step",
    "next_fire_at",
)  # fmt: skip


def count_from(clock: Clock, moment: datetime, legs: Sequence[Span], calendar: Loaded) -> datetime:
    """Let the clock count from a moment through legs; when its limit then ends. Raises IllegalState."""
    clock.counted_from = timing.whole_second(moment)
    clock.legs = [leg.as_data() for leg in legs]
    return due_of(clock, calendar)


def due_of(clock: Clock, calendar: Loaded) -> datetime:
    """When the limit ends by this calendar. Raises IllegalState when it has too little working time."""
    try:
        return timing.due(clock.counted_from, legs_of(clock), calendar.working_time)
    except NoWorkingTime:
        raise IllegalState(
            "工作日历中的工作时间太少，算不出到期时间，请先检查工作日历", code="no_working_time"
        ) from None


def legs_of(clock: Clock) -> list[Span]:
    """What the clock counts through."""
    return [timing.leg_from_data(leg) for leg in clock.legs]


def begin(clock: Clock, term: Term, calendar: Loaded) -> Clock:
    """Set limit and steps of a clock that is starting at `started_at`. Nothing is saved."""
    clock.term = term.as_data()
    due_at = count_from(clock, clock.started_at, [term.span], calendar)
    clock.calendar_revision = calendar.revision
    clock.due_at = due_at
    clock.steps = [*plan_of(clock, term, due_at, calendar)]
    set_next(clock)
    return clock


def place(clock: Clock, due_at: datetime, calendar: Loaded, now: datetime, *, rearm: bool = False) -> Clock:
    """Move the limit, and plan the steps that are still to come (see timing.replan). Nothing is saved."""
    fresh = plan_of(clock, Term.parse(clock.term), due_at, calendar)
    fired = clock.steps[: clock.next_step]
    clock.steps = [*timing.replan(fired, fresh, due_at, timing.whole_second(now), rearm=rearm)]
    clock.calendar_revision = calendar.revision
    clock.due_at = due_at
    clock.overdue_since = due_at if clock.overdue_since and due_at < now else None
    set_next(clock)
    return clock


def set_next(clock: Clock) -> None:
    """`next_fire_at` from the steps: the earliest still to come of a running clock."""
    to_come = clock.state == Clock.RUNNING and clock.next_step < len(clock.steps)
    clock.next_fire_at = datetime.fromisoformat(clock.steps[clock.next_step]["at"]) if to_come else None


def plan_of(clock: Clock, term: Term, due_at: datetime, calendar: Loaded) -> list[timing.Step]:
    """The steps of a clock under a term with this limit. Raises IllegalState when the calendar is too thin for it."""
    try:
        return timing.plan(term, clock.started_at, due_at, calendar.working_time)
    except NoWorkingTime:
        raise IllegalState(
            "工作日历中的工作时间太少，算不出预警时间，请先检查工作日历", code="no_working_time"
        ) from None
