"""The sheet of party-member households 党员中心户: one row a home that is looked after."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from governance.audit.models import Entry
from governance.errors import NotAllowed
from members.models import Building, Home, Household, LookedAfter, PartyHousehold
from tests.appeals.pages.conftest import browse as browse
from tests.members.conftest import identity_number
from tests.sheets.bringing import Desk, counts

pytestmark = pytest.mark.django_db

NUMBER, OTHER = identity_number("19620317", 1), identity_number("19640510", 2)
ROW = {
    "name": "李秀兰", "identity": NUMBER, "grid": "第1网格", "sign_number": "A-01", "from_on": "2024-06-01",
    "building": "3#楼", "entrance": "2", "room": "301室",
}  # fmt: skip
HOMELESS = {"building": "", "entrance": "", "room": ""}


@pytest.fixture(autouse=True)
def _media(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(cast, now) -> Desk:
    """The worker's, with the sheet."""
    return Desk("party_households", cast.cw, now)


@pytest.fixture
def rooms(homes, district) -> list[Household]:
    """Two households with a head each, in 3号楼2单元301 and 302."""
    building = Building.objects.create(
        name="3号楼", district=district.district, street=district.street_1, community=district.community_1,
        grid=district.grid_1,
    )  # fmt: skip
    found = homes(2)
    for household, room in zip(found, ("301", "302"), strict=True):
        home = Home.objects.create(building=building, entrance="2单元", room=room)
        Household.objects.filter(pk=household.pk).update(home=home)
    return found


@pytest.fixture
def resident(party_person, rooms):
    """李秀兰, a party member of the first grid."""
    return party_person(identity=NUMBER)


class TestComesIn:
    def test_a_member_with_two_homes(self, desk, resident, rooms, district, cast) -> None:
        assert counts(desk.bring(ROW, ROW | {"room": "302"})) == {"new": 2}
        hub = PartyHousehold.objects.get()
        assert (hub.person, hub.grid, hub.sign_number, hub.homes) == (resident, district.grid_1, "A-01", 2)
        assert hub.from_on == date(2024, 6, 1)
        assert set(LookedAfter.objects.values_list("household", flat=True)) == {one.pk for one in rooms}
        actions = Entry.objects.filter(action__startswith="party_household.", user_id=cast.cw.user_id)
        assert list(actions.order_by("pk").values_list("action", flat=True)) == [
            "party_household.open", "party_household.look_after", "party_household.look_after",
        ]  # fmt: skip

    def test_the_same_file_twice(self, desk, resident) -> None:
        desk.bring(ROW, ROW | {"room": "302"})
        before = list(PartyHousehold.objects.values()), list(LookedAfter.objects.order_by("pk").values())
        assert counts(desk.look(ROW, ROW | {"room": "302"}, ROW | HOMELESS)) == {"same": 3}
        assert (list(PartyHousehold.objects.values()), list(LookedAfter.objects.order_by("pk").values())) == before

    def test_the_member_alone_and_a_new_sign(self, desk, resident) -> None:
        assert counts(desk.bring(ROW | HOMELESS)) == {"new": 1}
        assert counts(desk.bring(ROW | HOMELESS | {"sign_number": "A-02", "grid": "", "from_on": ""})) == {"changed": 1}
        assert PartyHousehold.objects.get().sign_number == "A-02"


class TestRefused:
    @pytest.mark.parametrize(
        ("cells", "column", "words"),
        [
            ({"name": "李秀英"}, "name", "串行"),
            ({"identity": ""}, "identity", "完整的身份证号"),
            ({"identity": OTHER}, "identity", "请先登记居民"),
            ({"grid": "第9网格"}, "grid", "可填"),
            ({"grid": "第2网格"}, "grid", "请核对网格"),
            ({"from_on": "2099-01-01"}, "from_on", "不晚于今天"),
            ({"room": ""}, "room", "房号"),
            ({"building": ""}, "building", "填写楼栋"),
            ({"room": "909"}, "room", "没有登记住户"),
            ({"building": "9号楼"}, "room", "没有登记住户"),
        ],
        ids=lambda value: str(value)[:24],
    )
    def test_a_bad_row(self, desk, resident, cells, column, words) -> None:
        told = desk.refused(ROW | cells)
        assert told[0] == column
        assert words in told[1]
        assert not PartyHousehold.objects.exists()

    def test_a_home_of_another_and_two_in_one_home(self, desk, resident, party_person, rooms) -> None:
        desk.bring(ROW)
        party_person("刘敏", identity=OTHER)
        column, words = desk.refused(ROW | {"name": "刘敏", "identity": OTHER, "sign_number": ""})
        assert column == "room"
        assert "李秀兰党员中心户联系" in words
        Household.objects.filter(pk=rooms[1].pk).update(home=Household.objects.get(pk=rooms[0].pk).home)
        assert "登记了 2 户" in desk.refused(ROW)[1]

    def test_a_sign_in_use_and_who_is_no_member(self, desk, resident, party_person, person) -> None:
        desk.bring(ROW)
        party_person("刘敏", identity=OTHER)
        assert desk.refused(ROW | HOMELESS | {"name": "刘敏", "identity": OTHER})[0] == "sign_number"
        number = identity_number("19700101", 9)
        person("赵雪", identity=number)
        told = desk.refused(ROW | HOMELESS | {"name": "赵雪", "identity": number, "sign_number": ""})
        assert "没有登记党员身份" in told[1]

    def test_beyond_the_scope_and_roles(self, desk, person, household, rooms, cast, district) -> None:
        person("刘敏", into=household(cast.cw_2, district.grid_3), by=cast.cw_2, identity=OTHER)
        assert desk.refused(ROW | {"name": "刘敏", "identity": OTHER}) == desk.refused(ROW)
        for name in ("ss", "dc", "gw", "sl", "dl"):
            with pytest.raises(NotAllowed):
                desk.look(ROW, by=cast.actors[name])


def test_out_with_homes_and_the_last_round(desk, resident, cast, browse) -> None:
    desk.bring(ROW, ROW | {"room": "302"})
    assert desk.choices()["网格"] == ["第1网格", "第2网格"]
    assert desk.choices()["联系户楼栋"] == ["3号楼"]
    wanted, rows = desk.export("load=few", by=cast.cs)
    assert wanted.words.startswith("在任；联系户数")
    assert "年底核对名册" in rows[0][0]
    assert rows[2][:5] == ("李秀兰", f"{NUMBER[:6]}********{NUMBER[-4:]}", "第一街道1社区", "第1网格", "A-01")
    assert rows[2][7:] == (2, "3号楼2单元301、3号楼2单元302", "从未走访", "在任")
    assert NUMBER not in str(rows)
    page = browse(cast.cs).get("/people/party-households/").content.decode()
    assert "/sheets/party_households/import/" in page
    assert "/sheets/party_households/export/" in page
