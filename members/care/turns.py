"""The clock of a record: one turn after the other. The caller holds the record's lock, in a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from governance.deadlines import services as deadlines
from governance.deadlines.models import Clock, PolicyVersion
from governance.deadlines.reterming import PAST
from governance.deadlines.terms import Term, Terms
from governance.scope import place_of
from members.care.words import SUBJECT, VISIT
from members.models import CareRecord, CareTurn

_ENDED = {Clock.MET: "met", Clock.MISSED: "missed", Clock.CANCELLED: "cancelled"}


def version_of(record: CareRecord, at: datetime) -> PolicyVersion:
    """The version in force of the policy that the list gives to the record's level."""
    return deadlines.policy_version_at(record.kind.policy_of(record.level), at)


def term_in(version: PolicyVersion) -> Term:
    """The rhythm that a version holds."""
    return Terms.parse(version.terms)[VISIT]


def unit_of(record: CareRecord) -> int:
    """The unit that a late visit is held against: the grid, where there is one."""
    return record.grid_id or record.community_id


def begin(record: CareRecord, at: datetime, now: datetime) -> CareTurn:
    """The next visit is due a rhythm after `at` (a past visit's moment, or now)."""
    version = version_of(record, now)
    turn = CareTurn.objects.create(
        record=record, kind_id=record.kind_id, level=record.level, started_at=at,
        **place_of(record),
    )  # fmt: skip
    clock = deadlines.start(
        subject_type=SUBJECT, subject_id=record.pk, kind=VISIT, term=term_in(version), unit_id=unit_of(record),
        started_at=at, now=now, policy_version_id=version.pk,
    )  # fmt: skip
    record.policy_version = version
    show(record, clock)
    return turn


def begin_many(records: Sequence[CareRecord], now: datetime) -> None:
    """Write new records with their first turns, which begin now: few statements, however many there are."""
    versions: dict[tuple[int, str], PolicyVersion] = {}
    for record in records:
        key = (record.kind_id, record.level)
        if key not in versions:
            versions[key] = version_of(record, now)
        record.policy_version = versions[key]
    CareRecord.objects.bulk_create(records)
    clocks = deadlines.start_many([_spec(record, now) for record in records], now)
    by_limit: dict[tuple[datetime | None, str], list[int]] = {}
    for record, clock in zip(records, clocks, strict=True):
        record.due_at, record.card = shown(clock)
        by_limit.setdefault((record.due_at, record.card), []).append(record.pk)
    # What begins at one moment under one policy has one limit: a statement for each, not for each record.
    for (due_at, card), ids in by_limit.items():
        CareRecord.objects.filter(pk__in=ids).update(due_at=due_at, card=card)
    CareTurn.objects.bulk_create(_turn(record, now) for record in records)


def _spec(record: CareRecord, at: datetime) -> deadlines.ClockSpec:
    version = cast(PolicyVersion, record.policy_version)
    return deadlines.ClockSpec(
        subject_type=SUBJECT, subject_id=record.pk, kind=VISIT, term=term_in(version), unit_id=unit_of(record),
        started_at=at, policy_version_id=version.pk,
    )  # fmt: skip


def _turn(record: CareRecord, at: datetime) -> CareTurn:
    place = place_of(record)
    return CareTurn(
        record=record, kind_id=record.kind_id, level=record.level, started_at=at, due_at=record.due_at, **place
    )  # fmt: skip


def end(record: CareRecord, now: datetime, outcome: str = Clock.MET) -> CareTurn:
    """End the open turn: met or missed by the clock's verdict; of one that is cancelled, missed if it was late."""
    (clock,) = deadlines.finish(subject_type=SUBJECT, subject_id=record.pk, kind=VISIT, now=now, outcome=outcome)
    turn = CareTurn.objects.get(record=record, state="open")
    turn.state = "missed" if clock.overdue_since is not None else _ENDED[clock.state]
    turn.due_at, turn.ended_at = clock.due_at, now
    turn.save(update_fields=["state", "due_at", "ended_at"])
    return turn


def put_under(record: CareRecord, version: PolicyVersion, now: datetime) -> bool:
    """Count the open turn anew under a version: after a change of level or of the policy. Whether its limit moved."""
    told = deadlines.reterm(
        subject_type=SUBJECT, subject_id=record.pk, kind=VISIT, term=term_in(version), policy_version_id=version.pk,
        now=now,
    )  # fmt: skip
    record.policy_version = version
    CareTurn.objects.filter(record=record, state="open").update(level=record.level)
    show(record)
    return any(one.has_moved for one in told)


def follow_place(record: CareRecord) -> None:
    """The open clocks and the turn answer where the record now lies."""
    place = place_of(record)
    CareTurn.objects.filter(record=record, state="open").update(**place)
    clocks = Clock.objects.filter(subject_type=SUBJECT, subject_id=record.pk, state__in=Clock.OPEN)
    clocks.update(unit_id=unit_of(record))


def show(record: CareRecord, clock: Clock | None = None) -> None:
    """Let the record and its turn show what the clock (the open one) says. Saves the record's own fields of it."""
    clock = clock or clock_of(record)
    record.due_at, record.card = shown(clock) if clock else (None, "")
    record.save(update_fields=["due_at", "card", "policy_version"])
    CareTurn.objects.filter(record=record, state="open").update(due_at=record.due_at)


def shown(clock: Clock) -> tuple[datetime | None, str]:
    """Limit and card of an open clock. One that is paused in time has no limit; one that was late stays late."""
    if clock.overdue_since is not None:
        return clock.due_at, "red"
    if clock.state == Clock.PAUSED:
        return None, ""
    to_come = {step["key"] for step in clock.steps[clock.next_step :]}
    fired = (step["key"] for step in clock.steps[: clock.next_step])
    return clock.due_at, "yellow" if any(key not in to_come and not key.startswith(PAST) for key in fired) else ""


def clock_of(record: CareRecord) -> Clock | None:
    """The open clock of the record's turn."""
    return Clock.objects.filter(subject_type=SUBJECT, subject_id=record.pk, kind=VISIT, state__in=Clock.OPEN).first()
