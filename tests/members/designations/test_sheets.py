"""The sheets of designations 五雁、十员、骨干 and of couriers 新就业群体; and the teams that are counted as 群雁."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse

from governance.audit.models import Entry
from governance.errors import NotAllowed
from members.designations.counting import counter_of
from members.models import Courier, Designation, VolunteerTeam
from tests.appeals.pages.conftest import browse as browse
from tests.members.conftest import identity_number
from tests.sheets.bringing import Desk, counts

pytestmark = pytest.mark.django_db

NUMBER, OTHER = identity_number("19620317", 1), identity_number("19640510", 2)


@pytest.fixture(autouse=True)
def _media(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def resident(person, kinds):
    """王建国 of the first grid, and the kinds that the platform begins with."""
    return person("王建国", identity=NUMBER)


class TestDesignations:
    ROW = {
        "name": "王建国", "identity": NUMBER, "kind": "热心居民骨干", "unit": "第1网格", "from_on": "2024-05-01",
        "until_on": "2027-05-01", "grounds": "居民代表会议推荐",
    }  # fmt: skip

    @pytest.fixture
    def desk(self, cast, now, kinds) -> Desk:
        return Desk("designations", cast.cw, now)

    def test_named_as_if_by_hand(self, desk, resident, district, cast) -> None:
        assert counts(desk.bring(self.ROW)) == {"new": 1}
        one = Designation.objects.get()
        assert (one.person, one.kind.code, one.unit) == (resident, "resident_backbone", district.grid_1)
        assert (one.from_on, one.until_on, one.grounds) == (date(2024, 5, 1), date(2027, 5, 1), "居民代表会议推荐")
        entry = Entry.objects.get(action="designation.name")
        assert (entry.user_id, entry.subject_label) == (cast.cw.user_id, "王建国 热心居民骨干")
        assert counts(desk.look(self.ROW, self.ROW | {"from_on": "", "until_on": "", "grounds": ""})) == {"same": 2}

    def test_a_term_corrected(self, desk, resident) -> None:
        desk.bring(self.ROW)
        assert counts(desk.bring(self.ROW | {"until_on": "2028-05-01"})) == {"changed": 1}
        assert Designation.objects.get().until_on == date(2028, 5, 1)
        assert Entry.objects.filter(action="designation.change").count() == 1

    def test_one_that_is_over_stays_over(self, desk, resident) -> None:
        row = self.ROW | {"from_on": "2020-05-01", "until_on": "2022-05-01"}
        assert counts(desk.bring(row)) == {"new": 1}
        assert counts(desk.look(row)) == {"same": 1}
        assert "已经结束" in desk.refused(row | {"until_on": "2027-01-01"})[1]
        assert counts(desk.bring(self.ROW)) == {"new": 1}
        assert Designation.objects.count() == 2

    def test_kinds_with_brackets(self, desk, resident, member) -> None:
        member(resident)
        row = self.ROW | {"kind": "头雁（网格党支部书记）"}
        assert counts(desk.bring(row)) == {"new": 1}
        assert Designation.objects.get().kind.code == "head"

    @pytest.mark.parametrize(
        ("cells", "column", "words"),
        [
            ({"name": "王建业"}, "name", "串行"),
            ({"identity": ""}, "identity", "完整的身份证号"),
            ({"identity": OTHER}, "identity", "请先登记居民"),
            ({"kind": ""}, "kind", "不能为空"),
            ({"kind": "群雁（志愿服务团队）"}, "kind", "可填"),
            ({"kind": "治安线索信息员"}, "kind", "新就业群体"),
            ({"kind": "头雁（网格党支部书记）"}, "kind", "面向党员"),
            ({"unit": ""}, "unit", "不能为空"),
            ({"unit": "第一街道"}, "unit", "可填"),
            ({"unit": "第一街道2社区"}, "unit", "可填"),
            ({"from_on": "2099-01-01"}, "from_on", "不晚于今天"),
            ({"until_on": "2020-01-01"}, "until_on", "不能早于"),
            ({"until_on": "明年"}, "until_on", "不是日期"),
            ({"grounds": ""}, "grounds", "命名依据"),
        ],
        ids=lambda value: str(value)[:24],
    )
    def test_a_bad_row(self, desk, resident, cells, column, words) -> None:
        told = desk.refused(self.ROW | cells)
        assert told[0] == column
        assert words in told[1]
        assert not Designation.objects.exists()

    def test_beyond_the_scope_and_roles(self, desk, person, household, cast, district) -> None:
        person("刘敏", into=household(cast.cw_2, district.grid_3), by=cast.cw_2, identity=OTHER)
        assert desk.refused(self.ROW | {"name": "刘敏", "identity": OTHER}) == desk.refused(self.ROW)
        assert desk.refused(self.ROW, by=cast.ss)[0] == "unit", "a street names in the street"
        for name in ("dc", "gw", "sl", "dl"):
            with pytest.raises(NotAllowed):
                desk.look(self.ROW, by=cast.actors[name])

    def test_out(self, desk, resident, cast, browse) -> None:
        desk.bring(self.ROW)
        offered = desk.choices()
        assert "第1网格" in offered["所在单位"]
        assert "热心居民骨干" in offered["称号"]
        assert not any("志愿服务团队" in kind for kind in offered["称号"])
        wanted, rows = desk.export("tab=now", by=cast.cs)
        assert wanted.words == "在任"
        assert rows[2][:4] == ("王建国", f"{NUMBER[:6]}********{NUMBER[-4:]}", "热心居民骨干", "第1网格")
        assert NUMBER not in str(rows)
        page = browse(cast.cs).get(reverse("members:designations")).content.decode()
        assert "/sheets/designations/import/" in page
        assert "/sheets/designations/export/" in page


class TestCouriers:
    ROW = {
        "name": "王建国", "identity": NUMBER, "trade": "快递员", "company": "顺丰", "station": "东风站",
        "unit": "第一街道1社区", "units": "第一街道1社区，第二街道1社区", "routes": "东风路",
    }  # fmt: skip

    @pytest.fixture
    def desk(self, cast, now) -> Desk:
        return Desk("couriers", cast.cw, now)

    def test_on_record_as_if_by_hand(self, desk, resident, district, cast) -> None:
        assert counts(desk.bring(self.ROW)) == {"new": 1}
        one = Courier.objects.get()
        assert (one.person, one.trade, one.company, one.station) == (resident, "courier", "顺丰", "东风站")
        assert set(one.units.all()) == {district.community_1, district.community_3}
        assert Entry.objects.get(action="courier.add").user_id == cast.cw.user_id
        assert counts(desk.look(self.ROW, self.ROW | {"units": "", "routes": ""})) == {"same": 2}

    def test_a_correction(self, desk, resident, district) -> None:
        desk.bring(self.ROW)
        assert counts(desk.bring(self.ROW | {"company": "京东", "units": "第一街道2社区"})) == {"changed": 1}
        one = Courier.objects.get()
        assert (one.company, one.revision, list(one.units.all())) == ("京东", 2, [district.community_2])

    @pytest.mark.parametrize(
        ("cells", "column", "words"),
        [
            ({"name": "王建业"}, "name", "串行"),
            ({"identity": ""}, "identity", "完整的身份证号"),
            ({"identity": OTHER}, "identity", "请先登记居民"),
            ({"trade": ""}, "trade", "不能为空"),
            ({"trade": "飞行员"}, "trade", "可填"),
            ({"company": "某公司"}, "company", "可填"),
            ({"unit": "第一街道2社区"}, "unit", "可填"),
            ({"units": "没有的社区"}, "units", "没有的社区"),
            ({"station": "站" * 65}, "station", "最多 64"),
        ],
        ids=lambda value: str(value)[:24],
    )
    def test_a_bad_row(self, desk, resident, cells, column, words) -> None:
        told = desk.refused(self.ROW | cells)
        assert told[0] == column
        assert words in told[1]
        assert not Courier.objects.exists()

    def test_beyond_the_scope_another_station_and_roles(self, desk, person, household, cast, district) -> None:
        person("刘敏", into=household(cast.cw_2, district.grid_3), by=cast.cw_2, identity=OTHER)
        theirs = self.ROW | {"name": "刘敏", "identity": OTHER}
        assert desk.refused(theirs) == desk.refused(self.ROW)
        assert counts(desk.bring(theirs | {"unit": "第一街道2社区"}, by=cast.cw_2)) == {"new": 1}
        assert "站点所在的第一街道2社区维护" in desk.refused(theirs)[1], "who serves here is seen, and kept there"
        for name in ("dc", "gw", "sl", "dl"):
            with pytest.raises(NotAllowed):
                desk.look(self.ROW, by=cast.actors[name])

    def test_out(self, desk, resident, cast, browse) -> None:
        desk.bring(self.ROW)
        offered = desk.choices()
        assert offered["站点所在社区"] == ["第一街道1社区"]
        assert "顺丰" in offered["平台企业"]
        wanted, rows = desk.export("company=顺丰", by=cast.ss)
        assert wanted.words == "在册；平台、企业：顺丰"
        assert rows[2][:4] == ("王建国", f"{NUMBER[:6]}********{NUMBER[-4:]}", "快递员", "顺丰")
        assert rows[2][6] == "第一街道1社区、第二街道1社区"
        assert NUMBER not in str(rows)
        page = browse(cast.cs).get(reverse("members:couriers")).content.decode()
        assert "/sheets/couriers/import/" in page
        assert "/sheets/couriers/export/" in page


class TestTeams:
    def test_volunteer_teams_are_counted_and_opened(self, district, cast, now, kinds, browse) -> None:
        for unit, founded, dissolved in (
            (district.grid_1, date(2024, 1, 1), None), (district.community_1, date(2024, 1, 1), None),
            (district.community_1, date(2020, 1, 1), date(2024, 1, 1)), (district.community_2, date(2026, 12, 1), None),
        ):  # fmt: skip
            VolunteerTeam.objects.create(
                name=f"{unit.name}{founded:%Y}巡逻队", kind="patrol", unit=unit, district=district.district,
                street_id=unit.street_id, community_id=unit.community_id, founded_on=founded, dissolved_on=dissolved,
                grid=unit if unit == district.grid_1 else None, made_at=now, changed_at=now,
            )  # fmt: skip
        flock = counter_of("flock")
        both = [district.community_1.pk, district.community_2.pk]
        assert flock.counts(cast.ss, "community_id", both, date(2026, 11, 23)) == {district.community_1.pk: 2}
        address = flock.opens(cast.ss, district.community_1.pk)
        shown = browse(cast.ss).get(address).content.decode()
        assert "第1网格2024巡逻队" in shown
        assert "第一街道1社区2020巡逻队" not in shown
        assert "第一街道2社区2026巡逻队" not in shown
        assert flock.opens(cast.ss, district.street_1.pk) == reverse("members:volunteer_teams")
        assert flock.opens(cast.ds, district.street_1.pk) == ""
        figures = browse(cast.ss).get(reverse("members:designation_figures")).content.decode()
        assert f"place={district.community_1.pk}" in figures
