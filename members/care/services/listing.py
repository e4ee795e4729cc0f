"""Putting a person on a list, correcting the entry, ending it; and who visits."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from governance.days import today_of
from governance.deadlines import services as deadlines
from governance.deadlines.models import Clock
from governance.errors import DomainError, IllegalState, InvalidInput, NotFound
from governance.scope import Actor, place_of
from members.care import turns
from members.care.services import _common
from members.care.words import EDIT, PAUSE, SUBJECT
from members.models import CareKind, CareRecord, Person
from members.models.care import ENDED, ENDINGS, ENDS, LEVELS
from members.services._common import locked_person
from members.words import choice_of, day_of

KEPT = ("level", "grounds", "words", "visitor_id", "since")
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How a person stands on a list. `since` None: today. `visitor_id` None: the grid's worker."""

    level: str
    grounds: str = ""
    words: str = ""
    since: date | None = None
    visitor_id: int | None = None


def add_record(*, person_id: int, kind_id: int, entry: Entry, by: Actor, now: datetime) -> CareRecord:
    """Put a person on a list; the first visit is due a rhythm from now.

    Raises NotFound outside the scope; InvalidInput naming the field; IllegalState for who is on this list already.
    """
    _common.require(by, EDIT)
    with transaction.atomic(durable=True):
        person = locked_person(person_id, by)
        kind = CareKind.objects.filter(pk=kind_id, is_active=True).first()
        if kind is None:
            raise InvalidInput("请选择类别。", field="kind")
        return put_on(person, kind, entry, by=by, now=now)


def put_on(person: Person, kind: CareKind, entry: Entry, *, by: Actor, now: datetime) -> CareRecord:
    """Put a locked person on a list, in the caller's transaction. Raises as `add_record` does."""
    record = drawn_up(person, kind, entry, now)
    known = CareRecord.objects.filter(person=person, kind=kind).exclude(state=ENDED)
    try:
        with transaction.atomic():
            write_listed([record], by=by, now=now)
    except IntegrityError:
        if not known.exists():
            raise
        raise IllegalState(f"{person.name} 已在{kind.name}名单中，请在原记录上修改。") from None
    return record


def drawn_up(person: Person, kind: CareKind, entry: Entry, now: datetime) -> CareRecord:
    """A record as it would be written, which is left to `write_listed`. Raises InvalidInput naming the field."""
    place = place_of(person)
    record = CareRecord(person=person, kind=kind, since=today_of(now), made_at=now, changed_at=now, **place)
    _set(record, entry, now)
    return record


def write_listed(records: Sequence[CareRecord], *, by: Actor, now: datetime) -> None:
    """Write new records, each with its first turn, clock, history and entry of the record, in a dozen statements.

    The caller holds the persons. Raises IntegrityError where one is on that list already, IllegalState where a limit
    cannot be counted.
    """
    turns.begin_many(records, now)
    _common.events(
        [(record, "listed", f"列入{record.kind.name}，{record.get_level_display()}。") for record in records],
        by=by, now=now,
    )  # fmt: skip
    _common.notes(
        "care.add", [(record, {"kind": record.kind.name, **_facts(_kept(record))}) for record in records], by=by,
        now=now,
    )  # fmt: skip


def change_record(
    *, record_id: int, entry: Entry, by: Actor, now: datetime, revision: int | None = None
) -> CareRecord:  # fmt: skip
    """Correct an entry. Another level counts the running turn anew from its start; nobody is late after the fact."""
    _common.require(by, EDIT)
    with transaction.atomic(durable=True):
        record = _common.locked(record_id, by, revision)
        if not correct(record, entry, by=by, now=now):
            raise InvalidInput("没有改动任何内容，无需保存。")
    return record


def says_same(record: CareRecord, entry: Entry, now: datetime) -> bool:
    """Whether `correct` would find nothing different; nothing is written. Raises InvalidInput naming the field."""
    read = copy(record)
    _set(read, entry, now)
    return _kept(read) == _kept(record)


def correct(record: CareRecord, entry: Entry, *, by: Actor, now: datetime) -> bool:
    """Correct a locked, open record in the caller's transaction; whether anything is different."""
    before, level = _kept(record), record.level
    _set(record, entry, now)
    after = _kept(record)
    if before == after:
        return False
    _common.touch(record, now, *KEPT)
    if level != record.level:
        turns.put_under(record, turns.version_of(record, now), now)
    _common.event(record, "changed", _told(before, after), by=by, now=now)
    _common.note("care.change", record, by=by, now=now, before=_facts(before), after=_facts(after))
    return True


def end_record(*, record_id: int, on: date, how: str, words: str, by: Actor, now: datetime) -> CareRecord:
    """Take a person off a list. Raises InvalidInput for a day before the entry or still to come."""
    _common.require(by, EDIT)
    how = choice_of(how, ENDINGS, label="结束原因", field="how")
    words = _common.plain(words, label="说明", field="words", most=200, least=2)
    with transaction.atomic(durable=True):
        record = _common.locked(record_id, by)
        on = day_of(on, today=today_of(now), label="结束日期", field="on")
        if on < record.since:
            raise InvalidInput(f"结束日期不能早于列入日期（{record.since:%Y-%m-%d}）。", field="on")
        close(record, on=on, how=how, words=words, by=by, now=now)
    return record


def close(record: CareRecord, *, on: date, how: str, words: str, by: Actor, now: datetime) -> None:
    """End a locked record: its clocks are cancelled, a turn that was late stays missed."""
    turns.end(record, now, Clock.CANCELLED)
    deadlines.finish(subject_type=SUBJECT, subject_id=record.pk, kind=PAUSE, now=now, outcome=Clock.CANCELLED)
    record.state, record.until_on, record.ended_how = ENDED, max(on, record.since), how
    record.paused_until, record.pause_reason, record.due_at, record.card = None, "", None, ""
    _common.touch(
        record, now, "state", "until_on", "ended_how", "paused_until", "pause_reason", "due_at", "card"
    )  # fmt: skip
    said = f"结束关爱：{dict(ENDS)[how]}。{words}"
    _common.event(record, "ended", said, by=by, now=now)
    after = {"until_on": str(record.until_on), "ended_how": dict(ENDS)[how]}
    _common.note("care.end", record, by=by, now=now, after=after, reason=words)


def assign(
    *, record_ids: Sequence[int], visitor_id: int | None, by: Actor, now: datetime
) -> tuple[int, list[tuple[str, str]]]:  # fmt: skip
    """Name the visitor of many records; None leaves them to the grids' workers. How many, and whom it could not be."""
    _common.require(by, EDIT)
    if len(record_ids) > MOST_AT_ONCE:
        raise InvalidInput(f"一次最多指定 {MOST_AT_ONCE} 人，请缩小范围。")
    done, refused = 0, []
    with transaction.atomic(durable=True):
        records = _common.locked_many(record_ids, by)
        if not records:
            raise NotFound("没有找到所选的关爱记录，或不在您的管辖范围内。")
        for record in records:
            try:
                done += _assign(record, visitor_id, by, now)
            except DomainError as error:
                refused.append((str(record), error.message))
    return done, refused


def _assign(record: CareRecord, visitor_id: int | None, by: Actor, now: datetime) -> bool:
    if record.state == ENDED:
        raise IllegalState("已结束，不能指定走访人。")
    _common.check_visitor(record, visitor_id, now)
    if record.visitor_id == visitor_id:
        return False
    before = record.visitor_id
    record.visitor_id = visitor_id
    _common.touch(record, now, "visitor")
    name = record.visitor.name if record.visitor else "网格员"
    _common.event(record, "assigned", f"走访人：{name}。", by=by, now=now)
    _common.note("care.assign", record, by=by, now=now, before={"visitor_id": before}, after={"visitor_id": visitor_id})
    return True


def _set(record: CareRecord, entry: Entry, now: datetime) -> None:
    record.level = choice_of(entry.level, LEVELS, label="关爱等级", field="level")
    record.grounds = _common.plain(
        entry.grounds, label="认定依据", field="grounds", most=200, least=2 if record.kind.needs_grounds else 0
    )
    record.words = _common.plain(entry.words, label="走访提示", field="words", most=500)
    if entry.since is not None:
        record.since = day_of(entry.since, today=today_of(now), label="列入日期", field="since")
    if entry.visitor_id != record.visitor_id:
        _common.check_visitor(record, entry.visitor_id, now)
        record.visitor_id = entry.visitor_id


def _kept(record: CareRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in KEPT} | {"since": str(record.since)}


def _facts(kept: dict[str, Any]) -> dict[str, Any]:
    """For the audit record: of what to look for (health, family) only how long it is."""
    return kept | {"words": f"{len(kept['words'])} 字"}


def _told(before: dict[str, Any], after: dict[str, Any]) -> str:
    names = {"level": "等级", "grounds": "认定依据", "words": "走访提示", "visitor_id": "走访人", "since": "列入日期"}
    changed = "、".join(names[name] for name in KEPT if before[name] != after[name])
    level = f"，等级 {before['level']} 改为 {after['level']}" if before["level"] != after["level"] else ""
    return f"修改了{changed}{level}。"
