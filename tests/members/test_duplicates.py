"""Records that are likely one person: found, told apart, merged with nothing lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.audit.models import Entry
from governance.errors import DomainError, IllegalState, InvalidInput, NotFound
from members.models import Apart, Home, Household, Person, Stay
from members.selectors import likeness
from members.selectors.likeness import Traits
from members.services import _common, duplicates, homes, persons
from members.services import households as households_of
from members.services.persons import Facts
from tests.members.conftest import identity_number

pytestmark = pytest.mark.django_db
PHONE, OTHER_PHONE = "13812345678", "13900001111"


def pairs(actor: Any) -> set[tuple[str, str]]:
    return {(pair.one.name, pair.other.name) for pair in likeness.pairs(actor)}


class TestRule:
    @pytest.mark.parametrize(
        ("one", "other", "why"),
        [
            ({"name": "王建国", "phone_index": "p"}, {"name": "王建国", "phone_index": "p"}, "电话相同、姓名相同"),
            ({"name": "王建国", "phone_index": "p"}, {"name": "王健国", "phone_index": "p"}, "电话相同、姓名相近"),
            ({"name": "王建国", "phone_index": "p"}, {"name": "王丽", "phone_index": "p"}, ""),
            ({"name": "王建国", "phone_index": "p", "born_on": date(1950, 1, 1)},
             {"name": "王建军", "phone_index": "p", "born_on": date(1953, 1, 1)}, ""),
            ({"name": "王建国", "phone_index": "p"}, {"name": "王建国", "phone_index": "q"}, ""),
            ({"name": "王建国", "born_on": date(1950, 1, 1)}, {"name": "王建国", "born_on": date(1950, 1, 1)},
             "姓名和出生日期相同"),
            ({"name": "王建国", "household_id": 4}, {"name": "王建国", "household_id": 4}, "同一住处的同名"),
            ({"name": "王建国", "home_id": 4}, {"name": "王建国", "home_id": 4}, "同一住处的同名"),
            ({"name": "王建国", "home_id": 4, "identity_index": "a"},
             {"name": "王建国", "home_id": 4, "identity_index": "b"}, ""),
            ({"name": "王建国"}, {"name": "王建国"}, ""),
        ],
    )  # fmt: skip
    def test_reasons(self, one, other, why) -> None:
        assert likeness.reasons(Traits(**one), Traits(**other)) == ([why] if why else [])
        assert likeness.reasons(Traits(**other), Traits(**one)) == ([why] if why else [])

    @given(
        rows=st.lists(
            st.tuples(
                st.sampled_from(["王建国", "王健国", "王建军", "王丽", "李建国"]),
                st.sampled_from([None, date(1950, 1, 1), date(1953, 1, 1)]),
                st.sampled_from(["", PHONE, OTHER_PHONE]),
                st.sampled_from(["", "a", "b"]),
                st.integers(0, 2),
            ),
            max_size=6,
        )
    )
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_the_database_finds_exactly_the_pairs_of_the_rule(self, rows, district, cast, now) -> None:
        """Against the slow way: everybody with everybody."""
        Stay.objects.all().delete()
        Person.objects.all().delete()
        Household.objects.all().delete()
        place = {"district": district.district, "street": district.street_1, "community": district.community_1}
        homes_ = [Household.objects.create(address=f"{n}号楼", made_at=now, **place) for n in range(2)]
        made = []
        for number, (name, born_on, phone, identity, home) in enumerate(rows):
            person = Person(seal_key=f"{number:032x}", born_on=born_on, made_at=now, changed_at=now, **place)
            persons.identity.set_name(person, name)
            person.phone_index, person.identity_index = phone, f"{identity}{number}" if identity == "b" else ""
            person.save()
            if home:
                Stay.objects.create(person=person, household=homes_[home - 1], from_on=date(2020, 1, 1))
            made.append(person)
        slow = {
            (a.pk, b.pk)
            for a, b in combinations(made, 2)
            if likeness.reasons(likeness.traits_of(a), likeness.traits_of(b))
        }
        found = likeness.pairs(cast.cw, size=100)
        assert {(pair.one.pk, pair.other.pk) for pair in found} == slow
        assert all(pair.reasons for pair in found)
        paged, after = [], None
        while page := likeness.pairs(cast.cw, after=after, size=2):
            paged += page
            after = (page[-1].other.pk, page[-1].one.pk)
        assert [pair.key for pair in paged] == [pair.key for pair in found]


class TestFound:
    def test_in_scope_and_told_apart(self, person, cast, now) -> None:
        one, other = person("王建国", phone=PHONE), person("王健国", phone=PHONE)
        assert pairs(cast.cw) == {("王建国", "王健国")}
        assert pairs(cast.cw_2) == set()
        told = duplicates.tell_apart(one_id=other.pk, other_id=one.pk, by=cast.cw, now=now)
        assert (told.one_id, told.other_id, told.by_name) == (one.pk, other.pk, cast.cw.user_name)
        assert pairs(cast.cw) == set()
        assert [pair.pk for pair in likeness.told_apart(cast.cs)] == [told.pk]
        assert likeness.alike(likeness.traits_of(one), cast.cw, beside=one.pk) == []
        with pytest.raises(IllegalState, match="已由"):
            duplicates.tell_apart(one_id=one.pk, other_id=other.pk, by=cast.cs, now=now)
        duplicates.take_back_apart(one_id=one.pk, other_id=other.pk, by=cast.cs, now=now)
        assert pairs(cast.cw) == {("王建国", "王健国")}
        with pytest.raises(NotFound):
            duplicates.tell_apart(one_id=one.pk, other_id=other.pk, by=cast.cw_2, now=now)

    def test_somebody_new_is_like_who_left_too(self, person, cast, now) -> None:
        made = person("王建国", phone=PHONE)
        households_of.leave(person_id=made.pk, on=now.date(), to="外地", by=cast.cw, now=now)
        new = Traits(name="王建国", phone_index=Person.objects.get().phone_index)
        assert [one.person.state for one in likeness.alike(new, cast.gw)] == ["left"]
        assert likeness.alike(new, cast.gw_2) == []

    def test_a_page_costs_the_same_whatever_it_shows(self, person, cast, django_assert_max_num_queries) -> None:
        for _ in range(4):
            person("王建国", phone=PHONE)
        with django_assert_max_num_queries(3):
            assert len(likeness.pairs(cast.cw)) == 6


def _everything(person: Any, cast: Any, district: Any, now: Any) -> tuple[Person, Person]:
    """Two records of one person: each field filled in one of them, or otherwise in both."""
    keep = person("李秀兰", phone=PHONE, notes="独居", residence="resident", employer="采油厂")
    facts = homes.BuildingFacts(unit_id=district.grid_2.pk, name="3号楼")
    building = homes.add_building(facts=facts, by=cast.cw, now=now)
    where = households_of.Address(building_id=building.pk, entrance="1单元", room="101")
    home = households_of.add_household(address=where, by=cast.cw, now=now)
    drop = person(
        "李秀蘭", into=home, identity=identity_number("19520317", 12), phone=OTHER_PHONE, notes="行动不便",
        residence="floating", employer="学校",
    )  # fmt: skip
    return keep, drop


class TestMerged:
    def test_with_data_in_every_field(self, person, cast, district, now) -> None:
        keep, drop = _everything(person, cast, district, now)
        third = person("李秀兰", identity=identity_number("19600101", 2))
        duplicates.tell_apart(one_id=drop.pk, other_id=third.pk, by=cast.cs, now=now)
        persons.merge_persons(
            keep_id=keep.pk, drop_id=drop.pk, words="同一人重复登记", take=["phone", "employer"], by=cast.cw, now=now
        )
        keep.refresh_from_db()
        drop.refresh_from_db()
        assert (keep.name, keep.residence, keep.employer) == ("李秀兰", "resident", "学校")
        assert keep.notes == "独居；行动不便"
        assert (keep.born_on, keep.gender) == (date(1952, 3, 17), "f")
        reveal = {"person_id": keep.pk, "reason": "核对", "by": cast.cw, "now": now}
        assert persons.reveal(field="identity", **reveal) == identity_number("19520317", 12)
        assert persons.reveal(field="phone", **reveal) == OTHER_PHONE
        assert (drop.state, drop.merged_into_id, drop.notes) == ("merged", keep.pk, "行动不便")
        assert set(keep.stays.values_list("ended_how", flat=True)) == {"", "merged"}
        assert not drop.stays.exists()
        assert Household.objects.get(home=Home.objects.get()).size == 0
        told = Apart.objects.get()
        assert (told.one_id, told.other_id, told.by_name) == (keep.pk, third.pk, cast.cs.user_name)
        assert Entry.objects.get(action="person.merge").reason == "同一人重复登记"

    def test_a_name_that_is_taken_heads_the_household(self, person, cast, district, now) -> None:
        keep, drop = _everything(person, cast, district, now)
        persons.merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="重复", take=["name"], by=cast.cw, now=now)
        assert keep.stays.get(until_on=None).household.head_name == "李秀蘭"
        assert list(Person.objects.here().search("李秀蘭")) == [keep]

    def test_who_had_no_home_lives_where_the_other_did(self, person, cast, district, now) -> None:
        keep = persons.add_person(facts=Facts(name="李秀兰"), unit_id=district.grid_2.pk, by=cast.cw, now=now)
        drop = person("李秀兰")
        persons.merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="重复", by=cast.cw, now=now)
        keep.refresh_from_db()
        assert keep.grid_id == district.grid_1.pk
        assert keep.stays.get(until_on=None).household.head_name == "李秀兰"

    def test_within_one_household_the_head_stays_head(self, person, cast, now) -> None:
        drop = person("王建国")
        home = Household.objects.get()
        keep = person("王建国", into=home, relation="other")
        person("刘敏", into=home, relation="spouse")
        persons.merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="重复", by=cast.cw, now=now)
        home.refresh_from_db()
        assert (home.size, home.head_name) == (2, "王建国")
        assert keep.stays.get(until_on=None).relation == "head"

    def test_a_chain_leads_to_the_last(self, person, cast, now) -> None:
        first, second, third = person("王建国"), person("王建国"), person("王建国")
        merge = {"words": "重复", "by": cast.cw, "now": now}
        persons.merge_persons(keep_id=second.pk, drop_id=first.pk, **merge)
        persons.merge_persons(keep_id=third.pk, drop_id=second.pk, **merge)
        first.refresh_from_db()
        assert first.merged_into_id == third.pk
        assert third.stays.count() == 3

    def test_a_sex_that_the_number_contradicts_is_not_taken(self, person, cast, now) -> None:
        keep, drop = person("王建国", identity=identity_number()), person("王建国", gender="f")
        with pytest.raises(InvalidInput) as refused:
            persons.merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="重复", take=["gender"], by=cast.cw, now=now)
        assert refused.value.field == "gender"
        assert Person.objects.here().count() == 2


def _race(cast: Any, one: Person, other: Person, now: Any) -> list[str]:
    """Two merge one pair at once, each into another."""
    start = threading.Barrier(2)

    def merge(keep: Person, drop: Person) -> str:
        try:
            start.wait(30)
            persons.merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="重复登记", by=cast.cw, now=now)
            return "done"
        except DomainError as refused:
            return refused.message
        except Exception as broken:
            return type(broken).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(merge, (one, other), (other, one)))


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_one_pair_into_each_other(person, cast, now) -> None:
    one, other = person("王建国", phone=PHONE), person("王建国")
    said = _race(cast, one, other, now)
    assert said[0] == "done"
    assert "已合并" in said[1]
    assert Person.objects.filter(state="here").count() == 1
    assert Stay.objects.filter(until_on=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_be_told_that_theirs_is_kept(person, cast, now, monkeypatch) -> None:
    """The harm that the lock prevents: each is merged into the other on what was read before, or they hang."""
    one, other = person("王建国", phone=PHONE), person("王建国")
    met = threading.Barrier(2)

    def careless(ids: Any, by: Any) -> dict[int, Person]:
        found = {row.pk: row for row in Person.objects.visible_to(by).filter(pk__in=ids).order_by("pk")}
        met.wait(30)
        return found

    assert persons.locked_persons is _common.locked_persons
    monkeypatch.setattr(persons, "locked_persons", careless)
    assert _race(cast, one, other, now) in (["done", "done"], ["OperationalError", "done"])


class TestRelations:
    def test_a_new_head_and_exactly_one(self, person, cast, now) -> None:
        head = person("王建国")
        home = Household.objects.get()
        wife = person("刘敏", into=home, relation="spouse")
        ask = {"household_id": home.pk, "by": cast.cw, "now": now}
        households_of.set_relations(relations={head.pk: "spouse", wife.pk: "head"}, **ask)
        home.refresh_from_db()
        assert home.head_name == "刘敏"
        for relations in ({head.pk: "child", wife.pk: "child"}, {head.pk: "head", wife.pk: "head"}):
            with pytest.raises(InvalidInput, match="一名户主"):
                households_of.set_relations(relations=relations, **ask)
        with pytest.raises(IllegalState, match="刚有变动"):
            households_of.set_relations(relations={wife.pk: "head"}, **ask)
        assert Stay.objects.get(relation="head").person_id == wife.pk

    def test_a_household_with_its_people_or_nothing(self, cast, district, now) -> None:
        people = [households_of.Newcomer(facts=Facts(name="王建国"), relation="head")] * 2
        where = households_of.Address(unit_id=district.grid_1.pk, address="幸福里3号")
        with pytest.raises(InvalidInput, match="已有户主") as refused:
            households_of.enter_household(address=where, people=people, by=cast.cw, now=now)
        assert refused.value.field == "people-1-relation"
        assert not Household.objects.exists()
