"""Objects of careers and quotas."""

from __future__ import annotations

from datetime import date

from governance.scope import UnitKind
from grids.models import Quota, QuotaProposal, Unit
from members.models import AppraisalRound, Career, CareerProcedure
from tests.rights.making.base import Base


class OfCareers(Base):
    """Makes them when they are first asked for."""

    def career(self, unit: Unit) -> Career:
        """Of somebody who works there."""
        return Career.objects.create(
            person=self.resident(unit), post="worker", entered_on=date(2022, 3, 1), post_since=date(2022, 3, 1),
            recruited="open", made_at=self.now, changed_at=self.now, **self._lives(unit),
        )  # fmt: skip

    def career_procedure(self, unit: Unit) -> CareerProcedure:
        """A promotion of somebody who works there."""
        return CareerProcedure.objects.create(
            career=self.career(unit), kind="promotion", path="to_committee", state="public_notice",
            words="工作认真负责。", proposed_by_user=0, proposed_by_name="社区", proposed_by_unit=unit.pk,
            opened_at=self.now, changed_at=self.now, **self._lives(unit),
        )  # fmt: skip

    def appraisal_round(self, unit: Unit) -> AppraisalRound:
        """Of the street; of the district in its second one."""
        street = unit.street or self.units["street_2"]
        found, _ = AppraisalRound.objects.get_or_create(
            district=unit.district, street=street, year=2025, defaults={"opened_at": self.now}
        )
        return found

    def quota(self, unit: Unit) -> Quota:
        """Of the unit."""
        return Quota.objects.create(
            unit=unit, kind="workers" if unit.kind == UnitKind.COMMUNITY else "institution", approved=9,
            district_id=unit.district_id, street_id=unit.street_id, community_id=unit.community_id,
        )  # fmt: skip

    def quota_proposal(self, unit: Unit) -> QuotaProposal:
        """Of the street."""
        return QuotaProposal.objects.create(
            unit=unit, district=unit.district, street=unit.street or unit, kind="institution", delta=2,
            words="业务增加", proposed_by_user=0, proposed_by_name="街道", proposed_at=self.now,
        )  # fmt: skip
