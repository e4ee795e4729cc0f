"""The sheets of organisations 党组织 and of double registrations 双报到."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from governance.audit.models import Entry
from governance.errors import InvalidInput, NotAllowed
from members.models import DoubleRegistration, PartyOrganisation, PartyPost
from members.services import households
from tests.appeals.pages.conftest import browse as browse
from tests.members.conftest import identity_number
from tests.sheets.bringing import Desk, counts

pytestmark = pytest.mark.django_db

NUMBER, OTHER = identity_number("19620317", 1), identity_number("19640510", 2)


@pytest.fixture(autouse=True)
def _media(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


class TestOrganisations:
    ROW = {
        "name": "第2网格党支部", "kind": "网格党支部", "parent": "1社区大党委", "unit": "第2网格",
        "founded_on": "2020-06-01", "address": "社区活动室",
    }  # fmt: skip

    @pytest.fixture
    def desk(self, party, cast, now) -> Desk:
        return Desk("party_organisations", cast.cs, now)

    def test_a_branch_and_its_group_below_it(self, desk, party, district, cast) -> None:
        group = {"name": "第一党小组", "kind": "党小组", "parent": "第2网格党支部", "founded_on": "2020-06-01"}
        assert counts(desk.bring(self.ROW, group)) == {"new": 2}
        branch = PartyOrganisation.objects.get(name="第2网格党支部")
        below = PartyOrganisation.objects.get(name="第一党小组")
        assert (branch.parent, branch.unit, branch.grid, branch.term_years) == (
            party.community, district.grid_2, district.grid_2, 5,
        )  # fmt: skip
        assert (below.parent, below.unit, below.term_years) == (branch, district.grid_2, 0)
        assert Entry.objects.filter(action="party.found", user_id=cast.cs.user_id).count() == 4
        assert counts(desk.look(self.ROW, group)) == {"same": 2}

    def test_a_correction_and_a_secretary(self, desk, member) -> None:
        desk.bring(self.ROW)
        holder = member("刘敏", numbered=OTHER).person
        row = self.ROW | {"address": "党群服务中心", "secretary": "刘敏", "identity": OTHER, "from_on": "2021-03-01"}
        assert counts(desk.bring(row)) == {"changed": 1}
        post = PartyPost.objects.get()
        assert (post.person, post.post, post.from_on) == (holder, "secretary", date(2021, 3, 1))
        assert PartyOrganisation.objects.get(name="第2网格党支部").address == "党群服务中心"
        assert Entry.objects.filter(action="party.appoint").count() == 1
        assert counts(desk.look(row)) == {"same": 1}
        assert counts(desk.look(row | {"identity": ""})) == {"same": 1}, "as an export has it"
        assert "身份证号" in desk.refused(row | {"identity": "", "secretary": "赵雪"})[1]

    def test_brackets_of_either_width(self, desk, party) -> None:
        """A file's cells are read half-width; what is on record keeps its own."""
        PartyOrganisation.objects.filter(pk=party.featured.pk).update(
            name="银发先锋（第一）党支部", theme="银发（先锋）"
        )
        row = {"name": "银发先锋（第一）党支部", "kind": "特色支部", "unit": "第一街道1社区", "theme": "银发（先锋）"}
        assert counts(desk.look(row, row | {"name": "银发先锋(第一)党支部"})) == {"same": 2}

    @pytest.mark.parametrize(
        ("cells", "column", "words"),
        [
            ({"name": ""}, "name", "请填写名称"),
            ({"kind": ""}, "kind", "不能为空"),
            ({"kind": "支部"}, "kind", "可填"),
            ({"kind": "社区大党委"}, "parent", "上级应是"),
            ({"parent": ""}, "", "由区设立"),
            ({"parent": "2社区大党委"}, "parent", "没有找到"),
            ({"parent": "没有的党委"}, "parent", "没有找到"),
            ({"unit": "第9网格"}, "unit", "没有找到"),
            ({"unit": "990001001002001"}, "unit", "没有找到"),
            ({"unit": ""}, "unit", "不能设在"),
            ({"unit": "第1网格"}, "", "不能重复设立"),
            ({"founded_on": ""}, "founded_on", "成立日期"),
            ({"founded_on": "2099-01-01"}, "founded_on", "不晚于今天"),
            ({"kind": "特色支部"}, "theme", "特色主题"),
            ({"secretary": "刘敏"}, "identity", "书记的身份证号"),
            ({"identity": OTHER}, "secretary", "不能为空"),
            ({"secretary": "刘敏", "identity": OTHER}, "identity", "请先登记居民"),
        ],
        ids=lambda value: str(value)[:24],
    )
    def test_a_bad_row(self, desk, cells, column, words) -> None:
        told = desk.refused(self.ROW | cells)
        assert told[0] == column
        assert words in told[1]
        assert PartyOrganisation.objects.count() == 6, "a refused row leaves nothing, its organisation included"

    def test_a_secretary_who_is_no_member(self, desk, person) -> None:
        person("刘敏", identity=OTHER)
        column, words = desk.refused(self.ROW | {"secretary": "刘敏", "identity": OTHER})
        assert (column, words) == ("identity", "没有找到这名党员，请从本组织的党员中选择。")
        assert not PartyOrganisation.objects.filter(name="第2网格党支部").exists()

    def test_what_a_sheet_does_not_do(self, desk, party) -> None:
        known = {"name": party.featured.name, "kind": "特色支部", "unit": "第一街道1社区", "parent": "1社区大党委"}
        assert counts(desk.look(known)) == {"same": 1}
        assert desk.refused(known | {"kind": "党支部"})[0] == "kind"
        assert "调整隶属" in desk.refused(known | {"parent": "第1网格党支部"})[1]

    def test_each_level_founds_below_its_own(self, desk, party, cast, district) -> None:
        row = {"name": "街道机关党支部", "kind": "党支部", "parent": "第一街道大工委", "founded_on": "2020-06-01"}
        assert counts(desk.bring(row, by=cast.ss)) == {"new": 1}
        assert desk.refused(self.ROW, by=cast.ss)[0] == "parent"
        root = {"name": "第二街道大工委", "kind": "街道大工委", "unit": "第二街道", "founded_on": "2020-06-01"}
        assert counts(desk.bring(root, by=cast.dc)) == {"new": 1}
        of_community = {"name": "1社区大党委", "kind": "社区大党委", "unit": "第一街道1社区"}
        assert counts(desk.look(of_community, by=cast.ss)) == {"same": 1}
        assert "由社区办理" in desk.refused(of_community | {"address": "新址"}, by=cast.ss)[1]
        for name in ("cw", "gw", "sl", "dl", "ds"):
            with pytest.raises(NotAllowed):
                desk.look(self.ROW, by=cast.actors[name])

    def test_out_and_the_drop_downs(self, desk, party, cast, browse, member) -> None:
        member()
        offered = desk.choices()
        assert "1社区大党委" in offered["上级党组织"]
        assert "2社区大党委" not in offered["上级党组织"]
        assert any("第2网格" in unit for unit in offered["所在单位"])
        wanted, rows = desk.export("kind=grid_branch")
        assert wanted.words == "现有；类型：网格党支部"
        assert "年底核对名册" in rows[0][0]
        assert rows[2][:3] == ("第1网格党支部", "网格党支部", "1社区大党委")
        assert rows[2][8] == 1
        assert len(rows) == 3
        _, everything = desk.export()
        keys = ("name", "kind", "parent", "unit", "founded_on", "theme", "address")
        again = [dict(zip(keys, row, strict=False)) for row in everything[2:]]
        again = [{key: value or "" for key, value in row.items()} for row in again if row["name"] != "1社区大党委"]
        assert counts(desk.look(*again)) == {"same": 2}, "an export comes in again; what stands above is the street's"
        page = browse(cast.cs).get("/people/party/list/").content.decode()
        assert "/sheets/party_organisations/import/" in page
        assert "/sheets/party_organisations/export/" in page


class TestDoubles:
    ROW = {
        "name": "王建国", "identity": NUMBER, "own_organisation": "采油一厂机关党支部", "employer": "采油一厂",
        "organisation": "第1网格党支部", "from_on": "2024-05-01",
    }  # fmt: skip

    @pytest.fixture
    def desk(self, party, cast, now) -> Desk:
        return Desk("party_doubles", cast.cs, now)

    @pytest.fixture
    def resident(self, person):
        return person("王建国", identity=NUMBER)

    def test_reports_as_if_by_hand(self, desk, resident, party, cast) -> None:
        assert counts(desk.bring(self.ROW)) == {"new": 1}
        one = DoubleRegistration.objects.get()
        assert (one.person, one.organisation, one.own_organisation) == (resident, party.branch, "采油一厂机关党支部")
        assert (one.employer, one.from_on) == ("采油一厂", date(2024, 5, 1))
        entry = Entry.objects.get(action="party.report")
        assert (entry.user_id, entry.subject_label) == (cast.cs.user_id, "王建国")
        assert counts(desk.look(self.ROW, self.ROW | {"employer": "", "from_on": ""})) == {"same": 2}

    @pytest.mark.parametrize(
        ("cells", "column", "words"),
        [
            ({"name": "王建业"}, "name", "串行"),
            ({"identity": ""}, "identity", "完整的身份证号"),
            ({"identity": OTHER}, "identity", "请先登记居民"),
            ({"own_organisation": ""}, "own_organisation", "不能为空"),
            ({"own_organisation": "厂"}, "own_organisation", "不少于 2"),
            ({"organisation": "2社区第1网格党支部"}, "organisation", "可填"),
            ({"from_on": "2099-01-01"}, "from_on", "不晚于今天"),
        ],
        ids=lambda value: str(value)[:24],
    )
    def test_a_bad_row(self, desk, resident, cells, column, words) -> None:
        told = desk.refused(self.ROW | cells)
        assert told[0] == column
        assert words in told[1]
        assert not DoubleRegistration.objects.exists()

    def test_who_reports_elsewhere_or_belongs_here(self, desk, resident, party, member) -> None:
        desk.bring(self.ROW)
        column, words = desk.refused(self.ROW | {"organisation": party.featured.name})
        assert column == "identity"
        assert "已在“第1网格党支部”报到" in words
        assert desk.refused(self.ROW | {"employer": "采油二厂"})[0] == "employer"
        member("刘敏", numbered=OTHER)
        assert "不需要报到" in desk.refused(self.ROW | {"name": "刘敏", "identity": OTHER})[1]

    def test_beyond_the_scope_and_gone(self, desk, person, household, resident, cast, district, now) -> None:
        person("刘敏", into=household(cast.cw_2, district.grid_3), by=cast.cw_2, identity=OTHER)
        nowhere = desk.refused(self.ROW | {"name": "刘敏", "identity": identity_number("19700101", 9)})
        assert desk.refused(self.ROW | {"name": "刘敏", "identity": OTHER}) == nowhere
        households.die(person_id=resident.pk, on=date(2026, 11, 20), by=cast.cw, now=now)
        assert "已故" in desk.refused(self.ROW)[1]

    def test_roles(self, desk, resident, cast) -> None:
        for name in ("cw", "gw", "sl", "dl", "ds"):
            with pytest.raises(NotAllowed):
                desk.look(self.ROW, by=cast.actors[name])
        for name in ("ss", "dc", "cs_2"):
            assert desk.refused(self.ROW, by=cast.actors[name])[0] == "organisation"

    def test_out(self, desk, resident, cast, browse) -> None:
        desk.bring(self.ROW)
        assert "第1网格党支部" in desk.choices()["报到党组织"]
        wanted, rows = desk.export("own=采油")
        assert wanted.words == "报到中；组织关系所在党组织：采油"
        assert rows[2][:2] == ("王建国", f"{NUMBER[:6]}********{NUMBER[-4:]}")
        assert NUMBER not in str(rows)
        with pytest.raises(InvalidInput, match="没有符合条件"):
            desk.export("tab=ended")
        page = browse(cast.cs).get("/people/party/doubles/").content.decode()
        assert "/sheets/party_doubles/import/" in page
        assert "/sheets/party_doubles/export/" in page
