"""Which designations and couriers a request may read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from governance.scope import Actor, UnitKind
from members.querysets import SEE, PlacedQuerySet

if TYPE_CHECKING:
    from members.models import Courier, Designation  # noqa: F401 - in the bases below


class DesignationQuerySet(PlacedQuerySet):
    """Designations: names of people, so seen as persons are (rights.md); the district sees figures alone."""

    def in_force(self, on: date) -> Self:
        """Those that count on the day."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=on), from_on__lte=on).exclude(ended_how="merged")

    def ended(self, on: date) -> Self:
        """Those whose last day was before."""
        return self.filter(until_on__lt=on)


class CourierQuerySet(PlacedQuerySet):
    """Couriers."""

    def visible_to(self, actor: Actor) -> Self:
        """Whose station lies in the actor's unit, and to a community those who serve it, too."""
        own = super().visible_to(actor)
        if actor.role in SEE and actor.unit_kind == UnitKind.COMMUNITY:
            links: Any = self.model._meta.get_field("units").remote_field.through
            serving = links.objects.filter(unit_id=actor.unit_id).values("courier_id")
            return self.filter(Q(community_id=actor.unit_id) | Q(pk__in=serving))
        return own

    def open(self) -> Self:
        """Those who ride."""
        return self.filter(until_on=None)
