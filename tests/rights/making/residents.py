"""Objects of persons, households, buildings, proposals."""

from __future__ import annotations

import uuid

from grids.models import Unit
from members.models import Building, Home, Household, Proposal
from tests.rights.making.base import Base


class OfResidents(Base):
    """Makes them when they are first asked for."""

    def building(self, unit: Unit) -> Building:
        """The same."""
        return Building.objects.create(name=f"{unit.name}3号楼", **self._lives(unit))

    def home(self, unit: Unit) -> Home:
        """A room of a building there."""
        building = Building.objects.create(name=f"{unit.name}5号楼", **self._lives(unit))
        home = Home.objects.create(building=building, entrance="1单元", room="101")
        # Lived in, so that nobody on the walk removes it.
        Household.objects.create(home=home, made_at=self.now, **self._lives(unit))
        return home

    def resident_proposal(self, unit: Unit) -> Proposal:
        """That somebody of the unit died."""
        person = self.resident(unit)
        return Proposal.objects.create(
            kind="died", person=person, revision=person.revision, subject=person.name, seal_key=uuid.uuid4(),
            content={"on": "2026-11-20", "to": "", "new_head_id": None, "new_head": ""}, proposed_by_user=0,
            proposed_by_name="网格员", proposed_at=self.now, **self._lives(unit),
        )  # fmt: skip
