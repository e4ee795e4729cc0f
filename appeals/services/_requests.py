"""What extensions and shelvings share: who asks, who decides, and that a request lapses with the work."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from appeals import clocks
from appeals.models import Assignment, Extension, Shelving
from appeals.models.limits import PENDING
from appeals.services._run import Run
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.scope import Actor
from grids.models import Unit

R = TypeVar("R", Extension, Shelving)
M = TypeVar("M", bound=Model)


def own_part(run: Run, what: str) -> Assignment:
    """The open part of the acting unit, accepted; raises IllegalState before its acceptance."""
    part: Assignment = run.appeal.assignments.select_for_update().get(unit_id=run.by.unit_id, ended_at=None)
    if part.accepted_at is None:
        raise IllegalState(f"请先签收再{what}。")
    return part


def asked(run: Run, reason: str) -> dict[str, Any]:
    """The columns that say who asked."""
    by = run.by
    return {
        "reason": reason, "asked_by_user": by.user_id, "asked_by_name": by.user_name, "asked_by_unit_id": by.unit_id,
        "asked_at": run.now,
    }  # fmt: skip


def decider_above(run: Run, unit_id: int) -> int:
    """The unit, or the nearest above it that is not the asking one; the district decides for itself, by another."""
    if unit_id != run.by.unit_id:
        return unit_id
    unit = Unit.objects.only("street_id", "community_id", "district_id").get(pk=unit_id)
    line = [unit.community_id, unit.street_id, run.appeal.district_id]
    return next(above for above in line if above is not None and (above != unit_id or above == run.appeal.district_id))


def decided_by(pending: QuerySet[R], by: Actor) -> QuerySet[R]:
    """Of the pending requests those that the actor's unit decides; the district may decide any."""
    rows = pending.order_by("pk")
    return rows if by.unit_id == by.district_id else rows.filter(decider_id=by.unit_id)


def chosen(requests: QuerySet[R], request_id: int | None, field: str) -> R:
    """The request that is meant; raises InvalidInput when it is not there any more."""
    found = requests.first() if request_id is None else requests.filter(pk=request_id).first()
    if found is None:
        raise InvalidInput("没有找到这份待审批的申请，可能已被处理。请刷新后再看。", field=field)
    return found


def decide(request: Extension | Shelving, grant: bool, words: str, by: Actor, now: datetime) -> None:
    """Note the decision on the request, unsaved. Raises NotAllowed for who asked."""
    if request.asked_by_user == by.user_id:
        raise NotAllowed("不能审批自己提出的申请，请由其他有权限的人员审批。")
    request.granted, request.decision_words, request.decided_at = grant, words, now
    request.decided_by_user, request.decided_by_name = by.user_id, by.user_name


def lapse(part: Assignment, now: datetime) -> None:
    """The part has ended: what was asked for it and not decided lapses, and the decision is due no longer."""
    for request in Extension.objects.filter(PENDING, assignment=part):
        request.lapsed_at = now
        request.save(update_fields=["lapsed_at"])
        clocks.cancel(part.appeal, clocks.EXTENSION, now=now, detail_id=request.pk)
    if part.part == Assignment.LEAD:
        Shelving.objects.filter(PENDING, appeal_id=part.appeal_id).update(lapsed_at=now)
