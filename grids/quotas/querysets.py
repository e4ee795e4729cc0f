"""Which quotas a request may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from governance.scope import Actor, UnitKind

if TYPE_CHECKING:
    from grids.models import Quota, QuotaProposal  # noqa: F401

_COLUMN = {UnitKind.DISTRICT: "district_id", UnitKind.STREET: "street_id", UnitKind.COMMUNITY: "community_id"}


class QuotaQuerySet(models.QuerySet[Any]):
    """Quotas of units."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the actor's unit and below it."""
        column = _COLUMN.get(actor.unit_kind) if actor.unit_kind else None
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
