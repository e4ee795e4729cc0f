"""Whose care a request may read. Source: rights.md, "persons: see"; the district gets counts alone."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from governance.scope import Actor, UnitKind
from members.querysets import SEE, PlacedQuerySet

COLUMN = {
    UnitKind.DISTRICT: "district_id", UnitKind.STREET: "street_id", UnitKind.COMMUNITY: "community_id",
    UnitKind.GRID: "grid_id",
}  # fmt: skip


class CareQuerySet(PlacedQuerySet):
    """Records and turns, which lie where the person lives."""

    def counted_for(self, actor: Actor) -> Self:
        """What an actor's figures count: all in the unit. Never to be shown as rows."""
        if actor.unit_kind not in COLUMN:
            return self.none()
        return self.filter(**{COLUMN[actor.unit_kind]: actor.unit_id})

    def open(self) -> Self:
        """On a list now, paused ones included."""
        return self.exclude(state="ended")


class OfCareQuerySet(models.QuerySet[Any]):
    """What belongs to a record and is seen with it."""

    def visible_to(self, actor: Actor) -> Self:
        """Of the records that the actor sees."""
        column = COLUMN.get(actor.unit_kind) if actor.unit_kind else None
        if column in {None, "district_id"} or actor.role not in SEE:
            return self.none()
        return self.filter(**{f"record__{column}": actor.unit_id})
