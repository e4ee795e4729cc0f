"""A due step is carried out: recorded once, the clock moved on, the subject's handler called, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from governance.deadlines import guard, timing
from governance.deadlines.models import Clock, Firing
from governance.deadlines.moving import set_next
from governance.deadlines.registry import handler_for


def carry_out_due(clocks: Sequence[Clock], now: datetime, *, guarded: bool = True) -> int:
    """Carry out every step of these locked clocks of one subject that was due before `now`, in order; how many.

    The limit itself still belongs to the time allowed: a step is due once its moment has passed. Nothing happens while
    the time cannot be right; the sweep has asked the guard already, and says so with `guarded` False.
    """
    # Asked only when there is something to carry out: most calls cost no query.
    if _next_due(clocks, now) is None or (guarded and guard.holds(now)):
        return 0
    count = 0
    while (clock := _next_due(clocks, now)) is not None:
        if count:
            # The handler may have ended, extended or paused any of them.
            refresh(clocks)
            clock = _next_due(clocks, now)
            if clock is None:
                break
        _carry_out_next(clock, now)
        count += 1
    return count


def refresh(clocks: Sequence[Clock]) -> None:
    """Read the clocks anew: a step's handler may have changed them."""
    for clock in clocks:
        clock.refresh_from_db()


def _next_due(clocks: Sequence[Clock], now: datetime) -> Clock | None:
    due = [(clock.next_fire_at, clock.pk, clock) for clock in clocks if clock.next_fire_at and clock.next_fire_at < now]
    return min(due)[2] if due else None


def _carry_out_next(clock: Clock, now: datetime) -> None:
    number = clock.next_step
    step: timing.Step = clock.steps[number]
    due_at = datetime.fromisoformat(step["at"])
    # Two workers can never both get past this row: (clock, step) is unique.
    Firing.objects.create(clock=clock, step=number, action=step["action"], due_at=due_at, recorded_at=now)
    clock.next_step = number + 1
    if step["key"] == timing.MISSED:
        clock.overdue_since = clock.due_at
    clock.failures, clock.retry_at, clock.last_error = 0, None, ""
    set_next(clock)
    clock.save(update_fields=["next_step", "overdue_since", "next_fire_at", "failures", "retry_at", "last_error"])
    handler_for(clock.subject_type).on_step(clock, step["action"], due_at, now)
