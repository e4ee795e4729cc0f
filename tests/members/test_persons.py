"""Persons and households: on record, found, corrected, moved, gone, merged; who may, and what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from governance import privacy
from governance.audit.models import Entry
from governance.errors import DomainError, IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.models import InboxItem
from grids.names import initials_of
from members import demo, identity
from members.models import Household, Person, Stay
from members.services import homes, households, persons
from members.services.households import Address
from members.services.persons import Facts, Joining
from tests.members.conftest import identity_number

MOVED = date(2026, 11, 20)
pytestmark = pytest.mark.django_db


class TestOnRecord:
    def test_numbers_are_sealed_masked_and_indexed(self, person, cast) -> None:
        number = identity_number("19520317", 12)
        made = person("李秀兰", identity=number, phone="138 1234 5678")
        row = Person.objects.get(pk=made.pk)
        assert (row.born_on, row.gender) == (date(1952, 3, 17), "f")
        assert (row.identity_masked, row.phone_masked) == (f"{number[:6]}********{number[-4:]}", "138****5678")
        stored = " ".join(str(value) for value in Person.objects.filter(pk=made.pk).values_list()[0])
        assert number not in stored
        assert "13812345678" not in stored
        entry = Entry.objects.get(action="person.add")
        assert (entry.subject_id, entry.user_id) == (made.pk, cast.cw.user_id)
        assert number not in str(entry.after)

    def test_the_household_shows_its_head_and_size(self, person, household) -> None:
        home = household()
        person("王建国", into=home)
        person("刘敏", into=home, relation="spouse")
        home.refresh_from_db()
        assert (home.head_name, home.size) == ("王建国", 2)
        with pytest.raises(InvalidInput, match="已有户主") as refused:
            person("王磊", into=home)
        assert refused.value.field == "relation"

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"name": ""}, "name"), ({"name": "王"}, "name"), ({"name": "王<b>"}, "name"),
            ({"name": "王" * 33}, "name"),
            ({"identity": "123"}, "identity"), ({"identity": "11010519491231002X"[:-1] + "1"}, "identity"),
            ({"phone": "12345"}, "phone"), ({"gender": "x"}, "gender"), ({"residence": "火星"}, "residence"),
            ({"born_on": date(2030, 1, 1)}, "born_on"), ({"born_on": date(1700, 1, 1)}, "born_on"),
            ({"identity": identity_number("19800101", 1), "gender": "f"}, "gender"),
            ({"identity": identity_number("19800101", 1), "born_on": date(1980, 1, 2)}, "born_on"),
            ({"notes": "长" * 501}, "notes"),
        ],
    )  # fmt: skip
    def test_what_is_refused_names_its_field(self, person, facts, field) -> None:
        with pytest.raises(InvalidInput) as refused:
            person(**{"name": "王建国"} | facts)
        assert refused.value.field == field
        assert not Person.objects.exists()
        assert not Stay.objects.exists()

    @given(born=st.dates(date(1900, 1, 1), date(2020, 12, 31)), order=st.integers(1, 999))
    def test_birth_and_sex_follow_the_number(self, born, order) -> None:
        number = identity_number(f"{born:%Y%m%d}", order)
        assert identity.born_on_of(number) == born
        assert identity.gender_of(number) == ("m" if order % 2 else "f")

    def test_one_record_of_a_number_says_where(self, person, household, cast, district) -> None:
        number = identity_number()
        person(identity=number)
        with pytest.raises(IllegalState, match="第一街道1社区，请在原档案上修改"):
            person("王建军", identity=number)
        far = household(by=cast.cw_3, unit=district.community_3)
        with pytest.raises(IllegalState, match="凭证件迁入") as refused:
            person("王建军", into=far, by=cast.cw_3, identity=number)
        assert "王建国" not in refused.value.message


class TestFinding:
    def test_by_name_initials_and_numbers(self, person, cast) -> None:
        number = identity_number()
        made = person("王建国", identity=number, phone="13812345678")
        person("刘敏", phone="13900001111")
        for text in ("王建国", "建国", "王", "wjg", "WJ", number, "138-1234-5678"):
            assert list(Person.objects.visible_to(cast.cw).search(text)) == [made], text
        for text in ("", "  ", "@@", "赵", "zzz", "13700000000"):
            assert not Person.objects.visible_to(cast.cw).search(text).exists(), text

    def test_scope(self, person, cast) -> None:
        person()
        seen = {name for name in ("ss", "sl", "cs", "cw", "gw", "pg") if _sees(getattr(cast, name))}
        assert seen == {"ss", "sl", "cs", "cw", "gw", "pg"}
        for name in ("dl", "dc", "ss_2", "cs_2", "cw_2", "cw_3", "gw_2", "ds", "el", "au", "se", "sy"):
            actor = cast.actors.get(name)
            assert actor is None or not _sees(actor), name


def _sees(actor: Any) -> bool:
    return Person.objects.visible_to(actor).exists()


class TestCorrecting:
    def test_a_new_name_is_the_households_too(self, person, cast, now) -> None:
        made = person("王建国")
        persons.change_person(person_id=made.pk, facts=Facts(name="王建业"), by=cast.cw, now=now)
        assert Household.objects.get().head_name == "王建业"
        assert list(Person.objects.search("王建业")) == [made]
        entry = Entry.objects.get(action="person.change")
        assert (entry.before["name"], entry.after["name"]) == ("王建国", "王建业")

    @pytest.mark.parametrize(
        ("facts", "field"), [({"gender": "f"}, "gender"), ({"born_on": date(1980, 1, 2)}, "born_on")]
    )
    def test_the_number_on_record_is_not_contradicted_later(self, person, cast, now, facts, field) -> None:
        made = person(identity=identity_number("19800101", 1))
        with pytest.raises(InvalidInput) as refused:
            persons.change_person(person_id=made.pk, facts=Facts(**facts), by=cast.cw, now=now)
        assert refused.value.field == field
        made.refresh_from_db()
        assert (made.gender, made.born_on) == ("m", date(1980, 1, 1))

    def test_nothing_changed_and_somebody_quicker(self, person, cast, now) -> None:
        made = person()
        with pytest.raises(InvalidInput, match="没有改动"):
            persons.change_person(person_id=made.pk, facts=Facts(name=made.name), by=cast.cw, now=now)
        persons.change_person(person_id=made.pk, facts=Facts(notes="独居"), by=cast.cw, now=now, revision=1)
        with pytest.raises(IllegalState, match="别人已修改"):
            persons.change_person(person_id=made.pk, facts=Facts(notes="x"), by=cast.cw, now=now, revision=1)

    def test_a_full_number_for_a_reason_on_record(self, person, cast, now) -> None:
        made = person(phone="13812345678")
        ask = {"person_id": made.pk, "field": "phone", "now": now}
        assert persons.reveal(reason="入户走访联系", by=cast.cw, **ask) == "13812345678"
        assert Entry.objects.get(action="privacy.read").reason == "入户走访联系"
        with pytest.raises(NotAllowed, match="脱敏"):
            persons.reveal(reason="入户走访联系", by=cast.sl, **ask)
        with pytest.raises(NotFound):
            persons.reveal(reason="入户走访联系", by=cast.cw_2, **ask)
        with pytest.raises(InvalidInput):
            persons.reveal(reason="", by=cast.cw, **ask)
        assert Entry.objects.filter(action="privacy.read").count() == 1


class TestMoving:
    def test_inside_the_community_with_history(self, person, household, cast, district, now) -> None:
        made, new = person(), household(unit=district.grid_2)
        joining = Joining(household_id=new.pk, relation="head", on=MOVED)
        households.join(person_id=made.pk, joining=joining, by=cast.cw, now=now)
        made.refresh_from_db()
        assert made.grid_id == district.grid_2.pk
        stays = list(Stay.objects.order_by("pk").values_list("until_on", "ended_how"))
        assert stays == [(MOVED, "moved_within"), (None, "")]
        assert list(Household.objects.order_by("pk").values_list("size", flat=True)) == [0, 1]

    def test_a_head_names_the_next(self, person, household, cast, now) -> None:
        home, other = household(), household()
        head, spouse = person(into=home), person("刘敏", into=home, relation="spouse")
        move = partial(
            households.join,
            person_id=head.pk,
            joining=Joining(household_id=other.pk, relation="head"),
            by=cast.cw,
            now=now,
        )
        with pytest.raises(InvalidInput, match="新的户主") as refused:
            move()
        assert refused.value.field == "new_head"
        move(new_head_id=spouse.pk)
        home.refresh_from_db()
        assert (home.head_name, home.size) == ("刘敏", 1)

    def test_to_another_community_by_the_number(self, person, household, cast, district, now) -> None:
        number = identity_number()
        made = person(identity=number)
        new = household(by=cast.cw_3, unit=district.community_3)
        joining = Joining(household_id=new.pk, relation="head", on=MOVED)
        with pytest.raises(NotFound):
            households.join(person_id=made.pk, joining=joining, by=cast.cw_3, now=now)
        with pytest.raises(InvalidInput, match="没有找到"):
            households.take_in(identity=identity_number(order=3), joining=joining, by=cast.cw_3, now=now)
        households.take_in(identity=number, joining=joining, by=cast.cw_3, now=now)
        made.refresh_from_db()
        assert (made.community_id, made.street_id) == (district.community_3.pk, district.street_2.pk)
        assert _sees(cast.cw_3)
        assert not _sees(cast.cw)
        told = InboxItem.objects.filter(title__contains="已迁往").values_list("user_id", flat=True)
        assert cast.cw.user_id in set(told)

    def test_gone_and_back(self, person, household, cast, now) -> None:
        number = identity_number()
        made = person(identity=number)
        households.leave(person_id=made.pk, on=MOVED, to="哈尔滨市", by=cast.cw, now=now)
        made.refresh_from_db()
        assert (made.state, made.left_to) == ("left", "哈尔滨市")
        with pytest.raises(IllegalState, match="已迁出"):
            persons.change_person(person_id=made.pk, facts=Facts(notes="x"), by=cast.cw, now=now)
        households.take_in(identity=number, joining=Joining(household_id=household().pk), by=cast.cw, now=now)
        made.refresh_from_db()
        assert (made.state, made.left_on, made.stays.count()) == ("here", None, 2)
        households.die(person_id=made.pk, on=now.date(), by=cast.cw, now=now)
        with pytest.raises(IllegalState, match="已故"):
            households.take_in(identity=number, joining=Joining(household_id=household().pk), by=cast.cw, now=now)

    @pytest.mark.parametrize("on", [date(2030, 1, 1), date(2024, 4, 30), date(1700, 1, 1)])
    def test_no_day_that_cannot_be(self, person, cast, now, on) -> None:
        made = person()
        with pytest.raises(InvalidInput) as refused:
            households.leave(person_id=made.pk, on=on, to="外地", by=cast.cw, now=now)
        assert refused.value.field == "on"
        assert Person.objects.get().state == "here"

    def test_an_empty_household_is_dissolved(self, person, cast, now) -> None:
        made = person()
        home = Household.objects.get()
        with pytest.raises(IllegalState, match="还有成员"):
            households.dissolve(household_id=home.pk, on=MOVED, by=cast.cw, now=now)
        households.die(person_id=made.pk, on=MOVED, by=cast.cw, now=now)
        households.dissolve(household_id=home.pk, on=MOVED, by=cast.cw, now=now)
        assert not Household.objects.open().exists()


class TestMerging:
    def test_nothing_is_lost(self, person, cast, now) -> None:
        number = identity_number("19520317", 12)
        keep = person("李秀兰", phone="13812345678")
        drop = person("李秀兰", identity=number, notes="独居")
        persons.merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="同一人重复登记", by=cast.cw, now=now)
        keep.refresh_from_db()
        drop.refresh_from_db()
        assert (keep.notes, keep.born_on, keep.phone_masked) == ("独居", date(1952, 3, 17), "138****5678")
        assert persons.reveal(person_id=keep.pk, field="identity", reason="核对证件", by=cast.cw, now=now) == number
        assert (drop.state, drop.merged_into_id) == ("merged", keep.pk)
        assert keep.stays.count() == 2
        assert keep.stays.filter(until_on=None).count() == 1
        assert Entry.objects.filter(action__in=["person.merge", "person.merged"]).count() == 2

    def test_two_numbers_are_two_people(self, person, cast, now) -> None:
        one, other = person(identity=identity_number(order=1)), person(identity=identity_number(order=3))
        with pytest.raises(InvalidInput, match="不是同一个人"):
            persons.merge_persons(keep_id=one.pk, drop_id=other.pk, words="重复登记", by=cast.cw, now=now)


class TestBuildings:
    def test_homes_and_a_building_that_was_misplaced(self, person, cast, district, now) -> None:
        facts = homes.BuildingFacts(unit_id=district.grid_1.pk, name="3号楼", entrances=4, floors=6)
        building = homes.add_building(facts=facts, by=cast.cw, now=now)
        where = Address(building_id=building.pk, entrance="2单元", room="301")
        home = households.add_household(address=where, by=cast.cw, now=now)
        made = person(into=home)
        assert households.where(home) == "3号楼2单元301"
        assert homes.home_of(building_id=building.pk, entrance="2单元", room="301", by=cast.cw) == home.home
        moved = homes.BuildingFacts(unit_id=district.grid_2.pk, name="3号楼", entrances=4, floors=6)
        homes.change_building(building_id=building.pk, facts=moved, by=cast.cw, now=now)
        assert {Person.objects.get(pk=made.pk).grid_id, Household.objects.get(pk=home.pk).grid_id} == {
            district.grid_2.pk
        }
        with pytest.raises(IllegalState, match="住户"):
            homes.remove_building(building_id=building.pk, on=MOVED, by=cast.cw, now=now)
        with pytest.raises(InvalidInput, match="同名"):
            homes.add_building(facts=moved, by=cast.cw, now=now)

    @pytest.mark.parametrize(
        ("change", "field"),
        [({"name": ""}, "name"), ({"lon": 124.8}, "lon"), ({"lon": 999.0, "lat": 1.0}, "lon"),
         ({"floors": 201}, "floors"), ({"entrances": -1}, "entrances"), ({"unit_id": 0}, "unit")],
    )  # fmt: skip
    def test_what_is_refused_names_its_field(self, cast, district, now, change, field) -> None:
        facts = homes.BuildingFacts(**{"unit_id": district.grid_1.pk, "name": "3号楼"} | change)
        with pytest.raises(DomainError) as refused:
            homes.add_building(facts=facts, by=cast.cw, now=now)
        assert refused.value.field == field


def _calls(person: Person, home: Household, district: Any, now: datetime) -> dict[str, Any]:
    facts = homes.BuildingFacts(unit_id=district.grid_1.pk, name="9号楼")
    joining = Joining(household_id=home.pk)
    return {
        "add_person": partial(persons.add_person, facts=Facts(name="赵雪"), unit_id=district.grid_1.pk),
        "change_person": partial(persons.change_person, person_id=person.pk, facts=Facts(notes="备注")),
        "merge_persons": partial(persons.merge_persons, keep_id=person.pk, drop_id=person.pk + 1, words="重复登记"),
        "add_household": partial(
            households.add_household, address=Address(unit_id=district.grid_1.pk, address="幸福里1号")
        ),
        "join": partial(households.join, person_id=person.pk, joining=joining),
        "take_in": partial(households.take_in, identity=identity_number(), joining=joining),
        "leave": partial(households.leave, person_id=person.pk, on=MOVED, to="外地"),
        "die": partial(households.die, person_id=person.pk, on=MOVED),
        "dissolve": partial(households.dissolve, household_id=home.pk, on=MOVED),
        "change_head": partial(
            households.change_head, household_id=person.stays.get().household_id, person_id=person.pk
        ),
        "add_building": partial(homes.add_building, facts=facts),
    }


@pytest.mark.parametrize(
    "service",
    ["add_person", "change_person", "merge_persons", "add_household", "join", "take_in", "leave", "die", "dissolve",
     "change_head", "add_building"],
)  # fmt: skip
def test_only_the_community_writes(person, household, cast, district, now, service) -> None:
    """rights.md: "persons, households: change · CS CW"; inside their own community."""
    made, home = person(), household()
    call = _calls(made, home, district, now)[service]
    before = Entry.objects.count()
    for name, actor in cast.actors.items():
        if name in {"cs", "cw"}:
            continue
        with pytest.raises(DomainError):
            call(by=actor, now=now)
    assert Entry.objects.count() == before
    assert Person.objects.get().state == "here"


@pytest.mark.django_db(transaction=True)
def test_one_of_two_who_register_the_same_number(household, cast, now) -> None:
    home, number = household(), identity_number()

    def register(name: str) -> str:
        try:
            joining = Joining(household_id=home.pk, relation="other")
            persons.add_person(facts=Facts(name=name, identity=number), joining=joining, by=cast.cw, now=now)
            return "done"
        except DomainError as refused:
            return refused.message
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(register, ["王建国", "王建军"]))
    assert said[0] == "done"
    assert "已登记在" in said[1]
    assert Person.objects.count() == 1


def test_the_demos_people_hold_together(district, now) -> None:
    """Each grid is filled once, with valid numbers of nobody, and every household has one head."""
    for _ in range(2):
        demo.fill(households_per_grid=60, surnames="王李", now=now)
    assert Household.objects.count() == 180
    heads = Stay.objects.filter(relation="head", until_on=None)
    assert heads.count() == 180
    people = list(Person.objects.exclude(identity_sealed=""))
    for person in people:
        number = privacy.open_sealed(person.identity_sealed, context=identity.identity_context(person))
        assert number.startswith("99")
        assert privacy.validate_identity(number) == number
        assert (identity.born_on_of(number), identity.gender_of(number)) == (person.born_on, person.gender)
        assert person.initials == initials_of(person.name)
    assert len({person.identity_index for person in people}) == len(people)
    here = Stay.objects.filter(until_on=None)
    assert sum(home.size for home in Household.objects.all()) == here.count()
    assert set(here.values_list("person__state", flat=True)) == {"here"}
    assert set(Stay.objects.exclude(until_on=None).values_list("person__state", flat=True)) <= {"left", "dead"}
    assert Person.objects.exclude(state="here").filter(left_on=None).count() == 0


def test_the_demos_people_are_found_by_name(district, cast, now) -> None:
    demo.fill(households_per_grid=2, surnames="王李", now=now)
    some = Person.objects.visible_to(cast.cw).here().first()
    assert some in Person.objects.visible_to(cast.cw).search(some.name)
    assert some in Person.objects.visible_to(cast.cw).search(some.initials)
