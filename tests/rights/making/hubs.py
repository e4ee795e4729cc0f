"""Objects of designations, couriers, party-member households."""

from __future__ import annotations

import uuid
from datetime import date

from governance.scope import UnitKind
from grids.models import Unit
from members.designations.kinds import ensure_default_kinds as ensure_designation_kinds
from members.models import (
    Courier,
    Designation,
    DesignationKind,
    Household,
    PartyHousehold,
    Person,
)
from tests.fixtures import make_unit
from tests.rights.making.base import Base


class OfHubs(Base):
    """Makes them when they are first asked for."""

    def designation(self, unit: Unit) -> Designation:
        """Of somebody there, named there."""
        ensure_designation_kinds()
        person = self._somebody(unit)
        place = {name: getattr(person, name) for name in ("district_id", "street_id", "community_id", "grid_id")}
        return Designation.objects.create(
            person=person, kind=DesignationKind.objects.get(code="resident_backbone"), from_on=date(2026, 1, 1),
            unit=person.grid or person.community, grounds="居民推荐", named_by_user=0, named_by_name="社区",
            named_by_unit="社区", made_at=self.now, **place,
        )  # fmt: skip

    def courier(self, unit: Unit) -> Courier:
        """Whose station lies there, in no closer a place than the community."""
        person = self._somebody(unit)
        place = {name: getattr(person, name) for name in ("district_id", "street_id", "community_id")}
        return Courier.objects.create(
            person=person, trade="courier", company="顺丰", station="景园站", from_on=date(2026, 1, 1),
            made_at=self.now, **place,
        )  # fmt: skip

    def party_household(self, unit: Unit) -> PartyHousehold:
        """In the unit's grid, where it is one; else in one of its grids, or one of another community."""
        home = unit
        if unit.kind != UnitKind.GRID:
            home = Unit.objects.filter(kind=UnitKind.GRID, community_id=self._lives(unit)["community_id"]).first() or (
                make_unit(f"{self._lives(unit)['community_id']:012d}001", "补网格", UnitKind.GRID,
                          Unit.objects.get(pk=self._lives(unit)["community_id"]))
            )  # fmt: skip
        place = self._lives(home)
        household = Household.objects.create(address="幸福里1号", made_at=self.now, **place)
        person = Person.objects.create(
            name="李秀兰", seal_key=uuid.uuid4(), made_at=self.now, changed_at=self.now, **place
        )
        return PartyHousehold.objects.create(
            person=person, household=household, from_on=date(2026, 1, 1), made_at=self.now, **place
        )

    def _somebody(self, unit: Unit) -> Person:
        return Person.objects.create(
            name="李秀兰", seal_key=uuid.uuid4(), made_at=self.now, changed_at=self.now, **self._lives(unit)
        )
