"""How a unit stands to an appeal: on its desk, its lead, its visitor. Source: rights.md, the notes on "may"."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

from appeals import requests
from appeals.models import Appeal, AppealEntry, Assignment, Extension, Shelving, SupervisionOrder
from appeals.models.limits import PENDING
from appeals.workflow import DISPATCHED, IN_PROGRESS, SHELVED, Step, Who
from governance.scope import ABOVE_GRID, Actor, Role, UnitKind, place_column
from grids.models import Unit

# Steps by which a person takes part in the handling itself.
HANDLING = ("contact", "finish_stage", "finish_assisting", "resolve", "handle_on_the_spot", "answer_supervision")

_REFUSALS = {
    Who.DESK: "这件工单不在您单位的待办中，由当前所在单位处理。",
    Who.DESK_OR_ABOVE: "只有交办单位或其上级可以{label}。",
    Who.LEAD: "这件工单由主办单位{label}，您的单位不是主办单位。",
    Who.PART: "您的单位既不是主办也不是协办，不能{label}。",
    Who.VISITOR: "办理过这件工单的人员和单位不能回访，请由交办单位或上级回访。",
    Who.DISTRICT: "只有区网格中心可以{label}。",
    Who.SCOPE: "这件工单不在您的管辖范围内。",
    Who.OVERSEER: "只有区级，或承办单位所在街道的负责人可以{label}，且不能督办本单位。",
    Who.SUPERVISED: "没有要求您单位回复的督办单，可能已经回复。请刷新后再看。",
    Who.LEAD_OR_DESK: "只有主办单位、交办单位或其上级可以{label}。",
    Who.EXTENSION: "没有等待您单位审批的延期申请，可能已被处理。",
    Who.SHELVING: "没有等待您单位审批的挂账申请，可能已被处理。",
    Who.ISSUER: "只有下达督办的单位可以{label}；现在没有您单位下达、等待审核的督办单。",
}


def refusal(step: Step) -> str:
    """Why the actor's unit may not take the step, in words for the person."""
    return _REFUSALS[step.who].format(label=step.label)


def stands(who: Who, appeal: Appeal, by: Actor) -> bool:
    """Whether the actor's unit stands to the appeal as the step demands; the platform itself always does."""
    return by.is_platform or _CHECKS[who](appeal, by)


def is_at_or_above(by: Actor, unit_id: int) -> bool:
    """Whether the actor's unit is the unit, or one above it on the line."""
    if by.unit_id == unit_id:
        return True
    column = place_column(by.unit_kind, among=ABOVE_GRID)
    return column is not None and Unit.objects.filter(pk=unit_id, **{column: by.unit_id}).exists()


def _desk(appeal: Appeal, by: Actor) -> bool:
    if appeal.desk_unit_id == by.unit_id:
        return True
    # A grid worker's own report may be handled by the one who logged it, before the community has dispatched it.
    grid_worker = by.role in {Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER}
    return grid_worker and appeal.registered_by_user == by.user_id


def _desk_or_above(appeal: Appeal, by: Actor) -> bool:
    return is_at_or_above(by, appeal.desk_unit_id)


def _lead(appeal: Appeal, by: Actor) -> bool:
    return appeal.lead_unit_id == by.unit_id


def _part(appeal: Appeal, by: Actor) -> bool:
    return has_open_part(appeal, by.unit_id)


def has_open_part(appeal: Appeal, unit_id: int) -> bool:
    """Whether the appeal lies with the unit now, as lead or assisting."""
    return Assignment.objects.filter(appeal=appeal, unit_id=unit_id, ended_at=None).exists()


def _visitor(appeal: Appeal, by: Actor) -> bool:
    if not _desk_or_above(appeal, by):
        return False
    return not has_handled(appeal, user_id=by.user_id, unit_id=by.unit_id)


def has_handled(appeal: Appeal, *, user_id: int, unit_id: int) -> bool:
    """Whether the person or the unit worked on any part of the handling.

    A unit that only passed the order down, or sent it back, judged nothing of its own and may visit.
    """
    worked = Q(accepted_at__isnull=False) & ~Q(ended_how__in=("passed_down", "sent_back", "recalled"))
    mine = Q(unit_id=unit_id) | Q(accepted_by_user=user_id) | Q(ended_by_user=user_id)
    if Assignment.objects.filter(worked & mine, appeal=appeal).exists():
        return True
    # Whoever took a step of the handling, acting for whichever unit then, judges no work of their own now.
    return AppealEntry.objects.filter(appeal=appeal, user_id=user_id, kind__in=HANDLING).exists()


def _district(appeal: Appeal, by: Actor) -> bool:
    return by.unit_kind == UnitKind.DISTRICT and appeal.district_id == by.unit_id


def lies_with(appeal: Appeal) -> int:
    """The unit that the appeal lies with now: its lead while it is handled, else the one on whose desk it is."""
    handled = appeal.state in {DISPATCHED, IN_PROGRESS, SHELVED}
    return appeal.lead_unit_id if handled and appeal.lead_unit_id is not None else appeal.desk_unit_id


def _overseer(appeal: Appeal, by: Actor) -> bool:
    """The district over all of its own, a street over what lies below it; nobody over the own unit."""
    unit_id = lies_with(appeal)
    if unit_id == by.unit_id:
        return False
    return _district(appeal, by) or (by.unit_kind == UnitKind.STREET and is_at_or_above(by, unit_id))


def _supervised(appeal: Appeal, by: Actor) -> bool:
    waiting = SupervisionOrder.objects.filter(appeal=appeal, unit_id=by.unit_id, state=SupervisionOrder.OPEN)
    # The mark says whether there is any open order at all: most appeals cost no query.
    return appeal.is_supervised and waiting.exists()


def _issuer(appeal: Appeal, by: Actor) -> bool:
    answered = SupervisionOrder.objects.filter(appeal=appeal, state=SupervisionOrder.ANSWERED)
    return appeal.is_supervised and answered.filter(issued_by_unit_id=by.unit_id).exists()


def _lead_or_desk(appeal: Appeal, by: Actor) -> bool:
    return _lead(appeal, by) or _desk_or_above(appeal, by)


def _extension(appeal: Appeal, by: Actor) -> bool:
    return requests.decided_by(Extension.objects.filter(PENDING, appeal=appeal), by).exists()


def _shelving(appeal: Appeal, by: Actor) -> bool:
    return requests.decided_by(Shelving.objects.filter(PENDING, appeal=appeal), by).exists()


_CHECKS: dict[Who, Callable[[Appeal, Actor], bool]] = {
    Who.DESK: _desk,
    Who.DESK_OR_ABOVE: _desk_or_above,
    Who.LEAD: _lead,
    Who.PART: _part,
    Who.VISITOR: _visitor,
    Who.DISTRICT: _district,
    Who.SCOPE: lambda appeal, by: True,
    Who.OVERSEER: _overseer,
    Who.SUPERVISED: _supervised,
    Who.ISSUER: _issuer,
    Who.LEAD_OR_DESK: _lead_or_desk,
    Who.EXTENSION: _extension,
    Who.SHELVING: _shelving,
}
