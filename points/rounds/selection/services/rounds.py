"""A round: drawn up, published, led to its result, called off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Posting
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.scope import Actor, UnitKind, inside
from grids.holding import hold_unit
from grids.models import Unit
from members.designations import services as designations
from members.designations.services import Naming
from members.models import Designation, DesignationKind
from members.words import choice_of, text_of
from points.models import Round, RoundCriterion, RoundJuror, RoundNomination
from points.models.rounds import NOMINEES, POINTS_CAP, ROUND_KINDS, TIES, WAYS
from points.rounds.selection.services import _common, _steps
from points.rounds.selection.workflow import HOST, HOSTS, STEPS

_LEAST_NOTICE, _MOST_DAYS, _MOST_SEATS = 5, 60, 500


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is looked at: percent; `full_points` > 0 for the points that were earned."""

    name: str
    weight: int
    full_points: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFacts:
    """What is said of a round. Days are working days; criteria weigh a hundred together, where a jury scores."""

    title: str
    kind: str
    nominees: str
    way: str
    seats: int
    from_on: date
    until_on: date
    tie: str = "more"
    nominate_days: int = 10
    decide_days: int = 5
    notice_days: int = 5
    words: str = ""
    criteria: Sequence[Criterion] = ()
    juror_ids: Sequence[int] = ()
    designation_kind_id: int | None = None


def draft_round(*, facts: RoundFacts, by: Actor, now: datetime) -> Round:
    """Draw up a round of one's own district, street or community. Raises InvalidInput naming the field."""
    _common.require(by, HOST)
    if by.role is None or by.unit_kind != HOSTS[by.role]:
        raise NotAllowed("评选由区网格中心、街道或社区主办，请由主办单位拟定。")
    with transaction.atomic(durable=True):
        hold_unit(by.unit_id)
        unit = Unit.objects.get(pk=by.unit_id)
        place: dict[str, Any] = {"district_id": unit.district_id, "street_id": unit.street_id}
        found = Round(
            unit=unit, community_id=unit.pk if unit.kind == UnitKind.COMMUNITY else None, made_by_user=by.user_id,
            made_by_name=by.user_name, made_at=now, changed_at=now, **place,
        )  # fmt: skip
        _put(found, facts, by, now)
        _common.record("round.draft", found, by=by, now=now, after=_told(found))
    return found


def change_round(*, round_id: int, facts: RoundFacts, by: Actor, now: datetime) -> Round:
    """Change a draft. Raises InvalidInput naming the field, IllegalState once it is published."""
    _common.require(by, HOST)
    with transaction.atomic(durable=True):
        found = _common.hosted(round_id, by, now)
        _common.check_state(found, "draft", what="修改")
        before = _told(found)
        found.changed_at, found.revision = now, found.revision + 1
        _put(found, facts, by, now)
        _common.record("round.change", found, by=by, now=now, before=before, after=_told(found))
    return found


def _put(found: Round, facts: RoundFacts, by: Actor, now: datetime) -> None:
    found.title = text_of(facts.title, label="名称", field="title", most=80, least=4)
    found.kind = choice_of(facts.kind, ROUND_KINDS, label="荣誉", field="kind")
    found.nominees = choice_of(facts.nominees, NOMINEES, label="评选对象", field="nominees")
    found.way = choice_of(facts.way, WAYS, label="产生方式", field="way")
    found.tie = choice_of(facts.tie, TIES, label="并列时的办法", field="tie")
    found.words = text_of(facts.words, label="评选说明", field="words", most=500)
    _put_numbers(found, facts, timezone.localdate(now))
    _put_designation(found, facts)
    _check_criteria(facts)
    found.save()
    found.criteria.all().delete()
    RoundCriterion.objects.bulk_create(
        RoundCriterion(round=found, name=text_of(one.name, label="评选标准", field="criteria", most=60, least=1),
                       weight=one.weight, full_points=one.full_points)
        for one in facts.criteria
    )  # fmt: skip
    _put_jury(found, facts, by, now)


def _put_numbers(found: Round, facts: RoundFacts, today: date) -> None:
    if not 1 <= facts.seats <= _MOST_SEATS:
        raise InvalidInput(f"名额应在 1 至 {_MOST_SEATS} 之间。", field="seats")
    for field, least in (("nominate_days", 1), ("decide_days", 1), ("notice_days", _LEAST_NOTICE)):
        if not least <= getattr(facts, field) <= _MOST_DAYS:
            raise InvalidInput(f"应在 {least} 至 {_MOST_DAYS} 个工作日之间。", field=field)
        setattr(found, field, getattr(facts, field))
    if facts.until_on < facts.from_on or (facts.until_on - facts.from_on).days > 3 * 366:
        raise InvalidInput("事迹期间的截止日期不能早于起始日期，最长三年。", field="until_on")
    if facts.until_on.year > today.year + 1:
        raise InvalidInput("事迹期间最晚到明年。", field="until_on")
    found.seats, found.from_on, found.until_on = facts.seats, facts.from_on, facts.until_on


def _put_designation(found: Round, facts: RoundFacts) -> None:
    """The district names nobody itself: of its rounds the honour is all."""
    found.designation_kind = None
    if facts.designation_kind_id is None:
        return
    if found.street_id is None:
        raise InvalidInput("区级评选只进入荣誉榜，称号由街道、社区授予。", field="designation_kind")
    kind = DesignationKind.objects.filter(pk=facts.designation_kind_id, is_active=True, counted="people").first()
    if kind is None or (kind.for_couriers and facts.nominees != "couriers"):
        raise InvalidInput("请选择适用于评选对象的称号。", field="designation_kind")
    found.designation_kind = kind


def _check_criteria(facts: RoundFacts) -> None:
    """Together a hundred; points are one of them at most, and weigh no more than their cap."""
    if facts.way == "jury" and not any(not one.full_points for one in facts.criteria):
        raise InvalidInput("评委打分的评选至少要有一项由评委打分的标准。", field="criteria")
    if facts.criteria and sum(one.weight for one in facts.criteria) != 100:
        raise InvalidInput("各项标准的权重之和应为 100。", field="criteria")
    if any(one.weight < 1 for one in facts.criteria):
        raise InvalidInput("权重应为大于零的整数。", field="criteria")
    points = [one for one in facts.criteria if one.full_points]
    if len(points) > 1 or any(one.weight > POINTS_CAP for one in points):
        raise InvalidInput(f"积分只能作为其中一项标准，权重不超过 {POINTS_CAP}%。", field="criteria")


def _put_jury(found: Round, facts: RoundFacts, by: Actor, now: datetime) -> None:
    found.jurors.all().delete()
    if facts.way != "jury":
        return
    here = inside(by.unit_kind or UnitKind.DISTRICT, by.unit_id, "unit__")
    rows = Posting.objects.in_force(timezone.localdate(now)).filter(pk__in=list(facts.juror_ids), **here)
    jurors = [RoundJuror(round=found, posting=one, name=f"{one.user.name}（{one.unit.name}）"[:64])
              for one in rows.select_related("user", "unit").order_by("pk")]  # fmt: skip
    if len({one.posting.user_id for one in jurors}) < 3:
        raise InvalidInput("请至少选三名评委。", field="jurors")
    RoundJuror.objects.bulk_create(jurors)


def _told(found: Round) -> dict[str, Any]:
    return {"title": found.title, "seats": found.seats, "way": found.way, "nominees": found.nominees}


def take_step(*, round_id: int, step: str, words: str = "", by: Actor, now: datetime) -> Round:
    """Take a step of `workflow.STEPS`. Raises NotAllowed for who does not host it, IllegalState, InvalidInput."""
    _common.require(by, HOST)
    taken = STEPS.get(step)
    if taken is None:
        raise InvalidInput("没有这一步。")
    with transaction.atomic(durable=True):
        found = _common.hosted(round_id, by, now)
        _common.check_state(found, *taken.starts, what=taken.label)
        to, said = taken.to, ""
        if step == "decide":
            to = _ready_to_decide(found)
        elif step == "count" and not _steps.settle_scores(found):
            raise IllegalState("没有人选得分，不能产生结果。")
        elif step == "announce":
            _honour(found, by, now)
        elif step == "cancel":
            said = text_of(words, label="取消原因", field="words", most=200, least=4)
        return _steps.go(found, step, to, by=by, now=now, words=said)


def _ready_to_decide(found: Round) -> str:
    waiting = found.nominations.filter(state="nominated").count()
    if waiting:
        raise IllegalState(f"还有 {waiting} 名人选待街道审核，审核后才能开始。")
    if not found.nominations.filter(state="approved").exists():
        raise IllegalState("没有通过审核的候选人，请取消评选或重新组织提名。")
    return str(found.way)


def _honour(found: Round, by: Actor, now: datetime) -> None:
    """Whoever was chosen and was not objected to is honoured, and named where the round says so."""
    rows = found.nominations.select_for_update(of=("self",)).select_related("person").defer("person__search")
    if rows.filter(state="suspended").exists():
        raise IllegalState("还有人选的异议没有核查完，核查后才能公布。")
    chosen = list(rows.filter(state="chosen").order_by("pk"))
    if not chosen:
        raise IllegalState("没有可公布的人选，请取消评选。")
    for row in chosen:
        row.state = "honoured"
        if found.designation_kind_id is not None and row.person.state == "here":
            row.designation = _named(found, row, by, now)
    RoundNomination.objects.bulk_update(chosen, ["state", "designation"])


def _named(found: Round, row: RoundNomination, by: Actor, now: datetime) -> Designation | None:
    """None where the person has the designation there already."""
    naming = Naming(
        kind_id=found.designation_kind_id or 0, unit_id=found.unit_id, grounds=f"{found.title}当选"[:200]
    )  # fmt: skip
    held = Designation.objects.in_force(timezone.localdate(now))
    if held.filter(person=row.person, kind=naming.kind_id, unit=naming.unit_id).exists():
        return None
    return designations.write_named(row.person, naming, by, now)
