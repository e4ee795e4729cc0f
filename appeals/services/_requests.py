"""What extensions and shelvings share: who asks, who decides, and that a request lapses with the work."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import F, Q, QuerySet

from appeals import clocks
from appeals.models import Appeal, Assignment, Extension, Shelving
from appeals.models.limits import PENDING
from appeals.services._run import Run
from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from grids.models import Unit

R = TypeVar("R", Extension, Shelving)
# What a decision writes.
DECISION = ("granted", "decision_words", "decided_at", "decided_by_user", "decided_by_name")


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
    """The unit, or the nearest above it that is not the asking one. Raises IllegalState where there is none."""
    asking = run.by.unit_id
    unit = Unit.objects.only("street_id", "community_id", "district_id").get(pk=unit_id)
    line = [unit_id, unit.community_id, unit.street_id, run.appeal.district_id]
    # What stands below the asking unit cannot decide for it, either.
    above = line[line.index(asking) + 1 :] if asking in line else line
    found = next((one for one in above if one is not None and one != asking), None)
    if found is None:
        raise IllegalState("区网格中心自办的工单没有上级审批，请按时办理，或转有关单位办理。")
    return found


def chosen(requests: QuerySet[R], request_id: int | None, field: str) -> R:
    """The request that is meant; raises InvalidInput when it is not there any more."""
    found = requests.first() if request_id is None else requests.filter(pk=request_id).first()
    if found is None:
        raise InvalidInput("没有找到这份待审批的申请，可能已被处理。请刷新后再看。", field=field)
    return found


def decide(request: Extension | Shelving, grant: bool, words: str, by: Actor, now: datetime) -> None:
    """Note the decision on the request, unsaved (`DECISION`)."""
    request.granted, request.decision_words, request.decided_at = grant, words, now
    request.decided_by_user, request.decided_by_name = by.user_id, by.user_name


def lapse(run: Run, part: Assignment) -> None:
    """The part has ended: what was asked for it and not decided lapses, and the decision is due no longer."""
    lapse_extensions(run, part)
    if part.part == Assignment.LEAD:
        for request in _named(Shelving.objects.filter(PENDING, appeal=run.appeal)):
            _end(request, run.now)
            words = f"{request.asked_by_unit.name}的挂账申请未及审批，自动失效。"
            run.then("shelving_lapsed", words, request=request.pk)


def lapse_extensions(run: Run, part: Assignment | None = None) -> None:
    """The same for more time alone, of one part or of all: shelved work needs none."""
    waiting = Extension.objects.filter(PENDING, appeal=run.appeal)
    for request in _named(waiting if part is None else waiting.filter(assignment=part)):
        _end(request, run.now)
        clocks.cancel(run.appeal, clocks.EXTENSION, now=run.now, detail_id=request.pk)
        words = f"{request.asked_by_unit.name}的延期申请未及审批，自动失效。"
        run.then("extension_lapsed", words, request=request.pk)


def _named(waiting: QuerySet[R]) -> QuerySet[R]:
    return waiting.select_related("asked_by_unit").order_by("pk")


def _end(request: Extension | Shelving, now: datetime) -> None:
    request.lapsed_at = now
    request.save(update_fields=["lapsed_at"])


def succeed(appeal: Appeal, old: Unit, new: Unit, now: datetime) -> None:
    """A unit was closed: its successor decides in its place. What would be decided by who asked lapses.

    Clocks that are held against the old unit go to the new one with all others of the appeal.
    """
    for model in (Extension, Shelving):
        waiting = model.objects.filter(PENDING, appeal=appeal)
        waiting.filter(decider=old).update(decider=new)
        waiting.filter(asked_by_unit=old).update(asked_by_unit=new)
        for request in waiting.filter(Q(decider=F("asked_by_unit")) | _ENDED[model]).order_by("pk"):
            _end(request, now)
            if model is Extension:
                clocks.cancel(appeal, clocks.EXTENSION, now=now, detail_id=request.pk)


# A part that was given up for the one that the successor had already.
_ENDED: dict[type, Q] = {Extension: Q(assignment__ended_at__isnull=False), Shelving: Q(pk__in=())}
