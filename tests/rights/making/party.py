"""Objects of party organisations and memberships."""

from __future__ import annotations

import uuid
from datetime import date

from governance.scope import UnitKind
from grids.models import Unit
from members.models import (
    DoubleRegistration,
    MembershipTransfer,
    PartyMembership,
    PartyOrganisation,
    PartyPost,
    Person,
)
from tests.rights.making.base import Base


class OfParty(Base):
    """Makes them when they are first asked for."""

    def party_organisation(self, unit: Unit) -> PartyOrganisation:
        """Lying in exactly the unit."""
        kinds = {
            UnitKind.DISTRICT: "business_branch", UnitKind.STREET: "street_committee",
            UnitKind.COMMUNITY: "community_committee",
        }  # fmt: skip
        return self._organisation(unit, kinds.get(UnitKind(unit.kind), "grid_branch"))

    def _organisation(self, unit: Unit, kind: str) -> PartyOrganisation:
        return PartyOrganisation.objects.create(
            name=f"{unit.name}{kind}", kind=kind, unit=unit, founded_on=date(2020, 1, 1), district_id=unit.district_id,
            street_id=unit.street_id, community_id=unit.community_id,
            grid_id=unit.pk if unit.kind == UnitKind.GRID else None,
        )  # fmt: skip

    def party_post(self, unit: Unit) -> PartyPost:
        """Of an organisation there."""
        organisation = self._organisation(unit, "branch")
        return PartyPost.objects.create(
            organisation=organisation, name="李明", post="part_time", employer="第一采油厂", from_on=date(2024, 1, 1)
        )

    def party_member(self, unit: Unit) -> PartyMembership:
        """Of a branch there."""
        branch = self._organisation(unit, "featured_branch")
        return PartyMembership.objects.create(
            person=self._comrade(unit), organisation=branch, from_on=date(2024, 1, 1), district_id=branch.district_id,
            street_id=branch.street_id, community_id=branch.community_id, grid_id=branch.grid_id,
        )  # fmt: skip

    def party_transfer(self, unit: Unit) -> MembershipTransfer:
        """To a branch there, from outside the district."""
        branch = self._organisation(unit, "group")
        return MembershipTransfer.objects.create(
            direction="in", district_id=branch.district_id, person=self._comrade(unit), to_organisation=branch,
            place="外地党委", state="confirmed", asked_by_user=0, asked_by_name="社区", asked_at=self.now,
        )  # fmt: skip

    def party_double(self, unit: Unit) -> DoubleRegistration:
        """To an organisation there."""
        kind = "group" if unit.kind == UnitKind.GRID else "branch"
        organisation = PartyOrganisation.objects.create(
            name=f"{unit.name}报到点", kind=kind, unit=unit, founded_on=date(2020, 1, 1), district_id=unit.district_id,
            street_id=unit.street_id, community_id=unit.community_id,
            grid_id=unit.pk if unit.kind == UnitKind.GRID else None,
        )  # fmt: skip
        return DoubleRegistration.objects.create(
            person=self._comrade(unit), own_organisation="某局党支部", organisation=organisation,
            from_on=date(2024, 1, 1),
        )  # fmt: skip

    def _comrade(self, unit: Unit) -> Person:
        return Person.objects.create(
            name="王建国", seal_key=uuid.uuid4(), made_at=self.now, changed_at=self.now, **self._lives(unit)
        )
