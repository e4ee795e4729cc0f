"""An object of each kind of `matrix.SUBJECTS`, lying where the walk wants it: a method of the subject's name."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import ApiToken, Posting, User
from appeals import services as appeal_services
from appeals.models import Appeal, SupervisionOrder
from governance.files import services as files
from governance.files.models import Attachment
from governance.scope import Role, UnitKind
from grids.models import ImportDraft, Site, SiteKind, SiteProposal, Unit, UnitChange
from grids.sites.kinds import ensure_default_kinds
from members.models import Activity, Household, Person, ServiceHours, SignUp, TeamMember, VolunteerTeam
from tests.appeals.conftest import new_appeal
from tests.files.crafted import picture, upload
from tests.fixtures import Cast, make_posting


class Samples:
    """Makes them when they are first asked for."""

    def __init__(self, units: Any, cast: Cast, now: datetime) -> None:
        self.units, self.cast, self.now = units, cast, now
        self._made: dict[tuple[str, str], Any] = {}

    def get(self, subject: str, place: str) -> Any:
        """The object of this subject at this place; the same one when asked again."""
        if (subject, place) not in self._made:
            self._made[subject, place] = getattr(self, subject)(self.units[place])
        return self._made[subject, place]

    def appeal(self, unit: Unit) -> Appeal:
        """For a department: dispatched to it, wherever it happened."""
        at = self.units["street_2"] if unit.kind == UnitKind.DEPARTMENT or _is_elsewhere(unit) else unit
        found = appeal_services.register(new=new_appeal(unit_id=at.pk), by=self.cast.dc, now=self.now)
        if unit.kind == UnitKind.DEPARTMENT:
            appeal_services.dispatch(appeal_id=found.pk, to_unit_id=unit.pk, by=self.cast.dc, now=self.now)
        if _is_elsewhere(unit):
            Appeal.objects.filter(pk=found.pk).update(district=unit.district, street=unit)
        return found

    def resident(self, unit: Unit) -> Person:
        """In the unit, with no closer place known; of a street or the district in one of its other communities."""
        return Person.objects.create(
            name="王建国", seal_key=uuid.uuid4(), made_at=self.now, changed_at=self.now, **self._lives(unit)
        )

    def household(self, unit: Unit) -> Household:
        """The same."""
        return Household.objects.create(address="幸福里1号", made_at=self.now, **self._lives(unit))

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
        home = self.units["community_1"] if _is_elsewhere(unit) else unit
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

    def supervision(self, unit: Unit) -> SupervisionOrder:
        """To the unit, of an appeal that happened there."""
        appeal = Appeal.objects.get(pk=self.appeal(unit).pk)
        return SupervisionOrder.objects.create(
            number=f"DB-{appeal.pk}", appeal=appeal, round=1, origin="leader", district_id=appeal.district_id,
            street_id=appeal.street_id, unit=unit, issued_by_unit_id=appeal.district_id, issued_by_name="区中心",
            issued_at=self.now, words="请查明原因并回复。",
        )  # fmt: skip

    def photo(self, unit: Unit) -> Attachment:
        """Of an appeal that lies there."""
        draft = files.store(upload=upload("现场.jpg", picture()), kind="photo", by=self.cast.dc, now=self.now)
        appeal = self.appeal(unit)
        files.attach(ids=[draft.pk], subject_type="appeals.appeal", subject_id=appeal.pk, by=self.cast.dc)
        return draft

    def unit(self, unit: Unit) -> Unit:
        """The unit itself."""
        return unit

    def person(self, unit: Unit) -> User:
        """Somebody who works there."""
        return make_posting(Role.COMMUNITY_WORKER, unit, username=f"person-{unit.code.lower()}").user

    def posting(self, unit: Unit) -> Posting:
        """Of somebody who works there."""
        return make_posting(Role.COMMUNITY_WORKER, unit, username=f"posted-{unit.code.lower()}")

    def token(self, unit: Unit) -> ApiToken:
        """Of a device that acts for somebody there."""
        posting = make_posting(Role.COMMUNITY_WORKER, unit, username=f"device-{unit.code.lower()}")
        found = ApiToken.objects.create(
            posting=posting, name="采集终端", digest=f"{posting.pk:064d}", prefix="walk", created_by_user=0,
            created_by_name="安全管理员", created_at=self.now, expires_at=self.now.replace(year=self.now.year + 1),
        )  # fmt: skip
        found.owner_id = posting.user_id  # type: ignore[attr-defined]
        return found

    def unit_change(self, unit: Unit) -> UnitChange:
        """A renaming that waits for its day."""
        return UnitChange.objects.create(
            unit=unit, district_id=unit.district_id, kind="rename", effective_on=date(2030, 1, 1),
            after={"name": "新名"}, decided_by_user=0, decided_by_name="区中心", decided_at=self.now,
        )  # fmt: skip

    def divisions(self, unit: Unit) -> ImportDraft:
        """A file of divisions that was compared."""
        return self._draft(unit, "divisions", {"rows": []})

    def boundaries(self, unit: Unit) -> ImportDraft:
        """A file of boundaries that was checked."""
        return self._draft(unit, "boundaries", {"features": [], "system": "wgs84", "token": ""})

    def site(self, unit: Unit) -> Site:
        """A site of the unit."""
        ensure_default_kinds()
        return Site.objects.create(
            kind=SiteKind.objects.get(code="centre"), name=f"{unit.name}党群服务中心", unit=unit, area_m2=420,
            district=unit.district, street=unit.street, community=unit.community, address="幸福路 1 号",
            opened_on=date(2024, 5, 1),
        )  # fmt: skip

    def site_proposal(self, unit: Unit) -> SiteProposal:
        """The closing of a site of the unit, proposed by its street."""
        site = self.get("site", next(name for name, one in self.units.items() if one == unit))
        return SiteProposal.objects.create(
            kind="close", site=site, district=unit.district, street=unit.street or unit, words="房屋到期",
            content={"closed_on": "2026-12-31"}, proposed_by_user=0, proposed_by_name="街道", proposed_at=self.now,
        )  # fmt: skip

    def site_sheet(self, unit: Unit) -> ImportDraft:
        """A list of sites that was looked at."""
        return self._draft(unit, "sites", {"rows": []})

    def _draft(self, unit: Unit, kind: str, content: dict[str, Any]) -> ImportDraft:
        return ImportDraft.objects.create(
            kind=kind, district_id=unit.district_id, file_name="文件", content=content, user_id=0, user_name="区中心",
            created_at=self.now,
        )  # fmt: skip


def _is_elsewhere(unit: Unit) -> bool:
    return unit.code.startswith("88")
