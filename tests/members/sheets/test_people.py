"""The people's sheet: what comes in, who is recognised, what is refused and why."""

from __future__ import annotations

from datetime import date

import pytest

from governance.audit.models import Entry
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.sheets import imports, selectors
from governance.sheets.models import SheetUpload
from members.models import Building, Home, Household, Person, Stay
from members.services import households, persons
from tests.members.conftest import identity_number
from tests.members.sheets.conftest import home, sheet_of
from tests.sheets.files import xlsx

pytestmark = pytest.mark.django_db

HEAD = {"name": "王建国", "identity": identity_number("19620317", 1), "phone": "138 1234 5678", "relation": "户主"}
WIFE = {"name": "刘敏", "identity": identity_number("19640510", 2), "relation": "妻"}
SON = {"name": "王磊", "relation": "长子", "born_on": "1990-04-02", "gender": "男"}
FAMILY = tuple(home(**one) for one in (HEAD, WIFE, SON))


def counts(upload: SheetUpload) -> dict[str, int]:
    found = upload.tally or upload.checked
    return {name: found[name] for name in ("new", "changed", "same", "refused") if found.get(name)}


def reasons(upload: SheetUpload) -> dict[int, tuple[str, str]]:
    return {one.row: (one.column, one.message) for one in selectors.refusals(upload)}


class TestComesIn:
    def test_a_household_with_its_people(self, bring, cast, district) -> None:
        upload = bring(*FAMILY)
        assert counts(upload) == {"new": 3}
        household = Household.objects.get()
        assert (household.head_name, household.size, str(household.home)) == ("王建国", 3, "3号楼2单元301")
        assert household.community_id == district.community_1.pk
        head, wife, son = Person.objects.order_by("pk")
        assert (head.born_on, head.gender, head.phone_masked) == (date(1962, 3, 17), "m", "138****5678")
        assert (wife.gender, son.born_on, son.residence) == ("f", date(1990, 4, 2), "registered")
        assert [stay.relation for stay in Stay.objects.order_by("person")] == ["head", "spouse", "child"]
        assert Person.objects.search("lm").get() == wife
        assert Person.objects.search(HEAD["identity"]).get() == head
        assert persons.reveal(person_id=head.pk, field="phone", reason="入户走访", by=cast.cw, now=head.made_at) == (
            "13812345678"
        )

    def test_each_person_household_and_building_is_on_record(self, bring, cast) -> None:
        bring(*FAMILY)
        entries = Entry.objects.filter(user_id=cast.cw.user_id)
        made = entries.filter(action__in=("person.add", "household.add", "building.add")).values_list("action")
        assert sorted(action for (action,) in made) == ["building.add", "household.add", *["person.add"] * 3]
        assert HEAD["identity"] not in str(list(Entry.objects.values_list("after", "before", "subject_label")))

    def test_the_same_file_twice_changes_nothing(self, bring, look) -> None:
        bring(*FAMILY)
        before = list(Person.objects.order_by("pk").values()), list(Household.objects.values())
        upload = look(*FAMILY)
        assert counts(upload) == {"same": 3}
        assert (list(Person.objects.order_by("pk").values()), list(Household.objects.values())) == before

    def test_the_look_says_what_happens_and_writes_nothing(self, look, bring) -> None:
        rows = (*FAMILY, {"name": "王"})
        upload = look(*rows)
        assert counts(upload) == {"new": 3, "refused": 1}
        assert "3号楼" in upload.notices[0]
        assert not Person.objects.exists()
        assert not Building.objects.exists()
        assert counts(bring(*rows)) == {"new": 3, "refused": 1}

    def test_homes_however_they_are_typed(self, bring, district) -> None:
        Building.objects.create(
            name="3号楼", district=district.district, street=district.street_1, community=district.community_1,
            grid=district.grid_2,
        )  # fmt: skip
        bring(
            {**HEAD, "building": "3#楼", "entrance": "2", "room": "301室"},
            {**WIFE, "building": "３号楼", "entrance": "2单元", "room": "301"},
        )
        assert Home.objects.count() == Household.objects.count() == Building.objects.count() == 1
        assert {person.grid_id for person in Person.objects.all()} == {district.grid_2.pk}

    def test_an_address_without_a_building_and_a_unit_by_its_name(self, bring, district) -> None:
        place = {"address": "庆新村 12 号", "unit": "第2网格", "kind": "租住", "from_on": "2020/5/1"}
        upload = bring({**HEAD, **place}, {**WIFE, **place})
        assert counts(upload) == {"new": 2}
        household = Household.objects.get()
        assert (household.address, household.kind, household.grid_id) == ("庆新村 12 号", "tenant", district.grid_2.pk)
        assert {stay.from_on for stay in Stay.objects.all()} == {date(2020, 5, 1)}
        assert counts(bring({**HEAD, **place, "employer": "大庆油田"}, {**WIFE, **place})) == {"changed": 1, "same": 1}

    def test_a_person_without_a_home_yet(self, bring, look) -> None:
        alone = {"name": "赵雪", "residence": "流动人口", "unit": "第1网格"}
        assert counts(bring(alone)) == {"new": 1}
        assert counts(look(alone)) == {"same": 1}
        upload = bring(home(**alone, relation="户主"))
        assert counts(upload) == {"new": 1}, "of another name-sake nothing is known: who has a home is another person"

    def test_numbers_masked_by_an_export_are_left_alone(self, bring) -> None:
        bring(*FAMILY)
        masked = {"identity": "990101********0011", "phone": "138****5678"}
        upload = bring(home(**{**HEAD, **masked, "born_on": "1962-03-17", "notes": "独居老人"}), home(**SON))
        assert counts(upload) == {"changed": 1, "same": 1}
        head = Person.objects.get(name="王建国")
        assert (head.notes, head.phone_masked, head.identity_masked[:6]) == ("独居老人", "138****5678", "990101")


class TestCorrects:
    def test_only_what_the_row_says(self, bring, cast) -> None:
        bring(*FAMILY)
        row = home(**{**HEAD, "name": "王建业", "phone": "13900001111", "residence": "空挂户", "kind": "租住"})
        assert counts(bring(row, home(**WIFE))) == {"changed": 1, "same": 1}
        head, household = Person.objects.get(name="王建业"), Household.objects.get()
        assert (head.residence, head.phone_masked, head.revision) == ("away", "139****1111", 2)
        assert (household.head_name, household.kind, household.size) == ("王建业", "tenant", 3)
        entry = Entry.objects.get(action="person.change")
        assert (entry.before["name"], entry.after["name"]) == ("王建国", "王建业")
        assert Person.objects.search("王建业").exists()

    def test_a_number_found_later_belongs_to_who_is_here(self, bring) -> None:
        bring(*FAMILY)
        number = identity_number("19900402", 3)
        assert counts(bring(home(**{**SON, "identity": number}))) == {"changed": 1}
        son = Person.objects.get(name="王磊")
        assert son.identity_masked == f"{number[:6]}********{number[-4:]}"
        assert counts(bring(home(name="王磊", relation="子女", identity=number))) == {"same": 1}

    def test_known_by_phone_and_name_and_then_given_a_home(self, bring) -> None:
        bring({"name": "赵雪", "phone": "13900002222"})
        upload = bring(home(name="赵雪", phone="13900002222", relation="户主"))
        assert counts(upload) == {"changed": 1}
        assert (Person.objects.count(), Household.objects.get().head_name) == (1, "赵雪")

    def test_relation_and_day_of_entry(self, bring) -> None:
        bring(*FAMILY)
        assert counts(bring(home(**{**SON, "relation": "孙子", "from_on": "2021-03-01"}))) == {"changed": 1}
        stay = Stay.objects.get(person__name="王磊")
        assert (stay.relation, stay.from_on) == ("grandchild", date(2021, 3, 1))


BAD = [
    ({"name": ""}, "name", "不能为空"),
    ({"name": "王"}, "name", "2 至 32"),
    ({"name": "王" * 33}, "name", "最多 32"),
    ({"identity": "23060419620317"}, "identity", "应为 18 位"),
    ({"identity": HEAD["identity"][:-1] + ("0" if HEAD["identity"][-1] != "0" else "1")}, "identity", "校验位"),
    ({"identity": "230604620317123"}, "identity", "15 位旧"),
    ({"phone": "1381234567"}, "phone", "11 位"),
    ({"phone": "没有"}, "phone", "只能是数字"),
    ({"gender": "未知"}, "gender", "可填"),
    ({"gender": "女"}, "gender", "不一致"),
    ({"born_on": "1962-03-18"}, "born_on", "不一致"),
    ({"born_on": "六二年"}, "born_on", "不是日期"),
    ({"born_on": "2062-03-17", "identity": ""}, "born_on", "不晚于今天"),
    ({"born_on": "1962-02-30"}, "born_on", "不是日期"),
    ({"relation": "邻居"}, "relation", "可填"),
    ({"relation": ""}, "relation", "与户主关系"),
    ({"residence": "火星"}, "residence", "可填"),
    ({"room": ""}, "room", "房号"),
    ({"building": ""}, "building", "填写楼栋"),
    ({"building": "", "entrance": "", "room": "", "address": "路"}, "address", "不少于 2"),
    ({"building": "", "entrance": "", "room": ""}, "building", "填写楼栋房号或住址"),
    ({"building": "楼" * 65}, "building", "最多 64"),
    ({"entrance": "单" * 17}, "entrance", "最多 16"),
    ({"room": "9" * 17}, "room", "最多 16"),
    ({"unit": "第9网格"}, "unit", "没有找到"),
    ({"unit": "第二街道1社区"}, "unit", "没有找到"),
    ({"kind": "别墅"}, "kind", "可填"),
    ({"from_on": "2099-01-01"}, "from_on", "不晚于今天"),
    ({"from_on": "去年"}, "from_on", "不是日期"),
    ({"employer": "厂" * 101}, "employer", "最多 100"),
    ({"notes": "字" * 501}, "notes", "最多 500"),
]


class TestRefused:
    @pytest.mark.parametrize(("cells", "column", "words"), BAD, ids=lambda value: str(value)[:24])
    def test_a_bad_row_and_only_that(self, bring, cells, column, words) -> None:
        """Each wrong cell is refused by its column with what to do; the good row beside it goes in."""
        upload = bring(home(**{**HEAD, **cells}), home("302", name="赵雪", relation="户主"))
        assert counts(upload) == {"new": 1, "refused": 1}
        told = reasons(upload)[2]
        assert told[0] == column
        assert words in told[1]
        assert Person.objects.get().name == "赵雪"
        assert Household.objects.count() == 1, "a refused row leaves nothing"

    def test_who_is_on_record_elsewhere(self, bring, cast, district) -> None:
        bring(*FAMILY)
        upload = bring(home(**HEAD), home("305", name="钱多", relation="户主"), by=cast.cw_2)
        assert reasons(upload)[2][0] == "identity"
        assert f"已登记在{district.community_1.name}" in reasons(upload)[2][1]
        assert "凭证件迁入" in reasons(upload)[2][1]
        assert "王建国" not in reasons(upload)[2][1]

    def test_who_left_or_died(self, bring, look, cast, now) -> None:
        bring(*FAMILY)
        son = Person.objects.get(name="刘敏")
        households.die(person_id=son.pk, on=date(2026, 11, 23), by=cast.cw, now=now)
        assert "已故" in reasons(look(home(**WIFE)))[2][1]

    def test_twice_in_one_file(self, look) -> None:
        upload = look(home(**HEAD), home("302", **HEAD), home(**SON), home(**SON))
        assert {row: column for row, (column, _) in reasons(upload).items()} == {3: "identity", 5: "name"}
        assert "第 2 行" in reasons(upload)[3][1]

    def test_a_second_head_and_who_stands_below(self, look) -> None:
        upload = look(home(**HEAD), home(name="李四", relation="户主"), home(name="李小四", relation="子女"))
        assert set(reasons(upload)) == {3, 4}
        assert "第 2 行" in reasons(upload)[3][1]
        assert "第 3 行" in reasons(upload)[4][1]

    def test_another_head_on_record(self, bring, look) -> None:
        bring(*FAMILY)
        upload = look(home(name="李四", relation="户主"), home(name="李小四", relation="子女"))
        assert "已登记户主王建国" in reasons(upload)[2][1]
        assert set(reasons(upload)) == {2, 3}

    def test_who_lives_elsewhere_in_the_community_is_moved_by_hand(self, bring, look) -> None:
        bring(*FAMILY)
        upload = look(home("502", **WIFE))
        assert "登记在3号楼2单元301" in reasons(upload)[2][1]

    def test_what_the_record_knows_better(self, bring, look) -> None:
        bring(*FAMILY)
        upload = look(home(name="王建国", phone=HEAD["phone"], relation="户主", born_on="1970-01-01"))
        assert reasons(upload)[2][0] == "born_on"
        upload = look(home(**{**SON, "born_on": "", "identity": identity_number("19900403", 3)}))
        assert "new" in counts(upload), "another birth date is another person"
        upload = look(home(**{**HEAD, "relation": "配偶"}))
        assert "变更户主" in reasons(upload)[2][1]

    def test_a_building_of_another_grid(self, bring, look) -> None:
        bring(home(**HEAD, unit="第1网格"))
        assert reasons(look(home(**WIFE, unit="第2网格")))[2][0] == "unit"
        assert counts(look(home(**WIFE, unit="第1网格"))) == {"new": 1}


class TestWho:
    def test_only_the_community_imports(self, cast, now) -> None:
        """rights.md: "persons, households: change · CS CW"."""
        for name, actor in cast.actors.items():
            if name.startswith(("cs", "cw")):
                continue
            with pytest.raises(NotAllowed):
                imports.receive(sheet_key="persons", file=sheet_of(*FAMILY), file_name="a.xlsx", by=actor, now=now)
        assert not SheetUpload.objects.exists()

    def test_nothing_to_import_is_not_started(self, look, cast, now) -> None:
        upload = look({"name": "王"})
        with pytest.raises(IllegalState, match="没有需要导入"):
            imports.start(upload_id=upload.pk, by=cast.cw, now=now)

    def test_a_file_of_something_else(self, look) -> None:
        with pytest.raises(InvalidInput, match="姓名") as refused:
            look(file=xlsx(["编号", "数量"], [["1", "2"]]))
        assert refused.value.field == "file"
        assert not SheetUpload.objects.exists()
