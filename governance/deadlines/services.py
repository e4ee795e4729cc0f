"""All changes to clocks but their firing by the sweep (sweeping.py) and their following a calendar (following.py).

The caller holds the lock of the subject and is inside a transaction (see registry.Handler). Before a clock is
finished, paused or extended, what was already due is carried out: a late sweep takes nothing back and forgives nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from governance.calendars.loading import DISTRICT, Loaded, load
from governance.deadlines import defaults, moving, timing
from governance.deadlines.firing import carry_out_due, refresh
from governance.deadlines.following import bring_up_to_date, recalculate_for_calendar
from governance.deadlines.models import Clock, PolicyVersion
from governance.deadlines.reterming import Retermed, count_anew
from governance.deadlines.sweeping import sweep
from governance.deadlines.terms import Span, Term
from governance.errors import IllegalState, InvalidInput

__all__ = [
    "ClockSpec",
    "extend",
    "finish",
    "pause",
    "policy_version_at",
    "recalculate_for_calendar",
    "resume",
    "reterm",
    "start",
    "start_many",
    "sweep",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSpec:
    """A clock to be started."""

    subject_type: str
    subject_id: int
    kind: str
    term: Term
    unit_id: int
    started_at: datetime
    detail_id: int = 0
    policy_version_id: int | None = None
    calendar_code: str = DISTRICT


def start(
    *,
    subject_type: str,
    subject_id: int,
    kind: str,
    term: Term,
    unit_id: int,
    started_at: datetime,
    now: datetime,
    detail_id: int = 0,
    policy_version_id: int | None = None,
    calendar_code: str = DISTRICT,
) -> Clock:
    """Start a clock. `started_at` may lie in the past: what became due since then is carried out by the next sweep.

    Raises IllegalState when such a clock is already open, or when the calendar is missing or has no working time;
    InvalidInput when `started_at` lies in the future.
    """
    already = Clock.objects.filter(
        subject_type=subject_type, subject_id=subject_id, kind=kind, detail_id=detail_id, state__in=Clock.OPEN
    )
    if already.exists():
        raise IllegalState("同一事项的这一时限已在计时，不能重复开始", code="clock_open")
    spec = ClockSpec(
        subject_type=subject_type,
        subject_id=subject_id,
        kind=kind,
        term=term,
        unit_id=unit_id,
        started_at=started_at,
        detail_id=detail_id,
        policy_version_id=policy_version_id,
        calendar_code=calendar_code,
    )
    clock = _new(spec, load(calendar_code), now)
    clock.save(force_insert=True)
    return clock


def start_many(specs: Iterable[ClockSpec], now: datetime) -> list[Clock]:
    """Start clocks for an import, in a few statements. Same errors as `start`, but an open clock of the same kind is
    reported by the database (IntegrityError): the caller starts clocks for new subjects only."""
    calendars: dict[str, Loaded] = {}
    # What starts at one moment under one term runs alike, and is planned once for all of it.
    begun: dict[tuple[Term, datetime, str], Clock] = {}
    clocks = []
    for spec in specs:
        if spec.calendar_code not in calendars:
            calendars[spec.calendar_code] = load(spec.calendar_code)
        key = (spec.term, spec.started_at, spec.calendar_code)
        if key not in begun:
            begun[key] = _new(spec, calendars[spec.calendar_code], now)
        clocks.append(_alike(begun[key], spec))
    return Clock.objects.bulk_create(clocks, batch_size=1000)


def finish(
    *,
    subject_type: str,
    subject_id: int,
    kind: str,
    now: datetime,
    detail_id: int | None = None,
    outcome: str = Clock.MET,
) -> list[Clock]:
    """End the open clocks of this kind (all details when `detail_id` is None); those that ended, maybe none.

    `outcome` MET becomes MISSED when the limit has passed; CANCELLED stays what it is.
    """
    if outcome not in {Clock.MET, Clock.CANCELLED}:
        raise ValueError(f"a clock is finished as met or cancelled, not {outcome!r}")
    clocks = _settled(subject_type, subject_id, kind, detail_id, Clock.OPEN, now)
    return [_end(clock, outcome, now) for clock in clocks]


def pause(*, subject_type: str, subject_id: int, kind: str, now: datetime, detail_id: int | None = None) -> list[Clock]:
    """Stop running clocks, keeping exactly what is left (or how far past the limit they are)."""
    clocks = _settled(subject_type, subject_id, kind, detail_id, (Clock.RUNNING,), now)
    return [_stop(clock, now) for clock in clocks]


def resume(
    *, subject_type: str, subject_id: int, kind: str, now: datetime, detail_id: int | None = None
) -> list[Clock]:
    """Let paused clocks run on: exactly what was left is left. Steps that have happened do not happen again."""
    clocks = _settled(subject_type, subject_id, kind, detail_id, (Clock.PAUSED,), now)
    return [_go_on(clock, now) for clock in clocks]


def extend(
    *, subject_type: str, subject_id: int, kind: str, by: Span, now: datetime, detail_id: int | None = None
) -> list[Clock]:
    """Give open clocks more time, counted from where they end now. A paused one gets it on resuming.

    A limit that thereby lies ahead again is no longer overdue, and warns again; what has happened stays on record.
    """
    if by.amount < 1:
        raise InvalidInput("延期时间应大于零", field="by")
    clocks = _settled(subject_type, subject_id, kind, detail_id, Clock.OPEN, now)
    return [_lengthen(clock, by, now) for clock in clocks]


def reterm(
    *, subject_type: str, subject_id: int, kind: str, term: Term, policy_version_id: int | None, now: datetime,
    detail_id: int | None = None,
) -> list[Retermed]:  # fmt: skip
    """Put open clocks under another term: counted anew from the same start, through the same pauses and extensions.

    What has happened stays on record. Nobody is made late after the fact: see `following.followed_due`. The caller
    tells the subject; `Retermed.has_moved` says whether there is something to tell.
    """
    clocks = _settled(subject_type, subject_id, kind, detail_id, Clock.OPEN, now)
    return [count_anew(clock, term, policy_version_id, load(clock.calendar_code), now) for clock in clocks]


def policy_version_at(policy_code: str, at: datetime) -> PolicyVersion:
    """The version of a policy in force at a moment. Raises IllegalState when there is none yet."""
    versions = PolicyVersion.objects.filter(policy__code=policy_code, effective_from__lte=at)
    newest = versions.order_by("-effective_from", "-number")
    version = newest.first()
    if version is None and defaults.ensure_shipped(policy_code, at):
        version = newest.first()
    if version is None:
        raise IllegalState(f"时限方案“{policy_code}”在该时间尚未生效，请先由区网格中心设置", code="no_policy")
    return version


def _new(spec: ClockSpec, calendar: Loaded, now: datetime) -> Clock:
    if spec.started_at > now:
        raise InvalidInput("计时的开始时间不能晚于现在", field="started_at")
    clock = Clock(
        subject_type=spec.subject_type,
        subject_id=spec.subject_id,
        kind=spec.kind,
        detail_id=spec.detail_id,
        unit_id=spec.unit_id,
        calendar_code=spec.calendar_code,
        policy_version_id=spec.policy_version_id,
        started_at=timing.whole_second(spec.started_at),
    )
    return moving.begin(clock, spec.term, calendar)


def _alike(clock: Clock, spec: ClockSpec) -> Clock:
    """A new clock for another subject that counts as `clock` does."""
    twin = copy(clock)
    twin.subject_type, twin.subject_id, twin.kind = spec.subject_type, spec.subject_id, spec.kind
    twin.detail_id, twin.unit_id, twin.policy_version_id = spec.detail_id, spec.unit_id, spec.policy_version_id
    return twin


def _settled(
    subject_type: str, subject_id: int, kind: str, detail_id: int | None, states: Iterable[str], now: datetime
) -> list[Clock]:
    """The clocks in these states, locked by primary key, up to date with their calendar, all that was due carried out;
    without those that a step's handler has ended."""
    clocks = Clock.objects.filter(subject_type=subject_type, subject_id=subject_id, kind=kind, state__in=states)
    if detail_id is not None:
        clocks = clocks.filter(detail_id=detail_id)
    held = list(clocks.select_for_update(no_key=True).order_by("pk"))
    for clock in held:
        bring_up_to_date(clock, load(clock.calendar_code), now)
    if carry_out_due(held, now):
        refresh(held)
    return [clock for clock in held if clock.state in states]


def _end(clock: Clock, outcome: str, now: datetime) -> Clock:
    late = clock.overdue_since is not None or (clock.state == Clock.RUNNING and now > clock.due_at)
    clock.state = Clock.MISSED if outcome == Clock.MET and late else outcome
    clock.ended_at = now
    clock.next_fire_at = None
    clock.save(update_fields=["state", "ended_at", "next_fire_at"])
    return clock


def _stop(clock: Clock, now: datetime) -> Clock:
    working_time = load(clock.calendar_code).working_time
    clock.remaining_seconds = timing.left_seconds(now, clock.due_at, Term.parse(clock.term).unit, working_time)
    clock.state = Clock.PAUSED
    clock.paused_at = now
    clock.next_fire_at = None
    clock.legs = []
    clock.events = [*clock.events, timing.event(timing.PAUSE, now)]
    clock.save(update_fields=["state", "paused_at", "remaining_seconds", "next_fire_at", "legs", "events"])
    return clock


def _go_on(clock: Clock, now: datetime) -> Clock:
    granted = moving.legs_of(clock)
    left = timing.rest(clock.remaining_seconds or 0, Term.parse(clock.term).unit)
    clock.state = Clock.RUNNING
    clock.paused_at = clock.remaining_seconds = None
    clock.events = [*clock.events, timing.event(timing.RESUME, now)]
    calendar = load(clock.calendar_code)
    due_at = moving.count_from(clock, now, [left, *granted], calendar)
    moving.place(clock, due_at, calendar, now, rearm=bool(granted))
    clock.save(update_fields=[*moving.FIELDS, "state", "paused_at", "remaining_seconds"])
    return clock


def _lengthen(clock: Clock, by: Span, now: datetime) -> Clock:
    clock.legs = [*clock.legs, by.as_data()]
    clock.events = [*clock.events, timing.event(timing.EXTEND, now, by)]
    if clock.state == Clock.RUNNING:
        calendar = load(clock.calendar_code)
        moving.place(clock, moving.due_of(clock, calendar), calendar, now, rearm=True)
    clock.save(update_fields=moving.FIELDS)
    return clock
