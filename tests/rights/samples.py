"""An object of each kind of `matrix.SUBJECTS`, lying where the walk wants it: a method of the subject's name."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from accounts.models import ApiToken, Posting, User
from appeals import services as appeal_services
from appeals.models import Appeal, SupervisionOrder
from governance.files import services as files
from governance.files.models import Attachment
from governance.scope import Role, UnitKind
from grids.models import ImportDraft, Quota, QuotaProposal, Site, SiteKind, SiteProposal, Unit, UnitChange
from grids.sites.kinds import ensure_default_kinds
from members.models import AppraisalRound, Career, CareerProcedure, Household, Person
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
