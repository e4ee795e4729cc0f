"""To whom a unit may hand work. Source: rights.md, "dispatch": never upward, never sideways."""

from __future__ import annotations

from django.db.models import Q

from governance.errors import InvalidInput, NotAllowed
from governance.scope import Actor, UnitKind
from grids.models import Unit
from grids.querysets import UnitQuerySet


def targets(by: Actor) -> UnitQuerySet:
    """Open units that the actor's unit may dispatch to, itself included (it handles the matter itself)."""
    own = Q(pk=by.unit_id)
    inside = {
        UnitKind.DISTRICT: Q(kind__in=(UnitKind.STREET, UnitKind.DEPARTMENT), district_id=by.district_id),
        UnitKind.STREET: Q(kind__in=(UnitKind.COMMUNITY, UnitKind.GRID, UnitKind.SQUAD), street_id=by.street_id),
        UnitKind.COMMUNITY: Q(kind=UnitKind.GRID, community_id=by.community_id),
    }
    if by.unit_kind not in inside:
        return Unit.objects.none()
    return Unit.objects.open().filter(own | inside[by.unit_kind])


def assisting_targets(by: Actor) -> UnitQuerySet:
    """Open units that the actor's unit may ask to assist: what it may dispatch to.

    A street asks departments by a whistle, and not by an order.
    """
    return targets(by).exclude(pk=by.unit_id)


def target(unit_id: int, by: Actor, *, field: str = "to_unit", allow_self: bool = True) -> Unit:
    """The unit, if the actor may hand work to it; else InvalidInput or NotAllowed with the reason."""
    unit = Unit.objects.filter(pk=unit_id, district_id=by.district_id).first()
    if unit is None:
        raise InvalidInput("没有找到所选的承办单位，请重新选择。", field=field)
    if not unit.is_open:
        raise InvalidInput(f"{unit.name}已撤销，请改选承接单位。", field=field)
    if not targets(by).filter(pk=unit_id).exists() or (unit_id == by.unit_id and not allow_self):
        raise NotAllowed(
            f"{by.unit_name}不能把工单交给{unit.name}：只能交给本单位下级，不能向上或平级派单。", field=field
        )
    return unit
