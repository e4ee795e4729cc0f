"""A clock under another term: a change of category, or of the policy itself. Its start stays; so does what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from governance.calendars.loading import Loaded
from governance.calendars.worktime import NoWorkingTime
from governance.deadlines import moving, timing
from governance.deadlines.following import not_late_after_the_fact
from governance.deadlines.models import Clock
from governance.deadlines.terms import Term
from governance.errors import IllegalState

# A step that happened under a term which the new one has no counterpart for: on record, but of no card.
PAST = "was-"


@dataclass(frozen=True, slots=True)
class Retermed:
    """A clock that was put under another term, and its limit before."""

    clock: Clock
    old_due: datetime

    @property
    def has_moved(self) -> bool:
        """Whether its limit is another now."""
        return self.clock.due_at != self.old_due


def count_anew(
    clock: Clock, term: Term, policy_version_id: int | None, calendar: Loaded, now: datetime
) -> Retermed:  # fmt: skip
    """Put one locked, settled, open clock under `term`, and save it. Raises IllegalState (see moving)."""
    old = clock.due_at
    clock.policy_version_id = policy_version_id
    if clock.term != term.as_data():
        _put_under(clock, term, calendar, now)
    clock.save(update_fields=[*moving.FIELDS, "term", "policy_version", "remaining_seconds"])
    return Retermed(clock, old)


def due_under(clock: Clock, term: Term, calendar: Loaded, now: datetime) -> datetime:
    """Where the limit would be; nothing is changed. A paused clock's is the limit at which it would have stopped."""
    if clock.term == term.as_data():
        return clock.due_at
    return _due(clock, _course(clock, term, calendar), now)


def _put_under(clock: Clock, term: Term, calendar: Loaded, now: datetime) -> None:
    course, old_term, old_due = _course(clock, term, calendar), Term.parse(clock.term), clock.due_at
    due_at = _due(clock, course, now)
    clock.term = term.as_data()
    clock.counted_from, clock.legs = course.counted_from, [leg.as_data() for leg in course.legs]
    clock.remaining_seconds = course.left
    fresh = moving.plan_of(clock, term, due_at, calendar)
    fired = _renamed(clock.steps[: clock.next_step], old_term, term, fresh, now)
    clock.steps = [*fired, *clock.steps[clock.next_step :]]
    moving.place(clock, due_at, calendar, now, rearm=due_at > old_due)


def _course(clock: Clock, term: Term, calendar: Loaded) -> timing.Course:
    try:
        return timing.course(clock.started_at, term.span, clock.events, calendar.working_time)
    except NoWorkingTime:
        raise IllegalState(
            "工作日历中的工作时间太少，算不出到期时间，请先检查工作日历", code="no_working_time"
        ) from None


def _due(clock: Clock, course: timing.Course, now: datetime) -> datetime:
    """What stands still has no moment that could be too late."""
    return course.due_at if clock.state == Clock.PAUSED else not_late_after_the_fact(clock, course.due_at, now)


def _renamed(
    fired: Iterable[timing.Step], old: Term, new: Term, fresh: Iterable[timing.Step], now: datetime
) -> list[timing.Step]:
    """The steps that happened, each under the key of its counterpart in the new term: so that it does not come twice.

    A rung was climbed whatever its distance. A warning counts as given where it stands at the same distance, or at a
    moment that has passed; another one that still lies ahead is a warning of its own.
    """
    moments = {step["key"]: datetime.fromisoformat(step["at"]) for step in fresh}
    names: dict[str, str] = {timing.MISSED: timing.MISSED}
    taken: set[str] = set()
    happened = list(fired)
    for step in happened:
        if (key := step["key"]) not in names:
            counterparts = (n for n in _counterparts(step, old, new, moments, now) if n not in taken)
            names[key] = next(counterparts, PAST + key.removeprefix(PAST))
            taken.add(names[key])
    return [{"key": names[step["key"]], "at": step["at"], "action": step["action"]} for step in happened]


def _counterparts(
    step: timing.Step, old: Term, new: Term, moments: dict[str, datetime], now: datetime
) -> list[str]:  # fmt: skip
    """The keys of the new term that may stand for this happened step of the old, the best first."""
    place, _, number = step["key"].removeprefix(PAST).partition("-")
    marks = old.warnings if place == "warning" else old.ladder
    span = None if step["key"].startswith(PAST) else marks[int(number)].span
    after = new.warnings if place == "warning" else new.ladder
    same = [(f"{place}-{n}", mark.span == span) for n, mark in enumerate(after) if mark.action == step["action"]]
    if place == "warning":
        same = [(key, is_same) for key, is_same in same if is_same or _is_past(key, moments, now)]
    return [key for key, _ in sorted(same, key=lambda pair: not pair[1])]


def _is_past(key: str, moments: dict[str, datetime], now: datetime) -> bool:
    # A warning that the fresh plan leaves out would not come at all.
    return key in moments and moments[key] <= now
