"""Special care lists: put on one, changed, paused, visited, ended; the lists and their rhythms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from governance.deadlines import policies
from governance.deadlines.models import Policy, PolicyVersion
from governance.deadlines.terms import Terms
from governance.errors import InvalidInput, NotFound
from governance.scope import Actor
from members.care import turns
from members.care.kinds import ensure_default_kinds
from members.care.services import adopting, keeping, listing, pausing, visiting
from members.care.services.listing import Entry
from members.care.services.visiting import Seen
from members.models import CareKind, CareRecord, CareTurn, CareVisit, Person
from members.services import persons
from members.services.persons import Facts
from tests.walk.sampling import CENTRE, LATER, MADE, TODAY, WALKED, Refused, Sample, World

WORKER = "CW@community_1"
LISTED = "members_carerecord members_careturn members_careevent deadlines_clock"


def _row(action: str) -> Any:
    return lambda world, thing, result: [(action, "members.carerecord", (thing or result).pk)]


def _somebody(world: World, by: Any = None) -> Person:
    ensure_default_kinds()
    worker = world.actor(WORKER)
    return persons.add_person(facts=Facts(name="王建国"), unit_id=world.id_of("grid_1"), by=worker, now=MADE)


def _add(world: World, person: Person, by: Actor, code: str = "alone", **changes: Any) -> CareRecord:
    entry = Entry(**({"level": "A", "grounds": "独居"} | changes))
    kind = CareKind.objects.get(code=code)
    return listing.add_record(person_id=person.pk, kind_id=kind.pk, entry=entry, by=by, now=WALKED)


def _record(world: World, by: Any = None) -> CareRecord:
    person = _somebody(world)
    entry = Entry(level="A", grounds="独居")
    kind = CareKind.objects.get(code="alone")
    worker = world.actor(WORKER)
    return listing.add_record(person_id=person.pk, kind_id=kind.pk, entry=entry, by=worker, now=MADE)


def _paused(world: World, by: Any = None) -> CareRecord:
    record = _record(world)
    pausing.pause_visits(record_id=record.pk, until=LATER, reason="away", by=world.actor(WORKER), now=MADE)
    return record


def _ended(world: World, record: CareRecord) -> None:
    _end(world, record, world.actor(WORKER))


_OVER = Refused("ended", "结束", spoil=_ended)


def _change(world: World, record: CareRecord, by: Actor, **changes: Any) -> CareRecord:
    entry = Entry(**({"level": "B", "grounds": "独居"} | changes))
    return listing.change_record(record_id=record.pk, entry=entry, by=by, now=WALKED)


def _end(world: World, record: CareRecord, by: Actor, on: Any = TODAY) -> CareRecord:
    return listing.end_record(
        record_id=record.pk, on=on, how="improved", words="与子女同住", by=by, now=WALKED
    )  # fmt: skip


def _assign(world: World, record: CareRecord, by: Actor) -> Any:
    visitor = world.actor("GW@grid_1").user_id
    return listing.assign(record_ids=[record.pk], visitor_id=visitor, by=by, now=WALKED)


def _pause(world: World, record: CareRecord, by: Actor, **changes: Any) -> CareRecord:
    values = {"until": LATER, "reason": "hospital"} | changes
    return pausing.pause_visits(record_id=record.pk, by=by, now=WALKED, **values)


def _visit(world: World, record: CareRecord, by: Actor, **changes: Any) -> CareVisit:
    turn_id = changes.pop("turn_id", None)
    seen = Seen(**({"at": WALKED, "how": "home", "found": "ok"} | changes))
    return visiting.record_visit(record_id=record.pk, seen=seen, turn_id=turn_id, by=by, now=WALKED)


def _kind_facts(**changes: Any) -> keeping.KindFacts:
    values = {"name": "高龄老人", "policy_a": "care-weekly", "policy_b": "care-monthly", "policy_c": "care-monthly"}
    return keeping.KindFacts(**(values | changes))


def _kind(world: World, by: Any = None) -> CareKind:
    ensure_default_kinds()
    return CareKind.objects.get(code="alone")


def _change_kind(world: World, kind: CareKind, by: Actor, **changes: Any) -> CareKind:
    return keeping.change_kind(kind_id=kind.pk, facts=_kind_facts(**changes), by=by, now=WALKED)


def _new_version(world: World, by: Any = None) -> tuple[CareRecord, PolicyVersion]:
    record, policy = _record(world), Policy.objects.get(code="care-weekly")
    terms = Terms.parse(policy.versions.get().terms).as_data()
    terms["care_visit"]["amount"] = 5
    centre = world.actor(CENTRE)
    version = policies.add_version(
        policy_id=policy.pk, terms=Terms.parse(terms), effective_from=None, note="会议要求", by=centre, now=MADE
    )
    return record, version


SAMPLES = [
    Sample(
        listing.add_record, _add,
        changes=LISTED,
        then=lambda world, person, record: turns.clock_of(record) is not None,
        rows=lambda world, person, record: [("care.add", "members.carerecord", record.pk)],
        make=_somebody,
        refused=(
            Refused("on the list already", "已在", spoil=lambda w, person: _add(w, person, w.actor(WORKER))),
            Refused("no such level", "等级", InvalidInput, call=lambda w, p, by: _add(w, p, by, level="X")),
            Refused("no grounds", "认定依据", InvalidInput,
                    call=lambda w, p, by: _add(w, p, by, code="disabled", grounds="")),
            Refused("has left", "已迁出", spoil=lambda w, p: Person.objects.update(state="left", left_on=TODAY)),
        ),
    ),
    Sample(
        listing.change_record, _change,
        changes=LISTED,
        then=lambda world, record, result: result.level == "B",
        rows=_row("care.change"),
        make=_record,
        refused=(
            _OVER,
            Refused("nothing changed", "没有改动", InvalidInput,
                    call=lambda w, r, by: _change(w, r, by, level="A")),
        ),
    ),
    Sample(
        listing.end_record, _end,
        changes=LISTED,
        then=lambda world, record, result: result.until_on == TODAY,
        rows=_row("care.end"),
        make=_record,
        refused=(
            _OVER,
            Refused("a day to come", "不晚于今天", InvalidInput, call=lambda w, r, by: _end(w, r, by, on=LATER)),
        ),
    ),
    Sample(
        listing.assign, _assign,
        changes="members_carerecord members_careevent",
        then=lambda world, record, result: result == (1, []),
        rows=lambda world, record, result: [("care.assign", "members.carerecord", record.pk)],
        make=_record,
        refused=(
            Refused("gone", "没有找到", NotFound, call=lambda w, r, by: listing.assign(
                record_ids=[0], visitor_id=None, by=by, now=WALKED)),
        ),
    ),
    Sample(
        pausing.pause_visits, _pause,
        changes=LISTED,
        then=lambda world, record, result: result.due_at is None,
        rows=_row("care.pause"),
        make=_record,
        refused=(
            _OVER,
            Refused("paused already", "已暂停", spoil=lambda w, r: _pause(w, r, w.actor(WORKER))),
            Refused("over already", "从今天起", InvalidInput,
                    call=lambda w, r, by: _pause(w, r, by, until=TODAY - timedelta(days=1))),
        ),
    ),
    Sample(
        pausing.resume_visits,
        lambda world, record, by: pausing.resume_visits(record_id=record.pk, by=by, now=WALKED),
        changes=LISTED,
        then=lambda world, record, result: result.due_at is not None,
        rows=_row("care.resume"),
        make=_paused,
        refused=(
            _OVER,
            Refused("not paused", "没有暂停", spoil=lambda w, r: pausing.resume_visits(
                record_id=r.pk, by=w.actor(WORKER), now=MADE)),
        ),
    ),
    Sample(
        visiting.record_visit, _visit,
        changes="members_carerecord members_careturn members_carevisit deadlines_clock",
        then=lambda world, record, visit: CareTurn.objects.filter(state="met").exists(),
        rows=lambda world, record, visit: [("care.visit", "members.carerecord", record.pk)],
        make=_record,
        refused=(
            _OVER,
            Refused("a moment to come", "晚于现在", InvalidInput,
                    call=lambda w, r, by: _visit(w, r, by, at=WALKED + timedelta(minutes=5))),
            Refused("somebody was quicker", "刷新", call=lambda w, r, by: _visit(w, r, by, turn_id=1)),
        ),
    ),
    Sample(
        keeping.add_kind,
        lambda world, thing, by: keeping.add_kind(facts=_kind_facts(), by=by, now=WALKED),
        changes="members_carekind",
        then=lambda world, thing, kind: kind.is_active,
        rows=lambda world, thing, kind: [("care.kind_add", "members.carekind", kind.pk)],
        make=lambda world, by: ensure_default_kinds(),
        refused=(
            Refused("of a name that is there", "同名", InvalidInput, call=lambda w, t, by: keeping.add_kind(
                facts=_kind_facts(name="独居老人"), by=by, now=WALKED)),
        ),
    ),
    Sample(
        keeping.change_kind, _change_kind,
        changes="members_carekind",
        then=lambda world, kind, result: result.name == "高龄老人",
        rows=lambda world, kind, result: [("care.kind_change", "members.carekind", kind.pk)],
        make=_kind,
        refused=(
            Refused("no such rhythm", "方案", InvalidInput,
                    call=lambda w, kind, by: _change_kind(w, kind, by, policy_a="ordinary")),
        ),
    ),
    Sample(
        adopting.adopt,
        lambda world, pair, by: adopting.adopt([pair[0].pk], pair[1], by, WALKED),
        changes=LISTED,
        then=lambda world, pair, result: result == 1,
        rows=lambda world, pair, result: [("care.policy_adopted", "members.carerecord", pair[0].pk)],
        make=_new_version,
        refused=(Refused("ended meanwhile", error=None, spoil=lambda w, pair: _ended(w, pair[0])),),
    ),
]  # fmt: skip
