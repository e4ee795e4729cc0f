"""The people: put on record, corrected, moved, gone; households and buildings."""

from __future__ import annotations

from datetime import date
from typing import Any

from governance.errors import InvalidInput
from governance.scope import Actor
from members.models import Building, Household, Person
from members.services import homes, households, persons
from members.services.households import Address
from members.services.persons import Facts, Joining
from tests.members.conftest import identity_number
from tests.walk.sampling import LATER, MADE, TODAY, WALKED, Refused, Sample, World

WORKER = "CW@community_1"
SINCE = date(2025, 5, 1)
NUMBER = identity_number()


def _household(world: World, by: Any = None) -> Household:
    where = Address(unit_id=world.id_of("grid_1"), address="幸福里3号楼2单元301")
    return households.add_household(address=where, by=world.actor(WORKER), now=MADE)


def _person(world: World, by: Any = None, name: str = "王建国", **facts: Any) -> Person:
    """The head of a household of the first grid."""
    joining = Joining(household_id=_household(world).pk, relation="head", on=SINCE)
    told = Facts(name=name, **({"phone": "13812344080"} | facts))
    return persons.add_person(facts=told, joining=joining, by=world.actor(WORKER), now=MADE)


def _known(world: World, by: Any = None) -> tuple[Person, Household]:
    """Somebody with an identity number, and a household to move into."""
    return _person(world, identity=NUMBER), _household(world)


def _two(world: World, by: Any = None) -> tuple[Person, Person]:
    return _person(world), _person(world)


def _couple(world: World, by: Any = None) -> tuple[Person, Person]:
    head = _person(world)
    joining = Joining(household_id=head.stays.get().household_id, relation="spouse", on=SINCE)
    return head, persons.add_person(facts=Facts(name="刘敏"), joining=joining, by=world.actor(WORKER), now=MADE)


def _building(world: World, by: Any = None) -> Building:
    return homes.add_building(facts=_facts(world), by=world.actor(WORKER), now=MADE)


def _facts(world: World, **changes: Any) -> homes.BuildingFacts:
    return homes.BuildingFacts(**({"unit_id": world.id_of("grid_1"), "name": "3号楼", "entrances": 4} | changes))


def _gone(world: World, thing: Any) -> None:
    Person.objects.update(state="left", left_on=TODAY)


def _torn_down(world: World, thing: Any) -> None:
    Building.objects.update(removed_on=TODAY)


def _lived_in(world: World, building: Building) -> None:
    where = Address(building_id=building.pk, entrance="1单元", room="101")
    households.add_household(address=where, by=world.actor(WORKER), now=MADE)


_LEFT = Refused("has left", "已迁出", spoil=_gone)


def _add(world: World, household: Household, by: Actor, **facts: Any) -> Person:
    joining = Joining(household_id=household.pk, relation="head", on=SINCE)
    return persons.add_person(facts=Facts(**({"name": "李秀兰"} | facts)), joining=joining, by=by, now=WALKED)


def _registered(world: World, thing: Any) -> None:
    _person(world, identity=NUMBER)


def _change(world: World, person: Person, by: Actor, notes: str = "独居") -> Person:
    return persons.change_person(person_id=person.pk, facts=Facts(notes=notes), by=by, now=WALKED)


def _join(world: World, pair: Any, by: Actor, **changes: Any) -> Person:
    joining = Joining(**({"household_id": pair[1].pk, "relation": "head", "on": TODAY} | changes))
    return households.join(person_id=pair[0].pk, joining=joining, by=by, now=WALKED)


def _take_in(world: World, pair: Any, by: Actor, identity: str = NUMBER) -> Person:
    joining = Joining(household_id=pair[1].pk, relation="head", on=TODAY)
    return households.take_in(identity=identity, joining=joining, by=by, now=WALKED)


def _leave(world: World, person: Person, by: Actor, on: date = TODAY) -> Person:
    return households.leave(person_id=person.pk, on=on, to="哈尔滨市", by=by, now=WALKED)


def _merge(world: World, pair: Any, by: Actor) -> Person:
    return persons.merge_persons(keep_id=pair[0].pk, drop_id=pair[1].pk, words="同一人重复登记", by=by, now=WALKED)


def _two_numbers(world: World, pair: Any) -> None:
    for order, person in enumerate(pair, start=1):
        facts = Facts(identity=identity_number(order=order))
        persons.change_person(person_id=person.pk, facts=facts, by=world.actor(WORKER), now=MADE)


SAMPLES = [
    Sample(
        persons.add_person, _add,
        changes="members_person members_stay members_household",
        then=lambda world, household, person: person.stays.get().household_id == household.pk,
        rows=lambda world, household, person: [("person.add", "members.person", person.pk)],
        make=_household,
        refused=(
            Refused("no name", "姓名", InvalidInput, call=lambda w, h, by: _add(w, h, by, name=" ")),
            Refused("a number that cannot be", "18 位", InvalidInput,
                    call=lambda w, h, by: _add(w, h, by, identity="1")),
            Refused("on record already", "已登记在", spoil=_registered,
                    call=lambda w, h, by: _add(w, h, by, identity=NUMBER)),
        ),
    ),
    Sample(
        persons.change_person, _change,
        changes="members_person",
        then=lambda world, person, result: Person.objects.get(pk=person.pk).notes == "独居",
        rows=lambda world, person, result: [("person.change", "members.person", person.pk)],
        make=_person,
        refused=(
            _LEFT,
            Refused("nothing changed", "没有改动", InvalidInput, call=lambda w, p, by: _change(w, p, by, notes="")),
        ),
    ),
    Sample(
        persons.reveal,
        lambda world, person, by: persons.reveal(
            person_id=person.pk, field="phone", reason="入户走访", by=by, now=WALKED
        ),
        changes="",
        then=lambda world, person, number: number == "13812344080",
        rows=lambda world, person, number: [("privacy.read", "members.person", person.pk)],
        make=_person,
        refused=(
            Refused("no reason", "事由", InvalidInput, call=lambda w, p, by: persons.reveal(
                person_id=p.pk, field="phone", reason="", by=by, now=WALKED)),
            Refused("none is known", "没有登记", spoil=lambda w, p: Person.objects.update(phone_sealed="")),
        ),
    ),
    Sample(
        persons.merge_persons, _merge,
        changes="members_person members_stay members_household",
        then=lambda world, pair, kept: Person.objects.get(pk=pair[1].pk).merged_into_id == pair[0].pk,
        rows=lambda world, pair, kept: [
            ("person.merge", "members.person", pair[0].pk), ("person.merged", "members.person", pair[1].pk),
        ],
        make=_two,
        refused=(_LEFT, Refused("two numbers", "不是同一个人", InvalidInput, spoil=_two_numbers)),
    ),
    Sample(
        households.add_household,
        lambda world, thing, by: households.add_household(
            address=Address(unit_id=world.id_of("grid_1"), address="幸福里5号"), by=by, now=WALKED
        ),
        changes="members_household",
        then=lambda world, thing, household: household.grid_id == world.id_of("grid_1"),
        rows=lambda world, thing, household: [("household.add", "members.household", household.pk)],
        refused=(
            Refused("no address", "住址", InvalidInput, call=lambda w, t, by: households.add_household(
                address=Address(unit_id=w.id_of("grid_1")), by=by, now=WALKED)),
        ),
    ),
    Sample(
        households.join, _join,
        changes="members_person members_stay members_household",
        then=lambda world, pair, person: person.stays.filter(until_on=None).get().household_id == pair[1].pk,
        rows=lambda world, pair, person: [("person.move", "members.person", pair[0].pk)],
        make=_known,
        refused=(
            _LEFT,
            Refused("a day to come", "不晚于今天", InvalidInput, call=lambda w, pair, by: _join(w, pair, by, on=LATER)),
        ),
    ),
    Sample(
        households.take_in, _take_in,
        changes="members_person members_stay members_household",
        then=lambda world, pair, person: person.stays.filter(until_on=None).get().household_id == pair[1].pk,
        rows=lambda world, pair, person: [("person.move", "members.person", pair[0].pk)],
        make=_known,
        refused=(
            Refused("unknown", "没有找到", InvalidInput,
                    call=lambda w, pair, by: _take_in(w, pair, by, identity=identity_number(order=9))),
            Refused("died", "已故", spoil=lambda w, pair: Person.objects.update(state="dead", left_on=TODAY)),
        ),
    ),
    Sample(
        households.leave, _leave,
        changes="members_person members_stay members_household",
        then=lambda world, person, result: Person.objects.get(pk=person.pk).left_to == "哈尔滨市",
        rows=lambda world, person, result: [("person.moved", "members.person", person.pk)],
        make=_person,
        refused=(
            _LEFT,
            Refused("before it began", "入户日期", InvalidInput,
                    call=lambda w, p, by: _leave(w, p, by, on=date(2025, 4, 1))),
        ),
    ),
    Sample(
        households.die,
        lambda world, person, by: households.die(person_id=person.pk, on=TODAY, by=by, now=WALKED),
        changes="members_person members_stay members_household",
        then=lambda world, person, result: Person.objects.get(pk=person.pk).state == "dead",
        rows=lambda world, person, result: [("person.died", "members.person", person.pk)],
        make=_person,
        refused=(_LEFT,),
    ),
    Sample(
        households.change_head,
        lambda world, pair, by: households.change_head(
            household_id=pair[0].stays.get().household_id, person_id=pair[1].pk, by=by, now=WALKED
        ),
        changes="members_stay members_household",
        then=lambda world, pair, household: household.head_name == "刘敏",
        rows=lambda world, pair, household: [("household.head", "members.household", household.pk)],
        make=_couple,
        refused=(
            Refused("head already", "已是户主", call=lambda w, pair, by: households.change_head(
                household_id=pair[0].stays.get().household_id, person_id=pair[0].pk, by=by, now=WALKED)),
        ),
    ),
    Sample(
        households.dissolve,
        lambda world, household, by: households.dissolve(household_id=household.pk, on=TODAY, by=by, now=WALKED),
        changes="members_household",
        then=lambda world, household, result: result.dissolved_on == TODAY,
        rows=lambda world, household, result: [("household.dissolve", "members.household", household.pk)],
        make=_household,
        refused=(
            Refused("lived in", "还有成员", spoil=lambda w, household: _add(w, household, w.actor(WORKER))),
        ),
    ),
    Sample(
        homes.add_building,
        lambda world, thing, by: homes.add_building(facts=_facts(world), by=by, now=WALKED),
        changes="members_building",
        then=lambda world, thing, building: building.entrances == 4,
        rows=lambda world, thing, building: [("building.add", "members.building", building.pk)],
        refused=(Refused("one of its name is there", "同名", InvalidInput, spoil=lambda w, t: _building(w)),),
    ),
    Sample(
        homes.change_building,
        lambda world, building, by: homes.change_building(
            building_id=building.pk, facts=_facts(world, floors=6), by=by, now=WALKED
        ),
        changes="members_building",
        then=lambda world, building, result: result.floors == 6,
        rows=lambda world, building, result: [("building.change", "members.building", building.pk)],
        make=_building,
        refused=(
            Refused("no name", "楼栋名称", InvalidInput, call=lambda w, building, by: homes.change_building(
                building_id=building.pk, facts=_facts(w, name=" "), by=by, now=WALKED)),
        ),
    ),
    Sample(
        homes.remove_building,
        lambda world, building, by: homes.remove_building(building_id=building.pk, on=TODAY, by=by, now=WALKED),
        changes="members_building",
        then=lambda world, building, result: result.removed_on == TODAY,
        rows=lambda world, building, result: [("building.remove", "members.building", building.pk)],
        make=_building,
        refused=(Refused("lived in", "住户", spoil=_lived_in),),
    ),
]  # fmt: skip
