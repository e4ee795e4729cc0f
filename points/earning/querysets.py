"""Which rules, claims and limits a request may read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from governance.scope import Actor, Role, UnitKind
from governance.scoped import ScopedQuerySet

if TYPE_CHECKING:
    from points.models import Claim, EarningRule, FundLimit  # noqa: F401 - in the bases below

# Claims name people: the district reads figures alone.
SEE = frozenset({
    Role.STREET_LEADER, Role.STREET_STAFF, Role.COMMUNITY_SECRETARY, Role.COMMUNITY_WORKER, Role.GRID_WORKER,
})  # fmt: skip


class RuleQuerySet(models.QuerySet[Any]):
    """Rules: everybody in the district reads them."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the actor's district."""
        return self.filter(district_id=actor.district_id)

    def in_force(self, on: date) -> Self:
        """Those that hold on the day."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=on), from_on__lte=on)


class ClaimQuerySet(ScopedQuerySet):
    """Claims of the actor's unit and below it."""

    roles = SEE

    def standing(self) -> Self:
        """Those whose points were given and not taken back."""
        return self.filter(transaction__isnull=False, undone=None)


class FundLimitQuerySet(models.QuerySet[Any]):
    """How much streets may give."""

    def visible_to(self, actor: Actor) -> Self:
        """The district's own; of a street its own; a community reads its street's."""
        if actor.unit_kind == UnitKind.DISTRICT:
            return self.filter(district_id=actor.unit_id)
        return self.filter(street_id=actor.street_id) if actor.street_id else self.none()
