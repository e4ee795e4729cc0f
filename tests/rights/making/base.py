"""What making any object begins with: the units, who plays, and somebody who lives there."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from governance.scope import UnitKind
from grids.models import Unit
from members.models import Household, Person
from tests.fixtures import Cast


class Base:
    """Makes them when they are first asked for."""

    def __init__(self, units: Any, cast: Cast, now: datetime) -> None:
        self.units, self.cast, self.now = units, cast, now
        self._made: dict[tuple[str, str], Any] = {}

    def get(self, subject: str, place: str) -> Any:
        """The object of this subject at this place; the same one when asked again."""
        if (subject, place) not in self._made:
            self._made[subject, place] = getattr(self, subject)(self.units[place])
        return self._made[subject, place]

    def resident(self, unit: Unit) -> Person:
        """In the unit, with no closer place known; of a street or the district in one of its other communities."""
        return Person.objects.create(
            name="王建国", seal_key=uuid.uuid4(), made_at=self.now, changed_at=self.now, **self._lives(unit)
        )

    def household(self, unit: Unit) -> Household:
        """The same."""
        return Household.objects.create(address="幸福里1号", made_at=self.now, **self._lives(unit))

    def _lives(self, unit: Unit) -> dict[str, Any]:
        inside = {
            UnitKind.DISTRICT: "community_3",
            UnitKind.STREET: f"community_{'4' if unit == self.units['street_2'] else '2'}",
        }
        home = self.units[inside[UnitKind(unit.kind)]] if unit.kind in inside else unit
        grid = home.pk if home.kind == UnitKind.GRID else None
        return {
            "district_id": home.district_id, "street_id": home.street_id, "community_id": home.community_id,
            "grid_id": grid,
        }  # fmt: skip


def is_elsewhere(unit: Unit) -> bool:
    return unit.code.startswith("88")
