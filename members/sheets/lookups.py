"""What is on record of a batch's people, homes and households: in a dozen queries, whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection
from django.db.models import Max, Q

from governance.sheets.declare import Row
from members.models import Building, Home, Household, Person, Stay
from members.sheets.wanted import Context, HomeKey, Wanted, address_key, home_key, plain

# Imports into one community take turns, batch by batch: the second of two with the same rows finds those of the first.
_TURN = 0x5045_4F50


def take_turn(community_id: int) -> None:
    """Wait for whoever imports into the same community, to the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_TURN, community_id % 2**31])


@dataclass(slots=True)
class Known:
    """What is on record."""

    buildings: dict[str, Building] = field(default_factory=dict)
    homes: dict[HomeKey, Home] = field(default_factory=dict)
    households: dict[HomeKey, list[Household]] = field(default_factory=lambda: defaultdict(list))
    by_identity: dict[str, Person] = field(default_factory=dict)
    by_phone: dict[tuple[str, str], list[Person]] = field(default_factory=lambda: defaultdict(list))
    # Who lives in a household; who of the community lives in none, by name.
    living: dict[int, list[Person]] = field(default_factory=lambda: defaultdict(list))
    homeless: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    # Each person's present stay, and the day that the last one before it ended.
    stays: dict[int, Stay] = field(default_factory=dict)
    ended: dict[int, date] = field(default_factory=dict)
    heads: dict[int, Person] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Row[Wanted]], context: Context, *, is_look: bool) -> Known:
        """Of these rows; locked (persons by key, then households by key) unless it is a look."""
        known, wanted = cls(), [row.value for row in rows]
        known._find_homes(wanted, context)
        households = known._find_households(wanted, context)
        living = list(Stay.objects.filter(household__in=households, until_on=None).values_list("person_id", "pk"))
        people = known._people(wanted, [person for person, _ in living], context, is_look=is_look)
        held = {one.pk: one for one in _households(households, is_look=is_look)}
        for found in known.households.values():
            # As they stand once they are locked; one that was dissolved meanwhile is none.
            found[:] = [held[one.pk] for one in found if one.pk in held]
        known._place(people, wanted, context)
        return known

    def _find_homes(self, wanted: Sequence[Wanted], context: Context) -> None:
        if not any(one.building for one in wanted):
            return
        names = {one.building for one in wanted if one.building}
        rows = Building.objects.filter(community_id=context.place["community_id"], removed_on=None)
        self.buildings = {plain(building.name): building for building in rows.filter(name__in=names)}
        if any(plain(name) not in self.buildings for name in names):
            # Typed in another way, or new.
            self.buildings = {plain(building.name): building for building in rows}
        used = {self.buildings[key].pk for one in wanted if (key := plain(one.building)) in self.buildings}
        for home in Home.objects.filter(building__in=used).select_related("building"):
            self.homes[home_key(home.building.name, home.entrance, home.room)] = home

    def _find_households(self, wanted: Sequence[Wanted], context: Context) -> list[int]:
        homes = {self.homes[one.home].pk: one.home for one in wanted if one.home in self.homes and one.home}
        found = list(Household.objects.open().filter(home__in=homes))
        for household in found:
            self.households[homes[household.home_id]].append(household)
        addresses = {one.home: one.home for one in wanted if one.address and one.home}
        if addresses:
            loose = Household.objects.open().filter(community_id=context.place["community_id"], home=None)
            for household in loose:
                if (key := address_key(household.address)) in addresses:
                    self.households[key].append(household)
                    found.append(household)
        return [household.pk for household in found]

    def _people(
        self, wanted: Sequence[Wanted], living: Iterable[int], context: Context, *, is_look: bool
    ) -> list[Person]:
        """Everybody whom a row may mean."""
        here = Q(community_id=context.place["community_id"], state="here")
        phones = [one.phone_index for one in wanted if one.phone_index]
        names = {one.name for one in wanted if one.home is None}
        ids = set(living)
        for condition in (
            Q(identity_index__in=[one.identity_index for one in wanted if one.identity_index], merged_into=None,
              district_id=context.place["district_id"]),
            here & Q(phone_index__in=phones),
            here & Q(name__in=names),
        ):  # fmt: skip
            ids.update(Person.objects.filter(condition).values_list("pk", flat=True))
        rows = Person.objects.filter(pk__in=ids).select_related("community").defer("search").order_by("pk")
        return list(rows if is_look else rows.select_for_update(of=("self",)))

    def _place(self, people: Sequence[Person], wanted: Sequence[Wanted], context: Context) -> None:
        ids = [person.pk for person in people]
        current = Stay.objects.filter(person__in=ids, until_on=None).select_related("household__home__building")
        self.stays = {stay.person_id: stay for stay in current}
        last = Stay.objects.filter(person__in=ids).exclude(until_on=None).values_list("person_id")
        self.ended = dict(last.annotate(on=Max("until_on")))
        for person in people:
            if person.identity_index and person.merged_into_id is None:
                self.by_identity[person.identity_index] = person
            if person.state != "here" or person.community_id != context.place["community_id"]:
                continue
            if person.phone_index:
                self.by_phone[person.phone_index, person.name].append(person)
            self._at_home(person)

    def _at_home(self, person: Person) -> None:
        stay = self.stays.get(person.pk)
        if stay is None:
            self.homeless[person.name].append(person)
            return
        self.living[stay.household_id].append(person)
        if stay.relation == "head":
            self.heads[stay.household_id] = person


def _households(ids: Sequence[int], *, is_look: bool) -> list[Household]:
    rows = Household.objects.open().filter(pk__in=ids).select_related("home__building").order_by("pk")
    return list(rows if is_look else rows.select_for_update(of=("self",)))
