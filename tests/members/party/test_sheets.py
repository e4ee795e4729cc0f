"""The sheet of members 党员名册: what comes in, what is refused and why, and what goes out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from governance.audit.models import Entry
from governance.errors import NotAllowed
from governance.sheets import exports
from governance.sheets.models import SheetUpload
from members.models import PartyMembership
from members.services import households
from tests.appeals.pages.conftest import browse as browse
from tests.members.conftest import identity_number
from tests.sheets.bringing import Desk, counts, reasons

pytestmark = pytest.mark.django_db

NUMBER, OTHER = identity_number("19620317", 1), identity_number("19640510", 2)
ROW = {
    "name": "王建国", "identity": NUMBER, "organisation": "第1网格党支部", "kind": "正式党员",
    "category": "国企退休党员", "joined_party_on": "1990-07-01", "full_on": "1991-07-01", "from_on": "2024-06-01",
    "employer": "采油一厂",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _media(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(party, cast, now) -> Desk:
    """The secretary's, with the members' sheet."""
    return Desk("party_members", cast.cs, now)


@pytest.fixture
def resident(person):
    """王建国, who is on record in the first community."""
    return person("王建国", identity=NUMBER)


class TestComesIn:
    def test_a_member_as_if_by_hand(self, desk, resident, party, member, cast, district) -> None:
        assert counts(desk.bring(ROW)) == {"new": 1}
        one = PartyMembership.objects.get()
        assert (one.person, one.organisation, one.kind, one.category) == (resident, party.branch, "full", "retired_soe")
        assert (one.joined_party_on, one.full_on, one.from_on, one.employer) == (
            date(1990, 7, 1), date(1991, 7, 1), date(2024, 6, 1), "采油一厂",
        )  # fmt: skip
        assert (one.began_how, one.community_id, one.grid_id) == (
            "recorded",
            district.community_1.pk,
            district.grid_1.pk,
        )
        member("刘敏", category="retired_soe", employer="采油一厂", full_on=date(1991, 7, 1))
        sheet, hand = Entry.objects.filter(action="party.admit").order_by("pk")
        assert (sheet.after, sheet.subject_type, sheet.user_id) == (hand.after, hand.subject_type, cast.cs.user_id)
        assert NUMBER not in str(list(Entry.objects.values_list("after", "before", "subject_label")))

    def test_the_look_writes_nothing(self, desk, resident) -> None:
        assert counts(desk.look(ROW)) == {"new": 1}
        assert not PartyMembership.objects.exists()

    def test_a_probationary_member(self, desk, resident) -> None:
        row = ROW | {"kind": "预备党员", "joined_party_on": "2026-03-01", "full_on": ""}
        assert counts(desk.bring(row)) == {"new": 1}
        one = PartyMembership.objects.get()
        assert (one.kind, one.began_how, one.probation_ends_on) == ("probationary", "admitted", date(2027, 3, 1))
        assert desk.refused(ROW)[0] == "kind", "made full by the rule, not by a sheet"

    def test_the_same_file_twice(self, desk, resident) -> None:
        desk.bring(ROW)
        before = list(PartyMembership.objects.values())
        assert counts(desk.look(ROW, ROW)) == {"same": 2}
        assert list(PartyMembership.objects.values()) == before

    def test_a_correction_changes_what_the_row_says(self, desk, resident) -> None:
        desk.bring(ROW)
        row = {key: ROW[key] for key in ("name", "identity", "organisation")} | {"category": "社区居民党员"}
        assert counts(desk.bring(row)) == {"changed": 1}
        one = PartyMembership.objects.get()
        assert (one.category, one.employer, one.joined_party_on) == ("resident", "采油一厂", date(1990, 7, 1))
        entry = Entry.objects.get(action="party.member_change")
        assert (entry.before, entry.after) == ({"category": "retired_soe"}, {"category": "resident"})

    def test_a_bad_row_stops_no_other(self, desk, resident, person) -> None:
        person("刘敏", identity=OTHER)
        upload = desk.bring(ROW | {"kind": "党员"}, ROW | {"name": "刘敏", "identity": OTHER})
        assert counts(upload) == {"new": 1, "refused": 1}
        assert PartyMembership.objects.get().person.name == "刘敏"


BAD = [
    ({"name": ""}, "name", "不能为空"),
    ({"name": "王建业"}, "name", "串行"),
    ({"identity": ""}, "identity", "完整的身份证号"),
    ({"identity": "990101********0011"}, "identity", "带星号"),
    ({"identity": "99010119620317"}, "identity", "18 位"),
    ({"identity": identity_number("19700101", 9)}, "identity", "请先登记居民"),
    ({"organisation": ""}, "organisation", "不能为空"),
    ({"organisation": "第9网格党支部"}, "organisation", "可填"),
    ({"organisation": "1社区大党委"}, "organisation", "可填"),
    ({"organisation": "2社区第1网格党支部"}, "organisation", "可填"),
    ({"kind": "群众"}, "kind", "可填"),
    ({"category": "其他"}, "category", "可填"),
    ({"joined_party_on": "九零年"}, "joined_party_on", "不是日期"),
    ({"joined_party_on": "2099-01-01"}, "joined_party_on", "不晚于今天"),
    ({"full_on": "1989-01-01"}, "full_on", "不能早于入党日期"),
    ({"from_on": "2099-01-01"}, "from_on", "不晚于今天"),
    ({"kind": "预备党员", "joined_party_on": "", "full_on": ""}, "joined_party_on", "预备期"),
    ({"employer": "厂" * 101}, "employer", "最多 100"),
]


class TestRefused:
    @pytest.mark.parametrize(("cells", "column", "words"), BAD, ids=lambda value: str(value)[:24])
    def test_a_bad_cell_by_its_column(self, desk, resident, cells, column, words) -> None:
        told = desk.refused(ROW | cells)
        assert told[0] == column
        assert words in told[1]
        assert not PartyMembership.objects.exists()

    def test_a_member_of_another_organisation_is_transferred(self, desk, resident, party) -> None:
        desk.bring(ROW)
        column, words = desk.refused(ROW | {"organisation": party.featured.name})
        assert column == "organisation"
        assert "组织关系在“第1网格党支部”" in words
        assert "转接" in words

    def test_who_lives_here_and_belongs_elsewhere(self, desk, resident, party) -> None:
        there = {
            name: getattr(party.branch_2, name) for name in ("district_id", "street_id", "community_id", "grid_id")
        }
        PartyMembership.objects.create(
            person=resident, organisation=party.branch_2, from_on=date(2020, 1, 1), **there
        )  # fmt: skip
        column, words = desk.refused(ROW)
        assert column == "identity"
        assert "组织关系在“2社区第1网格党支部”" in words
        assert "办理转接" in words

    def test_beyond_the_scope_tells_nothing(self, desk, person, household, cast, district) -> None:
        """Word for word what is said of who is nowhere on record."""
        person("刘敏", into=household(cast.cw_2, district.grid_3), by=cast.cw_2, identity=OTHER)
        nowhere = desk.refused(ROW)
        assert desk.refused(ROW | {"name": "刘敏", "identity": OTHER}) == nowhere
        assert "没有在您的辖区内找到" in nowhere[1]

    def test_who_left_or_died(self, desk, resident, cast, now) -> None:
        households.die(person_id=resident.pk, on=date(2026, 11, 20), by=cast.cw, now=now)
        assert "已故" in desk.refused(ROW)[1]

    def test_twice_in_one_file_under_two_branches(self, desk, resident, party) -> None:
        upload = desk.bring(ROW, ROW | {"organisation": party.featured.name})
        assert counts(upload) == {"new": 1, "refused": 1}
        assert "转接" in reasons(upload)[3][1]

    def test_roles(self, desk, resident, cast) -> None:
        """rights.md: "CS for the community, SS for the street, DC for the district"."""
        for name in ("cw", "gw", "pg", "sl", "dl", "ds", "au"):
            with pytest.raises(NotAllowed):
                desk.look(ROW, by=cast.actors[name])
        assert not SheetUpload.objects.exists()
        assert desk.refused(ROW, by=cast.ss)[0] == "organisation", "a street does not admit for a community"
        assert desk.refused(ROW, by=cast.dc)[0] == "organisation"
        assert desk.refused(ROW, by=cast.cs_2)[0] == "organisation"

    def test_a_batch_is_looked_up_together(self, desk, person, django_assert_max_num_queries) -> None:
        rows = []
        for n in range(12):
            number = identity_number("19700101", 10 + n)
            person("王建国", identity=number)
            rows.append(ROW | {"identity": number})
        desk.bring(*rows)
        with django_assert_max_num_queries(70):
            assert counts(desk.look(*rows)) == {"same": 12}


class TestOut:
    def test_the_template_offers_the_own_branches(self, desk, cast) -> None:
        offered = desk.choices()
        assert offered["党组织"] == ["银发先锋党支部", "第1网格党支部"]
        assert offered["党员类型"] == ["正式党员", "预备党员"]
        assert len(offered["类别"]) == 6
        assert "党组织" not in desk.choices(cast.ss), "the street has no branch of its own"

    def test_masked_with_its_purpose(self, desk, resident, party) -> None:
        desk.bring(ROW)
        wanted, rows = desk.export(f"category=retired_soe&organisation={party.branch.pk}")
        assert set(wanted.words.split("；")) == {"全部", "类别：国企退休党员", "所选党组织及其下级"}
        assert "严禁外传" in rows[0][0]
        assert "年底核对名册" in rows[0][0]
        assert rows[2][:3] == ("王建国", f"{NUMBER[:6]}********{NUMBER[-4:]}", "第1网格党支部")
        assert rows[2][3:9] == ("正式党员", "国企退休党员", "1990-07-01", "1991-07-01", "2024-06-01", "采油一厂")
        assert NUMBER not in str(rows)

    def test_full_numbers_come_in_again(self, desk, resident, cast) -> None:
        desk.bring(ROW)
        _, rows = desk.export(with_numbers=True)
        keys = [column.key for column in desk.columns]
        assert counts(desk.look(dict(zip(keys, rows[2], strict=False)))) == {"same": 1}
        with pytest.raises(NotAllowed, match="脱敏"):
            desk.export(with_numbers=True, by=cast.dc)

    def test_who_exports(self, desk, resident, cast, now) -> None:
        desk.bring(ROW)
        for name in ("gw", "dl", "sl", "ds"):
            with pytest.raises(NotAllowed):
                desk.export(by=cast.actors[name])
        asked = exports.ask(sheet_key="party_members", purpose="年底核对名册", query="", by=cast.cw, now=now)
        assert asked.needs_approval
        assert len(desk.export(by=cast.dc)[1]) == 3
        assert len(desk.export(by=cast.ss)[1]) == 3

    def test_the_buttons_of_the_list(self, desk, browse, cast) -> None:
        shown = {
            name: browse(cast.actors[name]).get("/people/party/members/").content.decode() for name in ("cs", "cw")
        }
        assert "/sheets/party_members/import/" in shown["cs"]
        assert "/sheets/party_members/export/" in shown["cs"]
        assert "/sheets/party_members/import/" not in shown["cw"]
        assert "/sheets/party_members/export/" in shown["cw"]
