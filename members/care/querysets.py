"""Whose care a request may read. Source: rights.md, "persons: see"; the district gets counts alone."""

from __future__ import annotations

from typing import Self

from governance.scope import Actor, place_column
from members.querysets import PlacedQuerySet


class CareQuerySet(PlacedQuerySet):
    """Records and turns, which lie where the person lives."""

    def counted_for(self, actor: Actor) -> Self:
        """What an actor's figures count: all in the unit. Never to be shown as rows."""
        column = place_column(actor.unit_kind)
        return self.none() if column is None else self.filter(**{column: actor.unit_id})

    def open(self) -> Self:
        """On a list now, paused ones included."""
        return self.exclude(state="ended")


class OfCareQuerySet(PlacedQuerySet):
    """What belongs to a record and is seen with it."""

    path = "record__"
