"""Whose care a request may read. Source: rights.md, "persons: see"; the district gets counts alone."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from governance.scope import BELOW_DISTRICT, Actor, place_column
from members.querysets import SEE, PlacedQuerySet


class CareQuerySet(PlacedQuerySet):
    """Records and turns, which lie where the person lives."""

    def counted_for(self, actor: Actor) -> Self:
        """What an actor's figures count: all in the unit. Never to be shown as rows."""
        column = place_column(actor.unit_kind)
        return self.none() if column is None else self.filter(**{column: actor.unit_id})

    def open(self) -> Self:
        """On a list now, paused ones included."""
        return self.exclude(state="ended")


class OfCareQuerySet(models.QuerySet[Any]):
    """What belongs to a record and is seen with it."""

    def visible_to(self, actor: Actor) -> Self:
        """Of the records that the actor sees."""
        column = place_column(actor.unit_kind, among=BELOW_DISTRICT)
        if column is None or actor.role not in SEE:
            return self.none()
        return self.filter(**{f"record__{column}": actor.unit_id})
