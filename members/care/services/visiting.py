"""Writing down a visit: the turn ends, the next begins; an attempt is kept, and the turn goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.selectors import leaders_of
from governance.deadlines import services as deadlines
from governance.errors import IllegalState, InvalidInput
from governance.files import services as files
from governance.outbox.services import notify
from governance.scope import Actor
from governance.ui import dates
from members.care import turns
from members.care.services import _common
from members.care.words import MAKE_VISIT, SUBJECT, VISIT
from members.models import CareRecord, CareTurn, CareVisit
from members.models.care import ABSENT, FOUND, HOWS, PAUSED
from members.words import choice_of

# So many attempts one after the other, and the community's secretary is told: an old person may lie behind the door.
ALARMING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a visit was: when, how, what was found. `attachment_ids` are drafts of whoever writes it down."""

    at: datetime
    how: str
    found: str
    words: str = ""
    attachment_ids: Sequence[UUID] = ()


def record_visit(
    *, record_id: int, seen: Seen, by: Actor, now: datetime, turn_id: int | None = None
) -> CareVisit:  # fmt: skip
    """Write down a visit. The turn ends by the moment of writing it down; the next is due a rhythm after the visit.

    Nobody seen (`absent`): the attempt is kept and the turn goes on. During a pause a visit begins a new turn, which
    waits for the end of the pause. `turn_id` is the turn that the person saw: should somebody else have ended it
    meanwhile, this is refused. Raises InvalidInput for a moment still to come or before the last visit.
    """
    _common.require(by, MAKE_VISIT)
    with transaction.atomic(durable=True):
        record = _common.locked(record_id, by)
        turn = CareTurn.objects.get(record=record, state="open")
        _check_turn(record, turn, turn_id)
        return write_visit(record, turn, seen, by=by, now=now)


def write_visit(record: CareRecord, turn: CareTurn, seen: Seen, *, by: Actor, now: datetime) -> CareVisit:
    """Write a visit of a locked record's open turn down, in the caller's transaction."""
    how = choice_of(seen.how, HOWS, label="走访方式", field="how")
    found = choice_of(seen.found, FOUND, label="走访情况", field="found")
    least = 2 if found == "help" else 0
    words = _common.plain(seen.words, label="走访记录", field="words", most=500, least=least)
    _check_moment(record, seen.at, now)
    visit = CareVisit.objects.create(
        record=record, turn=turn, at=seen.at, how=how, found=found, words=words, by_user=by.user_id,
        by_name=by.user_name, unit_name=by.unit_name, made_at=now,
    )  # fmt: skip
    files.attach(ids=seen.attachment_ids, subject_type=SUBJECT, subject_id=record.pk, entry_id=visit.pk, by=by)
    if found == ABSENT:
        _common.touch(record, now)
        _alarm(record, visit, now)
    else:
        _next_turn(record, seen.at, now)
    after = {"how": visit.get_how_display(), "found": visit.get_found_display(), "at": seen.at.isoformat()}
    _common.note("care.visit", record, by=by, now=now, after=after)
    return visit


def _check_turn(record: CareRecord, turn: CareTurn, turn_id: int | None) -> None:
    if turn_id is None or turn_id == turn.pk:
        return
    last = record.visits.exclude(found=ABSENT).order_by("-made_at").first()
    who = f"{last.by_name}已登记 {dates.short(last.at)} 的走访" if last else "走访情况已有变化"
    raise IllegalState(f"您打开页面之后，{who}。请刷新查看；确实又走访了一次的，请重新登记。")


def _check_moment(record: CareRecord, at: datetime, now: datetime) -> None:
    if at > now:
        raise InvalidInput("走访时间不能晚于现在。", field="at")
    last = record.visits.order_by("-at").values_list("at", flat=True).first()
    if last is not None and at < last:
        raise InvalidInput(f"走访时间不能早于上一次走访（{dates.moment(last)}），请核对。", field="at")
    if timezone.localdate(at) < record.since:
        raise InvalidInput(f"走访时间不能早于列入名单的日期（{record.since:%Y-%m-%d}）。", field="at")


def _next_turn(record: CareRecord, at: datetime, now: datetime) -> None:
    turns.end(record, now)
    record.last_visit_at = at
    _common.touch(record, now, "last_visit_at")
    turns.begin(record, at, now)
    if record.state == PAUSED:
        deadlines.pause(subject_type=SUBJECT, subject_id=record.pk, kind=VISIT, now=now)
        turns.show(record)


def _alarm(record: CareRecord, visit: CareVisit, now: datetime) -> None:
    latest = record.visits.order_by("-at", "-pk").values_list("found", flat=True)[:ALARMING]
    if list(latest) != [ABSENT] * ALARMING:
        return
    notify(
        user_ids=leaders_of(record.community_id, now), key=f"care:{record.pk}:absent:{visit.pk}", level="over",
        title=f"连续 {ALARMING} 次没有见到：{record}", body="请尽快核实本人情况。", subject_type=SUBJECT,
        subject_id=record.pk, now=now,
    )  # fmt: skip
