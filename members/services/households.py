"""Households: made, moved into and out of, dissolved; and a person's leaving the district or this life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.selectors import staff_of
from governance import privacy
from governance.days import today_of
from governance.errors import DomainError, IllegalState, InvalidInput, NotFound
from governance.outbox.services import notify
from governance.scope import PLACE, Actor, place_of
from members import registry
from members.models import Household, Person
from members.models.households import KINDS, RELATIONS
from members.services import _stays, persons
from members.services._common import locked_household, locked_person, place_in, record, require
from members.services.homes import home_of
from members.services.persons import Facts, Joining
from members.words import choice_of, day_of, text_of

# How somebody went → the state after.
_GONE = {"moved": "left", "died": "dead"}
_UNKNOWN = "没有找到这个身份证号的居民，请核对，或直接登记为新居民。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a household lives: in a building's room, or by an address in a community or grid."""

    building_id: int | None = None
    entrance: str = ""
    room: str = ""
    unit_id: int | None = None
    address: str = ""


def add_household(*, address: Address, kind: str = "owner", by: Actor, now: datetime) -> Household:
    """Put a household on record; its members join it after. Raises InvalidInput naming the field."""
    require(by)
    with transaction.atomic(durable=True):
        return write_new(address=address, kind=kind, by=by, now=now)


def write_new(*, address: Address, kind: str, by: Actor, now: datetime) -> Household:
    """`add_household` within the caller's transaction and after its check of the right."""
    household = Household(kind=choice_of(kind, KINDS, label="住户类型", field="kind"), made_at=now)
    _settle(household, address, by)
    household.save()
    record("household.add", household, by=by, now=now, after={"address": where(household), "kind": household.kind})
    return household


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody who is put on record with a new household: who, what to its head, since when (None: today)."""

    facts: Facts
    relation: str = "other"
    on: date | None = None


def enter_household(
    *, address: Address, kind: str = "owner", people: Sequence[Newcomer], by: Actor, now: datetime
) -> Household:
    """Put a household on record with all of its people, or none of it.

    What is refused of the second of them names its field as `people-1-<field>`.
    """
    require(by)
    with transaction.atomic(durable=True):
        return write_entered(address=address, kind=kind, people=people, by=by, now=now)


def write_entered(*, address: Address, kind: str, people: Sequence[Newcomer], by: Actor, now: datetime) -> Household:
    """`enter_household` within the caller's transaction and after its check of the right."""
    if not people:
        raise InvalidInput("请至少登记一人。", field="people")
    household = write_new(address=address, kind=kind, by=by, now=now)
    for number, one in enumerate(people):
        joining = Joining(household_id=household.pk, relation=one.relation, on=one.on)
        try:
            persons.write_new(facts=one.facts, joining=joining, by=by, now=now)
        except DomainError as refused:
            refused.field = f"people-{number}-{refused.field}" if refused.field else ""
            raise
    household.refresh_from_db()
    return household


def _settle(household: Household, address: Address, by: Actor) -> None:
    if address.building_id is not None:
        household.home = home_of(building_id=address.building_id, entrance=address.entrance, room=address.room, by=by)
        building = household.home.building
        for name in PLACE:
            setattr(household, name, getattr(building, name))
        return
    for name, value in place_in(address.unit_id or 0, by).items():
        setattr(household, name, value)
    household.address = text_of(address.address, label="住址", field="address", most=200, least=2)


def where(household: Household) -> str:
    """The household's address in words."""
    return str(household.home) if household.home is not None else household.address


def join(*, person_id: int, joining: Joining, by: Actor, now: datetime, new_head_id: int | None = None) -> Person:
    """Move a person of one's own scope into a household; an earlier stay ends on the same day."""
    require(by)
    with transaction.atomic(durable=True):
        person = locked_person(person_id, by)
        _move(person, joining, by, now, new_head_id)
    return person


def take_in(*, identity: str, joining: Joining, by: Actor, now: datetime) -> Person:
    """Move somebody of another community in 凭证件迁入, known by the identity number; that community is told.

    Whoever left the district comes back this way, too. Raises InvalidInput (field "identity") for a number that is on
    no record, IllegalState for a head whose household would be left without one, or for a person who died.
    """
    require(by)
    number = privacy.validate_identity(identity)
    if not Household.objects.visible_to(by).open().filter(pk=joining.household_id).exists():
        # Before anything is told of the person, who may be anywhere in the district.
        raise NotFound("没有找到这一户，或已注销，或不在您的管辖范围内。", field="household")
    with transaction.atomic(durable=True):
        index = privacy.blind_index("identity", number)
        rows = Person.objects.filter(district_id=by.district_id, identity_index=index, merged_into=None)
        person: Person | None = rows.select_for_update(of=("self",)).first()
        if person is None:
            raise InvalidInput(_UNKNOWN, field="identity")
        if person.state == "dead":
            raise IllegalState("该居民登记为已故，不能办理迁入，请核对。")
        before = person.community_id
        _move(person, joining, by, now, None)
        if before != person.community_id:
            _tell(person, before, by, now)
    return person


def _move(person: Person, joining: Joining, by: Actor, now: datetime, new_head_id: int | None) -> None:
    on, before = joining.on or today_of(now), {"grid_id": person.grid_id, "community_id": person.community_id}
    place = place_of(person)
    stay = _stays.current(person)
    if stay is not None and stay.household_id == joining.household_id:
        raise IllegalState("此人已在这一户，无需迁移。")
    _lock_both(stay.household_id if stay else None, joining.household_id)
    household = locked_household(joining.household_id, by)
    _stays.end(person, "moved_within", on, "", new_head_id)
    _stays.begin(person, household, joining.relation, on, today_of(now))
    for name, value in place_of(household).items():
        setattr(person, name, value)
    person.state, person.left_on, person.left_to = "here", None, ""
    person.changed_at, person.revision = now, person.revision + 1
    person.save()
    after = {"grid_id": person.grid_id, "community_id": person.community_id, "household": household.pk}
    record("person.move", person, by=by, now=now, before=before, after=after)
    registry.person_moved(person=person, before=place, by=by, now=now)


def _lock_both(one: int | None, other: int) -> None:
    """By primary key, so that two who change places never wait in a circle."""
    ids = [pk for pk in (one, other) if pk is not None]
    list(Household.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))


def _tell(person: Person, community_id: int, by: Actor, now: datetime) -> None:
    notify(
        user_ids=set(staff_of(community_id, now)), key=f"person:{person.pk}:{person.revision}",
        title=f"{person.name} 已迁往{person.community.name}", body=f"由{by.unit_name}{by.user_name}凭证件办理迁入。",
        now=now,
    )  # fmt: skip


def leave(*, person_id: int, on: date, to: str, by: Actor, now: datetime, new_head_id: int | None = None) -> Person:
    """Note that a person moved away from the district 迁出; the record stays, with where to."""
    return _gone(person_id, "moved", on, to, by, now, new_head_id)


def die(*, person_id: int, on: date, by: Actor, now: datetime, new_head_id: int | None = None) -> Person:
    """Note that a person has died; the record stays."""
    return _gone(person_id, "died", on, "", by, now, new_head_id)


def _gone(person_id: int, how: str, on: date, to: str, by: Actor, now: datetime, new_head_id: int | None) -> Person:
    require(by)
    with transaction.atomic(durable=True):
        return write_gone(person_id=person_id, how=how, on=on, to=to, new_head_id=new_head_id, by=by, now=now)


def write_gone(
    *, person_id: int, how: str, on: date, to: str, new_head_id: int | None, by: Actor, now: datetime
) -> Person:
    """`leave` (`how`: "moved") or `die` ("died") within the caller's transaction and after its check of the right."""
    on = day_of(on, today=today_of(now), label="日期", field="on")
    if how == "moved":
        to = text_of(to, label="迁往", field="to", most=200, least=2)
    person = locked_person(person_id, by)
    if person.born_on is not None and on < person.born_on:
        raise InvalidInput("日期不能早于出生日期。", field="on")
    stay = _stays.current(person)
    if stay is not None:
        _lock_both(None, stay.household_id)
    _stays.end(person, how, on, to, new_head_id)
    person.state, person.left_on, person.left_to = _GONE[how], on, to
    person.changed_at, person.revision = now, person.revision + 1
    person.save()
    record(f"person.{how}", person, by=by, now=now, after={"state": person.state, "left_on": str(on), "left_to": to})
    registry.person_gone(person=person, how=how, on=on, by=by, now=now)
    return person


def change_head(*, household_id: int, person_id: int, by: Actor, now: datetime) -> Household:
    """Make another member the head; who was it becomes a relative, to be corrected as need be."""
    require(by)
    with transaction.atomic(durable=True):
        household = locked_household(household_id, by)
        stays = household.stays.filter(until_on=None)
        if not stays.filter(person_id=person_id).exists():
            raise InvalidInput("新的户主须是这一户的成员。", field="new_head")
        if stays.filter(person_id=person_id, relation="head").exists():
            raise IllegalState("此人已是户主。")
        before = household.head_name
        stays.filter(relation="head").update(relation="relative")
        stays.filter(person_id=person_id).update(relation="head")
        _stays.refresh(household)
        after = {"head_name": household.head_name}
        record("household.head", household, by=by, now=now, before={"head_name": before}, after=after)
    return household


def set_relations(*, household_id: int, relations: dict[int, str], by: Actor, now: datetime) -> Household:
    """Say what every member is to the head, the head among them: `relations` by person, for all who live there.

    Raises InvalidInput unless exactly one of them is the head, or where somebody is left out.
    """
    require(by)
    for relation in relations.values():
        choice_of(relation, RELATIONS, label="与户主的关系", field="relation")
    with transaction.atomic(durable=True):
        household = locked_household(household_id, by)
        stays = {stay.person_id: stay for stay in household.stays.filter(until_on=None).select_related("person")}
        if set(stays) != set(relations):
            raise IllegalState("这一户的成员刚有变动，请刷新后重新填写。")
        if list(relations.values()).count("head") != 1:
            raise InvalidInput("每户须有一名户主，且只有一名。", field="relation")
        before, changed = {"head_name": household.head_name}, 0
        # The head that was leaves first: two at once the database does not let be.
        for stay in sorted(stays.values(), key=lambda stay: relations[stay.person_id] == "head"):
            if stay.relation != relations[stay.person_id]:
                before[stay.person.name], changed = stay.get_relation_display(), changed + 1
                stay.relation = relations[stay.person_id]
                stay.save(update_fields=["relation"])
        if not changed:
            raise InvalidInput("没有改动任何内容，无需保存。")
        _stays.refresh(household)
        after = {"head_name": household.head_name} | {
            stay.person.name: stay.get_relation_display() for stay in stays.values() if stay.person.name in before
        }
        record("household.relations", household, by=by, now=now, before=before, after=after)
    return household


def dissolve(*, household_id: int, on: date, by: Actor, now: datetime) -> Household:
    """Take an empty household off the books. Raises IllegalState while somebody belongs to it."""
    require(by)
    with transaction.atomic(durable=True):
        household = locked_household(household_id, by)
        if household.size:
            raise IllegalState("这一户还有成员，请先办理迁移。")
        household.dissolved_on = day_of(on, today=today_of(now), label="注销日期", field="on")
        household.revision += 1
        household.save(update_fields=["dissolved_on", "revision"])
        record("household.dissolve", household, by=by, now=now, after={"dissolved_on": str(on)})
    return household
