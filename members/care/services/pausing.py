"""Visits paused while somebody is in hospital or away, until a day; then, or earlier by hand, they go on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from governance.days import start_of, today_of
from governance.deadlines import services as deadlines
from governance.deadlines.models import Clock
from governance.deadlines.terms import Span, Term, Unit
from governance.errors import IllegalState, InvalidInput
from governance.scope import PLATFORM, Actor
from members.care import turns
from members.care.services import _common
from members.care.words import EDIT, PAUSE, RESUME, SUBJECT, VISIT
from members.models import CareRecord
from members.models.care import OPEN, PAUSED, PAUSES
from members.words import choice_of

LONGEST = timedelta(days=366)


def pause_visits(
    *, record_id: int, until: date, reason: str, words: str = "", by: Actor, now: datetime
) -> CareRecord:  # fmt: skip
    """Pause a record's visits to the end of a day. What was left of the turn is left afterwards.

    Raises InvalidInput for a day that is over or more than a year away; IllegalState while they are paused already.
    """
    _common.require(by, EDIT)
    reason = choice_of(reason, PAUSES, label="暂停原因", field="reason")
    words = _common.plain(words, label="说明", field="words", most=200)
    with transaction.atomic(durable=True):
        record = _common.locked(record_id, by)
        if record.state == PAUSED:
            raise IllegalState(f"走访已暂停至 {record.paused_until:%Y-%m-%d}，如需改期请先恢复走访。")
        if not today_of(now) <= until <= today_of(now) + LONGEST:
            raise InvalidInput("暂停至的日期应从今天起、不超过一年。", field="until")
        deadlines.pause(subject_type=SUBJECT, subject_id=record.pk, kind=VISIT, now=now)
        _start_end(record, until, now)
        record.state, record.paused_until, record.pause_reason = PAUSED, until, reason
        _common.touch(record, now, "state", "paused_until", "pause_reason")
        turns.show(record)
        said = f"暂停走访至 {until:%Y-%m-%d}：{dict(PAUSES)[reason]}。{words}"
        _common.event(record, "paused", said, by=by, now=now)
        after = {"paused_until": str(until), "pause_reason": dict(PAUSES)[reason]}
        _common.note("care.pause", record, by=by, now=now, after=after, reason=words)
    return record


def resume_visits(*, record_id: int, by: Actor, now: datetime) -> CareRecord:
    """Let paused visits go on before their day. Raises IllegalState while they are not paused."""
    _common.require(by, EDIT)
    with transaction.atomic(durable=True):
        record = _common.locked(record_id, by)
        if record.state != PAUSED:
            raise IllegalState("走访没有暂停，无需恢复。")
        go_on(record, "恢复走访。", by=by, now=now)
    return record


def come_back(record: CareRecord, now: datetime) -> None:
    """The day has come: called by the clock of the pause, inside the engine's transaction."""
    if record.state == PAUSED:
        go_on(record, "暂停期满，恢复走访。", by=PLATFORM, now=now)


def go_on(record: CareRecord, words: str, *, by: Actor, now: datetime) -> None:
    """Let a locked, paused record's turn run on."""
    deadlines.finish(subject_type=SUBJECT, subject_id=record.pk, kind=PAUSE, now=now, outcome=Clock.CANCELLED)
    deadlines.resume(subject_type=SUBJECT, subject_id=record.pk, kind=VISIT, now=now)
    until = record.paused_until
    record.state, record.paused_until, record.pause_reason = OPEN, None, ""
    _common.touch(record, now, "state", "paused_until", "pause_reason")
    turns.show(record)
    _common.event(record, "resumed", words, by=by, now=now)
    _common.note("care.resume", record, by=by, now=now, before={"paused_until": str(until)}, after={})


def _start_end(record: CareRecord, until: date, now: datetime) -> None:
    """A clock that ends at the day's last second: the same engine brings the visits back."""
    end = start_of(until + timedelta(days=1))
    minutes = max(1, -(-int((end - now).total_seconds()) // 60))
    deadlines.start(
        subject_type=SUBJECT, subject_id=record.pk, kind=PAUSE, started_at=now, now=now, unit_id=turns.unit_of(record),
        term=Term(Span(minutes, Unit.NATURAL_MINUTES), missed=RESUME),
    )  # fmt: skip
