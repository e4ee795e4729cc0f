"""Careers: begun, kept true, paid, appraised; promoted, removed, rewarded by their procedures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor
from members.careers.services import appraisals, careers, procedures, regrading, scales
from members.careers.services.appraisals import Line
from members.careers.services.careers import Entry
from members.careers.services.scales import Amounts
from members.models import Appraisal, AppraisalRound, Career, CareerProcedure, PayScale
from members.services import households, persons
from members.services.households import Address
from members.services.persons import Facts, Joining
from tests.members.conftest import identity_number
from tests.walk.sampling import CENTRE, LATER, MADE, TODAY, WALKED, Refused, Sample, World

NUMBER = identity_number("19900101")
SECRETARY, STREET = "CS@community_1", "SS@street_1"
WORKER = "CW@community_1"
NOTICE_OVER = MADE + timedelta(days=7, seconds=1)


def _person(world: World, by: Any = None) -> None:
    where = Address(unit_id=world.id_of("grid_1"), address="幸福里3号楼2单元301")
    household = households.add_household(address=where, by=world.actor(WORKER), now=MADE)
    joining = Joining(household_id=household.pk, relation="head", on=date(2025, 5, 1))
    persons.add_person(facts=Facts(name="王建国", identity=NUMBER), joining=joining, by=world.actor(WORKER), now=MADE)


def _enter(world: World, thing: Any, by: Actor, **changes: Any) -> Career:
    values = {
        "name": "王建国", "identity": NUMBER, "unit_id": world.id_of("grid_1"), "post": "grid",
        "entered_on": date(2022, 3, 1), "recruited": "open", "degree": "bachelor", "grounds": "2022 年公开招聘",
    }  # fmt: skip
    now = changes.pop("now", WALKED)
    return careers.enter(entry=Entry(**(values | changes)), by=by, now=now)


def _career(world: World, by: Any = None, **changes: Any) -> Career:
    """A grid worker of the first community, twice appraised as 合格."""
    _person(world)
    made = _enter(world, None, world.actor(CENTRE), now=MADE, **changes)
    for year in (2024, 2025):
        found = AppraisalRound.objects.create(
            district_id=made.district_id, street_id=made.street_id, year=year, state="decided", opened_at=MADE
        )
        _line(found, made, "good")
    return made


def _line(found: AppraisalRound, career: Career, result: str) -> None:
    Appraisal.objects.create(
        round=found, career=career, result=result, district_id=career.district_id, street_id=career.street_id,
        community_id=career.community_id,
    )  # fmt: skip


def _ended(world: World, thing: Any) -> None:
    Career.objects.update(state="resigned", ended_on=TODAY)


def _facts(world: World, career: Career, by: Actor, **changes: Any) -> Career:
    values = {
        "career_id": career.pk, "degree": "master", "certificate": "", "duty": "", "grounds": "学位证", "now": WALKED,
    }  # fmt: skip
    return careers.change_facts(**(values | changes), by=by)


def _move(world: World, career: Career, by: Actor, unit: str = "grid_2") -> Career:
    return careers.move_unit(
        career_id=career.pk, unit_id=world.id_of(unit), on=TODAY, grounds="工作需要", by=by, now=WALKED
    )


def _end(world: World, career: Career, by: Actor, **changes: Any) -> Career:
    values = {"career_id": career.pk, "how": "resigned", "on": TODAY, "grounds": "个人原因", "now": WALKED}
    return careers.end_service(**(values | changes), by=by)


def _career_row(action: str) -> Any:
    return lambda world, career, result: [(action, "members.career", career.pk)]


_LOST = Refused("no such career", "没有找到这名", NotFound, call=lambda w, c, by: _end(w, Career(pk=0), by))
_CAREERS = [
    Sample(
        careers.enter, _enter,
        changes="members_career members_careerevent",
        then=lambda world, thing, career: career.state == "serving" and career.events.get().kind == "entered",
        rows=lambda world, thing, career: [("career.enter", "members.career", career.pk)],
        make=_person,
        refused=(
            Refused("serves already", "已登记为在岗", spoil=lambda w, t: _enter(w, t, w.actor(CENTRE), now=MADE)),
            Refused("another name", "都相符", InvalidInput, call=lambda w, t, by: _enter(w, t, by, name="刘敏")),
            Refused("no post", "岗位", InvalidInput, call=lambda w, t, by: _enter(w, t, by, post="x")),
            Refused("a day to come", "不晚于今天", InvalidInput,
                    call=lambda w, t, by: _enter(w, t, by, entered_on=LATER)),
            Refused("another district's unit", "本辖区", NotFound,
                    call=lambda w, t, by: _enter(w, t, by, unit_id=w.id_of("street_3"))),
        ),
        stranger=InvalidInput,
    ),
    Sample(
        careers.change_facts, _facts,
        changes="members_career members_careerevent",
        then=lambda world, career, result: Career.objects.get().degree == "master",
        rows=_career_row("career.facts"),
        make=_career,
        refused=(
            Refused("has left", "已辞职", spoil=_ended),
            Refused("nothing new", "没有改动", InvalidInput, call=lambda w, c, by: _facts(w, c, by, degree="bachelor")),
        ),
    ),
    Sample(
        careers.move_unit, _move,
        changes="members_career members_careerevent",
        then=lambda world, career, result: Career.objects.get().grid_id == world.id_of("grid_2"),
        rows=_career_row("career.move"),
        make=_career,
        refused=(
            Refused("has left", "已辞职", spoil=_ended),
            Refused("is there", "已在这个单位", InvalidInput, call=lambda w, c, by: _move(w, c, by, "grid_1")),
        ),
    ),
    Sample(
        careers.end_service, _end,
        changes="members_career members_careerevent",
        then=lambda world, career, result: Career.objects.get().state == "resigned",
        rows=_career_row("career.end"),
        make=_career,
        refused=(
            Refused("has left", "已辞职", spoil=_ended), _LOST,
            Refused("no such way", "离岗方式", InvalidInput, call=lambda w, c, by: _end(w, c, by, how="removed")),
            Refused("a procedure is open", "未办结", spoil=lambda w, c: _propose(w, c, w.actor(SECRETARY), now=MADE)),
        ),
    ),
]  # fmt: skip


def _publish_scale(world: World, thing: Any, by: Actor, **changes: Any) -> PayScale:
    values = {
        "valid_from": LATER, "base": 2500, "posts": {"secretary": 1800, "deputy": 1300, "worker": 900, "grid": 600},
        "grades": {str(n): 200 * n for n in range(1, 7)},
    }  # fmt: skip
    return scales.publish_scale(amounts=Amounts(**(values | changes)), note="人社发〔2026〕1号", by=by, now=WALKED)


def _due(world: World, by: Any = None) -> Career:
    """A worker who is due a grade for a certificate."""
    made = _career(world, post="worker")
    _facts(world, made, world.actor(STREET), degree="bachelor", certificate="senior", now=MADE)
    return made


def _regrade(world: World, thing: Any, by: Actor, on: date = TODAY) -> Any:
    return regrading.regrade(on=on, grounds="2026 年集中晋级", by=by, now=WALKED)


_PAY = [
    Sample(
        scales.publish_scale, _publish_scale,
        changes="members_payscale",
        then=lambda world, thing, row: row.amounts["base"] == 2500,
        rows=lambda world, thing, row: [("career.scale", "members.payscale", row.pk)],
        refused=(
            Refused("in the past", "不能早于今天", InvalidInput,
                    call=lambda w, t, by: _publish_scale(w, t, by, valid_from=date(2026, 1, 1))),
            Refused("a grade that pays less", "不能低于", InvalidInput, call=lambda w, t, by: _publish_scale(
                w, t, by, grades={str(n): 900 - n for n in range(1, 7)})),
        ),
    ),
    Sample(
        regrading.regrade, _regrade,
        changes="members_career members_careerevent",
        then=lambda world, career, events: [event.kind for event in events] == ["regraded"],
        rows=lambda world, career, events: [("career.regrade", "grids.unit", world.id_of("district"))],
        make=_due,
        refused=(
            Refused("nobody is due", "没有应晋级", spoil=lambda w, t: _regrade(w, t, w.actor(CENTRE))),
            Refused("a day to come", "不晚于今天", InvalidInput, call=lambda w, t, by: _regrade(w, t, by, LATER)),
        ),
        # In another district nobody is due.
        stranger=IllegalState,
    ),
]  # fmt: skip


def _propose(world: World, career: Career, by: Actor, **changes: Any) -> CareerProcedure:
    values = {
        "career_id": career.pk, "kind": "promotion", "path": "grid_to_worker", "words": "工作认真负责，群众评价好。",
        "now": WALKED,
    }  # fmt: skip
    return procedures.propose(**(values | changes), by=by)


def _nominated(world: World, by: Any = None) -> CareerProcedure:
    return _propose(world, _career(world), world.actor(SECRETARY), now=MADE)


def _reviewed(world: World, by: Any = None) -> CareerProcedure:
    return procedures.review(
        procedure_id=_nominated(world).pk, support=True, words="同意", by=world.actor(STREET), now=MADE
    )  # fmt: skip


def _in_notice(world: World, by: Any = None) -> CareerProcedure:
    return _publish(world, _reviewed(world), world.actor(STREET), now=MADE)


def _suspended(world: World, by: Any = None) -> CareerProcedure:
    return _object(world, _in_notice(world), world.actor(STREET), now=MADE)


def _removal(world: World, by: Any = None) -> CareerProcedure:
    return _propose(world, _career(world), world.actor(SECRETARY), kind="removal", path="duties", now=MADE)


def _hearing(world: World, by: Any = None) -> CareerProcedure:
    return _deliver(world, _removal(world), world.actor(STREET), now=MADE)


def _review(world: World, thing: CareerProcedure, by: Actor, *, support: bool = True, words: str = "同意") -> Any:
    return procedures.review(procedure_id=thing.pk, support=support, words=words, by=by, now=WALKED)


def _publish(world: World, thing: CareerProcedure, by: Actor, now: Any = WALKED) -> CareerProcedure:
    return procedures.publish(procedure_id=thing.pk, where="社区公示栏", by=by, now=now)


def _object(world: World, thing: CareerProcedure, by: Actor, now: Any = WALKED) -> CareerProcedure:
    return procedures.object_to(procedure_id=thing.pk, words="反映其履历不实", by=by, now=now)


def _settle(world: World, thing: CareerProcedure, by: Actor, *, upheld: bool = False) -> CareerProcedure:
    return procedures.settle(procedure_id=thing.pk, upheld=upheld, words="经查履历属实", by=by, now=WALKED)


def _deliver(world: World, thing: CareerProcedure, by: Actor, on: date = TODAY, now: Any = WALKED) -> CareerProcedure:
    return procedures.deliver(procedure_id=thing.pk, how="in_person", on=on, by=by, now=now)


def _hear(world: World, thing: CareerProcedure, by: Actor, statement: str = "请求从轻处理") -> CareerProcedure:
    return procedures.hear(procedure_id=thing.pk, statement=statement, by=by, now=WALKED)


def _waive(world: World, thing: CareerProcedure, by: Actor, condition: str = "degree") -> CareerProcedure:
    return procedures.waive(
        procedure_id=thing.pk, condition=condition, grounds="表现突出，特批。", by=by, now=WALKED
    )  # fmt: skip


def _decide(world: World, thing: CareerProcedure, by: Actor, *, accept: bool = True) -> CareerProcedure:
    return procedures.decide(procedure_id=thing.pk, accept=accept, words="经研究决定", by=by, now=NOTICE_OVER)


def _withdraw(world: World, thing: CareerProcedure, by: Actor, words: str = "本人放弃") -> CareerProcedure:
    return procedures.withdraw(procedure_id=thing.pk, words=words, by=by, now=WALKED)


def _unschooled(world: World, by: Any = None) -> CareerProcedure:
    return _propose(world, _career(world, degree=""), world.actor(SECRETARY), now=MADE)


def _heard(world: World, by: Any = None) -> CareerProcedure:
    return _hear(world, _hearing(world), world.actor(STREET))


def _step(action: str) -> Any:
    return lambda world, thing, result: [(f"career.{action}", "members.careerprocedure", result.pk)]


def _is(state: str) -> Any:
    return lambda world, thing, result: CareerProcedure.objects.get().state == state


def _over(world: World, thing: Any) -> None:
    _withdraw(world, thing, world.actor(CENTRE))


_BASE = "deadlines_clock members_careerprocedure members_careerprocedureentry"
_TOLD = f"{_BASE} outbox_inboxitem"
_OVER = Refused("withdrawn", "已撤回", spoil=_over)
_PROCEDURES = [
    Sample(
        procedures.propose, _propose, changes=_TOLD, then=_is("nominated"), rows=_step("propose"), make=_career,
        refused=(
            Refused("one is open", "未办结", spoil=lambda w, c: _propose(w, c, w.actor(SECRETARY), now=MADE)),
            Refused("has left", "已辞职", spoil=_ended),
            Refused("no such path", "事项", InvalidInput, call=lambda w, c, by: _propose(w, c, by, path="x")),
            Refused("not from this post", "不适用", InvalidInput,
                    call=lambda w, c, by: _propose(w, c, by, path="to_committee")),
            Refused("no words", "理由", InvalidInput, call=lambda w, c, by: _propose(w, c, by, words="")),
        ),
    ),
    Sample(
        procedures.review, _review, changes=_TOLD, then=_is("reviewed"), rows=_step("review"), make=_nominated,
        refused=(
            _OVER,
            Refused("no opinion", "审核意见", InvalidInput, call=lambda w, p, by: _review(w, p, by, words="")),
            Refused("no such procedure", "没有找到", NotFound,
                    call=lambda w, p, by: _review(w, CareerProcedure(pk=0), by)),
        ),
    ),
    Sample(
        procedures.review,
        lambda world, thing, by: _review(world, thing, by, support=False, words="履历需再核实"),
        changes=_TOLD, then=_is("refused"), rows=_step("review"), make=_nominated, variant="refused",
        harmless="refused as one that is supported is",
    ),
    Sample(
        procedures.publish, _publish, changes=_BASE, then=_is("public_notice"), rows=_step("publish"), make=_reviewed,
        refused=(
            _OVER,
            Refused("a condition is not met", "条件不符合", spoil=lambda w, p: Career.objects.update(degree="")),
        ),
    ),
    Sample(
        procedures.object_to, _object, changes=_TOLD, then=_is("suspended"), rows=_step("object_to"), make=_in_notice,
        refused=(_OVER,),
    ),
    Sample(
        procedures.settle, _settle, changes=_BASE, then=_is("public_notice"), rows=_step("settle"), make=_suspended,
        refused=(_OVER,),
    ),
    Sample(
        procedures.deliver, _deliver, changes=_BASE, then=_is("hearing"), rows=_step("deliver"), make=_removal,
        refused=(
            _OVER,
            Refused("before it began", "不能早于", InvalidInput,
                    call=lambda w, p, by: _deliver(w, p, by, on=date(2026, 11, 20))),
        ),
    ),
    Sample(
        procedures.hear, _hear, changes=_TOLD, then=_is("heard"), rows=_step("hear"), make=_hearing,
        refused=(
            _OVER, Refused("no words", "申辩意见", InvalidInput, call=lambda w, p, by: _hear(w, p, by, "")),
        ),
    ),
    Sample(
        procedures.waive, _waive, changes="members_careerprocedure members_careerprocedureentry",
        then=lambda world, thing, result: set(CareerProcedure.objects.get().waivers) == {"degree"},
        rows=_step("waive"), make=_unschooled,
        refused=(
            _OVER, Refused("it is met", "无需再审批", InvalidInput, call=lambda w, p, by: _waive(w, p, by, "years")),
        ),
    ),
    Sample(
        procedures.decide, _decide, changes=_TOLD,
        then=lambda world, thing, result: Career.objects.get().state == "serving"
        and CareerProcedure.objects.get().state == "decided",
        rows=_step("decide"), make=_heard, refused=(_OVER,), variant="removal",
    ),
    Sample(
        procedures.decide, lambda world, thing, by: _decide(world, thing, by, accept=False),
        changes=_TOLD, then=_is("refused"), rows=_step("decide"), make=_heard, variant="refused",
        harmless="refused as one that is taken is",
    ),
    Sample(
        procedures.withdraw, _withdraw, changes=_TOLD, then=_is("withdrawn"), rows=_step("withdraw"), make=_nominated,
        refused=(
            _OVER, Refused("no words", "撤回理由", InvalidInput, call=lambda w, p, by: _withdraw(w, p, by, "")),
        ),
    ),
]  # fmt: skip


def _open_round(world: World, thing: Any, by: Actor, *, year: int = 2026, now: Any = WALKED) -> AppraisalRound:
    return appraisals.open_round(street_id=world.id_of("street_1"), year=year, by=by, now=now)


def _round(world: World, by: Any = None) -> AppraisalRound:
    _career(world)
    return _open_round(world, None, world.actor(STREET), now=MADE)


def _set(world: World, found: AppraisalRound, by: Actor, result: str = "good", now: Any = WALKED) -> int:
    lines = {Career.objects.get().pk: Line(result)}
    return appraisals.set_results(round_id=found.pk, lines=lines, by=by, now=now)


def _filled(world: World, by: Any = None) -> AppraisalRound:
    found = _round(world)
    _set(world, found, world.actor(STREET), now=MADE)
    return found


def _submit(world: World, found: AppraisalRound, by: Actor, now: Any = WALKED) -> AppraisalRound:
    return appraisals.submit_round(round_id=found.pk, by=by, now=now)


def _submitted(world: World, by: Any = None) -> AppraisalRound:
    return _submit(world, _filled(world), world.actor(STREET), now=MADE)


def _decide_round(world: World, found: AppraisalRound, by: Actor, *, accept: bool = True) -> AppraisalRound:
    return appraisals.decide_round(round_id=found.pk, accept=accept, words="同意审核结果", by=by, now=WALKED)


_LOCKED = Refused("decided", "已审定", spoil=lambda w, t: AppraisalRound.objects.update(state="decided"))
_APPRAISAL = [
    Sample(
        appraisals.open_round, _open_round,
        changes="members_appraisal members_appraisalround outbox_inboxitem",
        then=lambda world, thing, found: found.lines.count() == 1,
        rows=lambda world, thing, found: [("career.round_open", "members.appraisalround", found.pk)],
        make=_career,
        refused=(
            Refused("one is there", "已经开始", spoil=lambda w, t: _open_round(w, t, w.actor(STREET), now=MADE)),
            Refused("a year to come", "年度", InvalidInput, call=lambda w, t, by: _open_round(w, t, by, year=2027)),
        ),
    ),
    Sample(
        appraisals.set_results, _set,
        changes="members_appraisal",
        then=lambda world, found, count: count == 1 and found.lines.get().result == "good",
        rows=lambda world, found, count: [("career.appraise", "members.appraisalround", found.pk)],
        make=_round,
        refused=(
            _LOCKED,
            Refused("too many excellent", "优秀最多 0 人", InvalidInput,
                    call=lambda w, f, by: _set(w, f, by, "excellent")),
            Refused("failed without a word", "评语", InvalidInput, call=lambda w, f, by: _set(w, f, by, "failed")),
        ),
    ),
    Sample(
        appraisals.submit_round, _submit,
        changes="members_appraisalround outbox_inboxitem",
        then=lambda world, found, result: result.state == "reviewed",
        rows=lambda world, found, result: [("career.round_submit", "members.appraisalround", found.pk)],
        make=_filled,
        refused=(_LOCKED, Refused("a line is empty", "没有填写", spoil=lambda w, f: f.lines.update(result=""))),
    ),
    Sample(
        appraisals.decide_round, _decide_round,
        changes="members_appraisalround members_careerevent outbox_inboxitem",
        then=lambda world, found, result: result.state == "decided",
        rows=lambda world, found, result: [("career.round_decide", "members.appraisalround", found.pk)],
        make=_submitted, refused=(_LOCKED,),
    ),
    Sample(
        appraisals.decide_round, lambda world, found, by: _decide_round(world, found, by, accept=False),
        changes="members_appraisalround outbox_inboxitem",
        then=lambda world, found, result: result.state == "open",
        rows=lambda world, found, result: [("career.round_return", "members.appraisalround", found.pk)],
        make=_submitted, variant="returned", harmless="refused as one that is accepted is",
    ),
]  # fmt: skip

SAMPLES = [*_CAREERS, *_PAY, *_PROCEDURES, *_APPRAISAL]
