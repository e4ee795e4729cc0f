"""A batch as it was judged, written with few statements: the rows, sealed values and audit entries of the forms."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError

from governance import search
from governance.audit import services as audit
from governance.audit.services import Fact
from governance.copying import copy_in, copy_in_new
from governance.scope import PLACE, place_of
from grids.names import initials_of
from members import identity, registry
from members.models import Building, Home, Household, Person, Stay
from members.services.households import where
from members.services.persons import kept
from members.sheets.judging import Change, Joining, Plan
from members.sheets.wanted import Context, Wanted

_FACTS = ("gender", "born_on", "residence", "employer", "notes")


def write(plan: Plan, context: Context) -> None:
    """In the caller's transaction. Raises IntegrityError where somebody was quicker with a number or a name."""
    entries = _Entries(context)
    _write_homes(plan, entries)
    _write_new(plan, context, entries)
    for joining in plan.joinings:
        if joining.person is not None:
            _join_known(joining, joining.person, context, entries)
    for change in plan.changes:
        _write_change(change, context, entries)
    _refresh(plan)
    audit.record_many(entries.facts)


class _Entries:
    """The audit entries of a batch."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.facts: list[Fact] = []

    def add(self, action: str, subject: Any, after: dict[str, Any], before: dict[str, Any] | None = None) -> None:
        self.facts.append(
            Fact(
                action=action, subject_type=subject._meta.label_lower, subject_id=subject.pk,
                subject_label=str(subject), before=before, after=after, by=self.context.by, now=self.context.now,
            )
        )  # fmt: skip


def _write_homes(plan: Plan, entries: _Entries) -> None:
    Building.objects.bulk_create(plan.buildings.values())
    for building in plan.buildings.values():
        entries.add("building.add", building, {"name": building.name, "grid_id": building.grid_id})
    for home in plan.homes.values():
        # Assigned anew, now that it has a key.
        home.building = home.building
    Home.objects.bulk_create(plan.homes.values())
    households = list(plan.households.values())
    for household in households:
        if household.home is not None:
            household.home = household.home
    _count_members(plan)
    Household.objects.bulk_create(households)
    for household in households:
        entries.add("household.add", household, {"address": where(household), "kind": household.kind})


def _count_members(plan: Plan) -> None:
    """What a household shows of its members; of those on record on top of what they have."""
    for joining in plan.joinings:
        joining.household.size += 1
        if joining.wanted.relation == "head":
            joining.household.head_name = joining.wanted.name


def _write_new(plan: Plan, context: Context, entries: _Entries) -> None:
    joinings = [joining for joining in plan.joinings if joining.person is None]
    people = [_person(j.wanted, place_of(j.household), context) for j in joinings]
    people += [_person(one, context.place | {"grid_id": one.grid_id}, context) for one in plan.alone]
    if not people:
        return
    keys = copy_in_new(Person, people, key="seal_key")
    if len(keys) != len(people):
        raise IntegrityError("somebody was quicker with one of these identity numbers")
    for person in people:
        person.pk = keys[person.seal_key]
        entries.add("person.add", person, kept(person))
    copy_in(Stay, (_stay(j, person.pk, context) for j, person in zip(joinings, people, strict=False)))


def _person(wanted: Wanted, place: dict[str, int | None], context: Context) -> Person:
    person = Person(
        seal_key=uuid.uuid4(), made_at=context.now, changed_at=context.now, gender=wanted.gender,
        born_on=wanted.born_on, employer=wanted.employer, notes=wanted.notes, name=wanted.name,
        initials=initials_of(wanted.name)[:32], **place,
    )  # fmt: skip
    if wanted.residence:
        person.residence = wanted.residence
    # COPY takes the pieces themselves.
    person.search = search.lexemes(person.name, person.initials)
    if wanted.identity:
        identity.set_identity(person, wanted.identity)
    if wanted.phone:
        identity.set_phone(person, wanted.phone)
    return person


def _stay(joining: Joining, person_id: int, context: Context) -> Stay:
    wanted = joining.wanted
    return Stay(
        person_id=person_id, household_id=joining.household.pk, relation=wanted.relation,
        from_on=wanted.from_on or context.today,
    )  # fmt: skip


def _join_known(joining: Joining, person: Person, context: Context, entries: _Entries) -> None:
    """Somebody who was on record without a household."""
    _stay(joining, person.pk, context).save(force_insert=True)
    before = place_of(person)
    for name, value in place_of(joining.household).items():
        setattr(person, name, value)
    person.changed_at, person.revision = context.now, person.revision + 1
    person.save(update_fields=[*PLACE, "changed_at", "revision"])
    entries.add("person.move", person, {"grid_id": person.grid_id, "household": joining.household.pk}, before)
    registry.person_moved(person=person, before=before, by=context.by, now=context.now)


def _write_change(change: Change, context: Context, entries: _Entries) -> None:
    person, values, place = change.person, change.values, place_of(change.person)
    before = kept(person) | {name: getattr(change.stay, name) for name in change.stay_values}
    fields = ["changed_at", "revision", *_set(person, values)]
    if values:
        person.changed_at, person.revision = context.now, person.revision + 1
        person.save(update_fields=fields)
    if change.stay is not None and change.stay_values:
        for name, value in change.stay_values.items():
            setattr(change.stay, name, value)
        change.stay.save(update_fields=list(change.stay_values))
    entries.add("person.change", person, _after(change), before)
    if "grid_id" in values:
        registry.person_moved(person=person, before=place, by=context.by, now=context.now)


def _after(change: Change) -> dict[str, Any]:
    said = kept(change.person) | change.stay_values
    if "grid_id" in change.values:
        said["grid_id"] = change.values["grid_id"]
    if change.kind_of is not None:
        said["kind"] = change.kind_of.kind
    return said


def _set(person: Person, values: dict[str, Any]) -> list[str]:
    """Put the values into the person; the columns that differ now."""
    fields: list[str] = []
    for name, value in values.items():
        if name == "name":
            identity.set_name(person, value)
            fields += ["name", "initials", "search"]
        elif name == "identity":
            identity.set_identity(person, value)
            fields += ["identity_sealed", "identity_index", "identity_masked", "born_on", "gender"]
        elif name == "phone":
            identity.set_phone(person, value)
            fields += ["phone_sealed", "phone_index", "phone_masked"]
        elif name in _FACTS or name == "grid_id":
            setattr(person, name, value)
            fields.append(name)
    return list(dict.fromkeys(fields))


def _refresh(plan: Plan) -> None:
    """Households on record that got members, a head, a head's new name, or another kind."""
    new = {household.pk for household in plan.households.values()}
    touched = {j.household.pk: j.household for j in plan.joinings if j.household.pk not in new}
    for change in plan.changes:
        if change.kind_of is not None:
            touched[change.kind_of.pk] = change.kind_of
    named = _heads(plan.changes)
    for household in Household.objects.filter(pk__in=named.keys() - touched.keys()).order_by("pk").select_for_update():
        touched[household.pk] = household
    for pk, household in sorted(touched.items()):
        household.head_name = named.get(pk, household.head_name)
        household.revision += 1
        household.save(update_fields=["head_name", "size", "kind", "revision"])


def _heads(changes: Sequence[Change]) -> dict[int, str]:
    """The names of heads that were made, or renamed."""
    found = {}
    for change in changes:
        stay = change.stay
        if stay is not None and stay.relation == "head":
            found[stay.household_id] = change.person.name
    return found
