"""Earning points: rules, awards, budgets: objects for the walk of rights."""

from __future__ import annotations

from datetime import date

from grids.models import Unit
from members.models import Household, Person
from points.earning.rules import ensure_default_rules
from points.models import Claim, EarningRule
from tests.rights.making.base import Base


class OfEarning(Base):
    """Makes them where the walk wants them."""

    def point_claim(self, unit: Unit) -> Claim:
        """A good deed in the unit that waits for the secretary."""
        person = self.resident(unit)
        ensure_default_rules(person.district_id, date(2026, 1, 1), self.now)
        rule = EarningRule.objects.get(district_id=person.district_id, code="good_deed")
        return Claim.objects.create(
            source_type="manual", source_id=person.pk, kind="manual", person=person, title=rule.name, rule=rule,
            on=date(2026, 11, 23), points=10, at=self.now, state="proposed", words="帮邻居买菜送药",
            proposed_by_user=self.cast.gw.user_id, proposed_by_name="网格员", district_id=person.district_id,
            street_id=person.street_id, community_id=person.community_id, grid_id=person.grid_id,
        )  # fmt: skip

    def point_person(self, unit: Unit) -> Person:
        """Somebody for whom points may be proposed."""
        return self.resident(unit)

    def point_household(self, unit: Unit) -> Household:
        """A household for which they may be."""
        return self.household(unit)
