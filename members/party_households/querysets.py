"""Which party-member households a request may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from members.querysets import PlacedQuerySet

if TYPE_CHECKING:
    from members.models import PartyHousehold  # noqa: F401 - in the base below


class PartyHouseholdQuerySet(PlacedQuerySet):
    """Party-member households; seen as persons are (rights.md), the district sees figures alone."""

    def open(self) -> Self:
        """Those that look after others now."""
        return self.filter(until_on=None)
