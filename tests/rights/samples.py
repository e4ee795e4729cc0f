"""An object of each kind of `matrix.SUBJECTS`, lying where the walk wants it: a method of the subject's name."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.models import ApiToken, Posting, User
from appeals import services as appeal_services
from appeals.models import Appeal, SupervisionOrder
from governance.files import services as files
from governance.files.models import Attachment
from governance.scope import Role, UnitKind
from grids.models import Cluster, ImportDraft, Site, SiteKind, SiteProposal, Unit, UnitChange
from grids.sites.kinds import ensure_default_kinds
from tests.appeals.conftest import new_appeal
from tests.files.crafted import picture, upload
from tests.fixtures import make_posting
from tests.rights.making.base import is_elsewhere
from tests.rights.making.care import OfCare
from tests.rights.making.careers import OfCareers
from tests.rights.making.earning import OfEarning
from tests.rights.making.hubs import OfHubs
from tests.rights.making.ledger import OfLedger
from tests.rights.making.party import OfParty
from tests.rights.making.residents import OfResidents
from tests.rights.making.rounds import OfRounds
from tests.rights.making.shop import OfShop
from tests.rights.making.volunteers import OfVolunteers


class Samples(OfResidents, OfCare, OfParty, OfHubs, OfVolunteers, OfCareers, OfLedger, OfEarning, OfShop, OfRounds):
    """Makes them when they are first asked for."""

    def appeal(self, unit: Unit) -> Appeal:
        """For a department: dispatched to it, wherever it happened."""
        at = self.units["street_2"] if unit.kind == UnitKind.DEPARTMENT or is_elsewhere(unit) else unit
        found = appeal_services.register(new=new_appeal(unit_id=at.pk), by=self.cast.dc, now=self.now)
        if unit.kind == UnitKind.DEPARTMENT:
            appeal_services.dispatch(appeal_id=found.pk, to_unit_id=unit.pk, by=self.cast.dc, now=self.now)
        if is_elsewhere(unit):
            Appeal.objects.filter(pk=found.pk).update(district=unit.district, street=unit)
        return found

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

    def site_cluster(self, unit: Unit) -> Cluster:
        """A matrix of the unit's district."""
        return Cluster.objects.create(district=unit.district, name=f"{unit.name}示范矩阵", form=Cluster.MATRIX)

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
