"""Procedures: proposed, reviewed, made public, objected to, heard, decided, delivered, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.scope import Actor
from grids.models import Unit
from members.careers import clocks
from members.careers.conditions import LABELS, conditions_of, unmet
from members.careers.services import _effects, _steps
from members.careers.services._common import locked_career, record, refuse_own, require
from members.careers.services._steps import check, go, locked
from members.careers.workflow import (
    CS,
    DECIDE,
    DELIVERED,
    FIRST,
    MEASURES,
    PATHS,
    PROPOSE,
    REASONS,
    REVIEW,
    SS,
)
from members.models import Career, CareerProcedure
from members.models.career_procedures import MEASURE, PROCEDURE_KINDS, PROMOTION, REMOVAL
from members.models.careers import SECRETARY
from members.words import choice_of, day_of, text_of

_PATHS: dict[str, list[tuple[str, Any]]] = {
    PROMOTION: [(code, path.label) for code, path in PATHS.items()], REMOVAL: list(REASONS.items()),
    MEASURE: list(MEASURES.items()),
}  # fmt: skip
_LONGEST_YEARS = 5
_WHOSE = "社区书记的人事事项由街道提出，其他人员的由社区书记提出。"
DELIVERIES = [("in_person", "当面送达"), ("posted", "邮寄送达"), ("left", "留置送达"), ("public", "公告送达")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A reward or discipline as proposed: its name, from which day, and until when it has effect."""

    name: str
    from_on: date
    until_on: date | None = None


def propose(
    *, career_id: int, kind: str, path: str, words: str, measured: Measured | None = None, by: Actor, now: datetime
) -> CareerProcedure:  # fmt: skip
    """Begin a promotion, a removal, a reward or a discipline. Of a community's secretary the street proposes.

    Raises NotAllowed for one's own, InvalidInput for a path that does not start from the post, IllegalState while
    another of the kind is open.
    """
    require(by, PROPOSE)
    choice_of(kind, PROCEDURE_KINDS, label="程序", field="kind")
    choice_of(path, _PATHS[kind], label="事项", field="path")
    reason = text_of(words, label="理由", field="words", most=500, least=5)
    if kind == PROMOTION and by.role not in PATHS[path].roles:
        raise NotAllowed(_WHOSE)
    with transaction.atomic(durable=True):
        career = locked_career(career_id, by)
        refuse_own(by, career.person)
        _check_proposer(career, kind, path, by)
        content = _content(kind, path, measured, today_of(now))
        if career.procedures.filter(kind=kind, ended_at=None).exists():
            raise IllegalState(f"此人已有一项未办结的{dict(PROCEDURE_KINDS)[kind]}程序，请先办结或撤回。")
        procedure = CareerProcedure.objects.create(
            career=career, kind=kind, path=path, state=FIRST[kind], words=reason, content=content,
            proposed_by_user=by.user_id, proposed_by_name=by.user_name, proposed_by_unit=by.unit_id, opened_at=now,
            changed_at=now, district_id=career.district_id, street_id=career.street_id,
            community_id=career.community_id, grid_id=career.grid_id,
        )  # fmt: skip
        clocks.start(procedure, now)
        procedure.save(update_fields=["clock_kind", "due_at", "card"])
        _steps.enter(procedure, "propose", by=by, now=now, words=reason, data=content)
        record("career.propose", procedure, str(procedure), by=by, now=now, after={"path": path}, reason=reason)
        _steps.tell(procedure, now)
    return procedure


def _check_proposer(career: Career, kind: str, path: str, by: Actor) -> None:
    """The path starts from the post; else the secretary proposes for the others, and the street for a secretary."""
    if kind == PROMOTION:
        way = PATHS[path]
        if career.post not in way.starts:
            raise InvalidInput(f"{career.get_post_display()}不适用“{way.label}”，请另选事项。", field="path")
    elif by.role != (SS if career.post == SECRETARY else CS):
        raise NotAllowed(_WHOSE)


def _content(kind: str, path: str, measured: Measured | None, today: date) -> dict[str, Any]:
    if kind != MEASURE:
        return {}
    if measured is None:
        raise InvalidInput("请填写奖惩名称和生效日期。", field="name")
    name = text_of(measured.name, label="奖惩名称", field="name", most=64, least=2)
    begin = day_of(measured.from_on, today=today, label="生效日期", field="from_on")
    until = measured.until_on
    if path == "discipline" and until is None:
        raise InvalidInput("处分请填写影响期满日期，期间不能晋升。", field="until_on")
    if until is not None and not begin <= until <= begin.replace(year=begin.year + _LONGEST_YEARS, day=1):
        raise InvalidInput(f"影响期满应在生效日期之后、{_LONGEST_YEARS} 年之内。", field="until_on")
    return {"name": name, "from_on": begin.isoformat(), "until_on": until.isoformat() if until else ""}


def review(*, procedure_id: int, support: bool, words: str, by: Actor, now: datetime) -> CareerProcedure:
    """The street's opinion; without its support a procedure ends. Nobody reviews what they proposed themselves."""
    require(by, REVIEW)
    opinion = text_of(words, label="审核意见", field="words", most=500, least=2)
    with transaction.atomic(durable=True):
        found = locked(procedure_id, by, now)
        check(found, "review")
        if found.proposed_by_user == by.user_id:
            raise NotAllowed("这项程序由您提出，请由街道其他人员审核。")
        to = "reviewed" if support else "refused"
        return go(found, "review", to, by=by, now=now, words=opinion, data={"support": support})


def waive(*, procedure_id: int, condition: str, grounds: str, by: Actor, now: datetime) -> CareerProcedure:
    """Let a promotion go on although a condition is not met, for grounds on record. A vacancy is not waived."""
    require(by, DECIDE)
    words = text_of(grounds, label="审批依据", field="grounds", most=500, least=5)
    with transaction.atomic(durable=True):
        found = locked(procedure_id, by, now)
        check(found, "waive")
        open_ones = unmet(conditions_of(found.career, found.path, today_of(now)), found.waivers)
        if condition not in {one.code for one in open_ones}:
            raise InvalidInput("这项条件已符合或已审批，无需再审批。", field="condition")
        if condition == "vacancy":
            raise InvalidInput("没有编制空缺的不能特批，请先办理编制核定。", field="condition")
        found.waivers[condition] = {"by": by.user_name, "at": now.isoformat(), "grounds": words}
        data = {"condition": LABELS[condition]}
        return go(found, "waive", found.state, by=by, now=now, words=words, data=data)


def publish(*, procedure_id: int, where: str, by: Actor, now: datetime) -> CareerProcedure:
    """Make a promotion public: five working days begin. Every condition is met or waived. Raises IllegalState."""
    require(by, REVIEW)
    place = text_of(where, label="公示地点", field="where", most=200, least=2)
    with transaction.atomic(durable=True):
        found = locked(procedure_id, by, now)
        check(found, "publish")
        _require_conditions(found, now)
        return go(found, "publish", "public_notice", by=by, now=now, words=f"公示地点：{place}", data={"where": place})


def _require_conditions(procedure: CareerProcedure, now: datetime) -> None:
    missing = unmet(conditions_of(procedure.career, procedure.path, today_of(now)), procedure.waivers)
    if missing:
        names = "、".join(one.label for one in missing)
        raise IllegalState(f"条件不符合：{names}。请由区网格中心审批特殊情况，或不予通过。")


def object_to(*, procedure_id: int, words: str, by: Actor, now: datetime) -> CareerProcedure:
    """Note an objection during the public notice: its term stops until the objection is settled."""
    require(by, REVIEW)
    what = text_of(words, label="异议内容", field="words", most=500, least=5)
    with transaction.atomic(durable=True):
        found = locked(procedure_id, by, now)
        check(found, "object_to")
        clocks.pause_notice(found, now)
        return go(found, "object_to", "suspended", by=by, now=now, words=what, keep=clocks.NOTICE)


def settle(*, procedure_id: int, upheld: bool, words: str, by: Actor, now: datetime) -> CareerProcedure:
    """What came of the objection: upheld, and the promotion ends; or not, and what was left of the notice runs on."""
    require(by, REVIEW)
    what = text_of(words, label="查处结论", field="words", most=500, least=5)
    with transaction.atomic(durable=True):
        found = locked(procedure_id, by, now)
        check(found, "settle")
        if upheld:
            return go(found, "settle", "refused", by=by, now=now, words=what, data={"upheld": True})
        clocks.end(found, now, but=clocks.NOTICE)
        clocks.resume_notice(found, now)
        data = {"upheld": False}
        return go(found, "settle", "public_notice", by=by, now=now, words=what, data=data, keep=clocks.NOTICE)


def deliver(
    *, procedure_id: int, how: str, on: date, words: str = "", by: Actor, now: datetime
) -> CareerProcedure:  # fmt: skip
    """Note that a notice reached the person: of the intended removal, and their time to answer begins; or of the
    decision, and the removal is complete."""
    require(by, REVIEW)
    way = choice_of(how, DELIVERIES, label="送达方式", field="how")
    day = day_of(on, today=today_of(now), label="送达日期", field="on")
    note = text_of(words, label="说明", field="words", most=500)
    with transaction.atomic(durable=True):
        found = locked(procedure_id, by, now)
        check(found, "deliver")
        to = DELIVERED[found.state]
        if day < today_of(found.opened_at):
            raise InvalidInput("送达日期不能早于程序提出之日。", field="on")
        if to == "removed":
            _effects.remove(found, day, by, now)
        said = "，".join(part for part in (dict(DELIVERIES)[way], f"{day:%Y-%m-%d}", note) if part)
        return go(found, "deliver", to, by=by, now=now, words=said, data={"how": way, "on": day.isoformat()})


def hear(*, procedure_id: int, statement: str, by: Actor, now: datetime) -> CareerProcedure:
    """Write down what the person says against the removal; the file then goes to the district."""
    require(by, REVIEW)
    words = text_of(statement, label="申辩意见", field="statement", most=500, least=2)
    with transaction.atomic(durable=True):
        found = locked(procedure_id, by, now)
        check(found, "hear")
        return go(found, "hear", "heard", by=by, now=now, words=words)


def decide(*, procedure_id: int, accept: bool, words: str, by: Actor, now: datetime) -> CareerProcedure:
    """The district's decision: an appointment and what follows from it, a removal to be delivered, a measure; or no.

    Raises IllegalState where a condition has ceased to be met meanwhile, or no post is vacant.
    """
    require(by, DECIDE)
    grounds = text_of(words, label="决定依据", field="words", most=500, least=2)
    with transaction.atomic(durable=True):
        found = locked(procedure_id, by, now)
        check(found, "decide")
        if not accept:
            return go(found, "decide", "refused", by=by, now=now, words=grounds, data={"accept": False})
        if found.kind == PROMOTION:
            _require_conditions(found, now)
            _effects.appoint(found, grounds, by, now)
        elif found.kind == MEASURE:
            _effects.measure(found, grounds, by, now)
        to = {PROMOTION: "appointed", REMOVAL: "decided", MEASURE: "measured"}[found.kind]
        return go(found, "decide", to, by=by, now=now, words=grounds, data={"accept": True})


def withdraw(*, procedure_id: int, words: str, by: Actor, now: datetime) -> CareerProcedure:
    """Take a procedure back: whose unit proposed it, or the district. Raises NotAllowed for others."""
    require(by, PROPOSE if by.role in {CS, SS} else DECIDE)
    # A street takes back what it proposed, and learns nothing of the others by trying.
    own = CareerProcedure.objects.visible_to(by).filter(pk=procedure_id, proposed_by_unit=by.unit_id)
    if by.role == SS and not own.exists():
        raise NotAllowed("街道只能撤回本街道提出的程序，社区提出的由社区撤回。")
    reason = text_of(words, label="撤回理由", field="words", most=500, least=2)
    with transaction.atomic(durable=True):
        found = locked(procedure_id, by, now)
        if by.role in {CS, SS} and found.proposed_by_unit != by.unit_id:
            name = Unit.objects.values_list("name", flat=True).get(pk=found.proposed_by_unit)
            raise NotAllowed(f"这项程序由{name}提出，请由其撤回。")
        check(found, "withdraw")
        return go(found, "withdraw", "withdrawn", by=by, now=now, words=reason)
