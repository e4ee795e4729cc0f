"""Objects of volunteer teams and activities."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from governance.scope import UnitKind
from grids.models import Unit
from members.models import Activity, Person, ServiceHours, SignUp, TeamMember, VolunteerTeam
from tests.rights.making.base import Base, is_elsewhere


class OfVolunteers(Base):
    """Makes them when they are first asked for."""

    def volunteer_team(self, unit: Unit) -> VolunteerTeam:
        """A team of the unit; of a district of one of its communities."""
        return VolunteerTeam.objects.create(
            name="义务巡逻队", kind="patrol", founded_on=date(2024, 5, 1), made_at=self.now, changed_at=self.now,
            words="每周三、周五夜间巡逻，劝导楼道堆物。", **self._organises(unit),
        )  # fmt: skip

    def volunteer_member(self, unit: Unit) -> TeamMember:
        """Somebody in a team of the unit."""
        place = self._place_of(unit)
        return TeamMember.objects.create(
            team=self.get("volunteer_team", place), person=self._volunteer(unit), from_on=date(2024, 6, 1)
        )

    def volunteer_activity(self, unit: Unit) -> Activity:
        """An activity of the unit that is under way."""
        return Activity.objects.create(
            title="楼道清洁志愿服务", kind="environment", address="幸福里广场", starts_at=self.now,
            ends_at=self.now + timedelta(hours=2), planned_minutes=120, state="running", capacity=20,
            made_by_user=self.cast.cw.user_id, made_by_name="社区", made_at=self.now, changed_at=self.now,
            **self._organises(unit),
        )  # fmt: skip

    def volunteer_sign_up(self, unit: Unit) -> SignUp:
        """Somebody who is signed up for an activity of the unit."""
        one = self.get("volunteer_activity", self._place_of(unit))
        return SignUp.objects.create(
            activity=one, person=self._volunteer(unit), at=self.now, by_name="社区", starts_at=one.starts_at,
            ends_at=one.ends_at,
        )  # fmt: skip

    def volunteer_hours(self, unit: Unit) -> ServiceHours:
        """Hours of an activity of the unit that wait."""
        one = self.get("volunteer_activity", self._place_of(unit))
        return ServiceHours.objects.create(
            activity=one, person=self._volunteer(unit), on=date(2026, 11, 23), minutes=120, proposed_at=self.now,
            proposed_by_name="社区", **self._organises(unit),
        )  # fmt: skip

    def _volunteer(self, unit: Unit) -> Person:
        home = self.units["community_1"] if is_elsewhere(unit) else unit
        return Person.objects.create(
            name="李秀兰", seal_key=uuid.uuid4(), made_at=self.now, changed_at=self.now, **self._lives(home)
        )

    def _place_of(self, unit: Unit) -> str:
        return next(name for name, one in self.units.items() if one == unit)

    def _organises(self, unit: Unit) -> dict[str, Any]:
        own = self.units["community_3"] if unit.kind == UnitKind.DISTRICT else unit
        return {
            "unit": own, "district_id": own.district_id, "street_id": own.street_id, "community_id": own.community_id,
            "grid_id": own.pk if own.kind == UnitKind.GRID else None,
        }  # fmt: skip
