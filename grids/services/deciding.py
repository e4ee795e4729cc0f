"""Deciding changes of units. One that takes effect today is applied at once; a later one waits for its day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor, UnitKind
from grids import revision
from grids.models import UnitChange
from grids.services import applying, drafting, rules
from grids.services.drafting import drafted


@transaction.atomic(durable=True)
def open_unit(
    *,
    kind: UnitKind,
    code: str,
    name: str,
    parent_id: int | None,
    effective_on: date,
    by: Actor,
    now: datetime,
    short_name: str = "",
    address: str = "",
    phone: str = "",
    reason: str = "",
) -> UnitChange:
    """Open a unit on a date. The change's `unit` is the new unit, or None while its day has not come."""
    after = drafting.opening(
        kind=kind, code=code, name=name, parent_id=parent_id, short_name=short_name, address=address, phone=phone
    )
    return decide(drafted("open", None, after, effective_on=effective_on, reason=reason, by=by, now=now), by, now)


@transaction.atomic(durable=True)
def rename_unit(
    *,
    unit_id: int,
    name: str,
    effective_on: date,
    by: Actor,
    now: datetime,
    short_name: str = "",
    reason: str = "",
) -> UnitChange:
    """Give a unit another name from a date."""
    after = drafting.renaming(name=name, short_name=short_name)
    return decide(drafted("rename", unit_id, after, effective_on=effective_on, reason=reason, by=by, now=now), by, now)


@transaction.atomic(durable=True)
def move_unit(
    *, unit_id: int, parent_id: int, effective_on: date, by: Actor, now: datetime, reason: str = ""
) -> UnitChange:
    """Put a unit, with all below it, under another parent from a date."""
    after = {"parent_id": parent_id}
    return decide(drafted("move", unit_id, after, effective_on=effective_on, reason=reason, by=by, now=now), by, now)


@transaction.atomic(durable=True)
def merge_units(
    *, unit_ids: Sequence[int], into_id: int, effective_on: date, by: Actor, now: datetime, reason: str = ""
) -> list[UnitChange]:
    """Merge units into another of their kind from a date: what lies below them and with them goes to it."""
    if not unit_ids:
        raise InvalidInput("请选择要合并的单位。", field="units")
    after = {"into_id": into_id}
    return [
        decide(drafted("merge", unit_id, after, effective_on=effective_on, reason=reason, by=by, now=now), by, now)
        for unit_id in sorted(set(unit_ids))
    ]


@transaction.atomic(durable=True)
def close_unit(
    *,
    unit_id: int,
    effective_on: date,
    by: Actor,
    now: datetime,
    successor_id: int | None = None,
    reason: str = "",
) -> UnitChange:
    """Close a unit on a date. While work lies with it, a successor that takes the work over must be named."""
    after = {"successor_id": successor_id}
    return decide(drafted("close", unit_id, after, effective_on=effective_on, reason=reason, by=by, now=now), by, now)


@transaction.atomic(durable=True)
def cancel_change(*, change_id: int, by: Actor, now: datetime) -> UnitChange:
    """Withdraw a change that has not taken effect (NotFound, IllegalState)."""
    revision.lock()
    change = UnitChange.objects.filter(pk=change_id).select_related("unit").first()
    if change is None:
        raise NotFound("没有这项调整。")
    rules.require_editor(by, change.district_id)
    if change.applied_at or change.cancelled_at:
        raise IllegalState("这项调整已经生效或已撤回，请刷新页面查看。")
    change.cancelled_at = now
    change.save(update_fields=["cancelled_at"])
    drafting.record(f"unit.{change.kind}_withdraw", change, by, now)
    return change


def decide(change: UnitChange, by: Actor, now: datetime) -> UnitChange:
    """Check and keep a change under the territory's lock, in the caller's transaction; apply it if its day is today."""
    revision.lock()
    drafting.check(change)
    change.save()
    if change.effective_on == timezone.localdate(now):
        applying.apply(change, by, now)
    drafting.record(f"unit.{change.kind}", change, by, now)
    return change
