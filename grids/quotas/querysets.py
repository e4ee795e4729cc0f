"""Which quotas a request may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from governance.scope import ABOVE_GRID, Actor, place_column

if TYPE_CHECKING:
    from grids.models import Quota, QuotaProposal  # noqa: F401


class QuotaQuerySet(models.QuerySet[Any]):
    """Quotas of units."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the actor's unit and below it."""
        column = place_column(actor.unit_kind, among=ABOVE_GRID)
        return self.filter(**{column: actor.unit_id}) if column else self.none()


class QuotaProposalQuerySet(models.QuerySet[Any]):
    """What streets ask for."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the actor's district; to a street's people those of their street."""
        found = self.filter(district_id=actor.district_id)
        return found.filter(street_id=actor.street_id) if actor.street_id else found

    def waiting(self) -> Self:
        """Those that nobody has decided."""
        return self.filter(accepted=None)
