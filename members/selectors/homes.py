"""A building as a table: entrances, floors, rooms, and who lives in each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Prefetch, Q, QuerySet

from governance.scope import Actor
from members.models import Building, Home, Household

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Floor:
    """A floor of an entrance; "" where the room's number does not tell."""

    label: str
    homes: list[Home]


@dataclass(frozen=True, slots=True)
class Entrance:
    """An entrance with its floors, the highest first."""

    name: str
    floors: list[Floor]
    homes: int = 0
    empty: int = 0
    people: int = 0


@dataclass(slots=True)
class Plan:
    """A building's homes, each with its open households in `lived_in`."""

    entrances: list[Entrance] = field(default_factory=list)

    @property
    def homes(self) -> int:
        """How many there are."""
        return sum(entrance.homes for entrance in self.entrances)

    @property
    def empty(self) -> int:
        """In how many nobody is on record."""
        return sum(entrance.empty for entrance in self.entrances)

    @property
    def people(self) -> int:
        """How many people live there."""
        return sum(entrance.people for entrance in self.entrances)


def buildings(actor: Actor) -> QuerySet[Building]:
    """Those that stand, in scope, with `lived_in`: how many households live there."""
    households = Count("homes__households", filter=Q(homes__households__dissolved_on=None), distinct=True)
    rows: QuerySet[Building] = Building.objects.visible_to(actor).filter(removed_on=None)
    return rows.select_related("grid", "community").annotate(lived_in=households)


def plan(building: Building) -> Plan:
    """The table of a building, in two statements."""
    households = Household.objects.open().order_by("pk")
    homes = building.homes.prefetch_related(Prefetch("households", households, to_attr="lived_in"))
    by_entrance: dict[str, list[Home]] = {}
    for home in sorted(homes, key=lambda home: (order_of(home.entrance), order_of(home.room))):
        by_entrance.setdefault(home.entrance, []).append(home)
    return Plan([_entrance(name, found) for name, found in by_entrance.items()])


def _entrance(name: str, homes: Sequence[Home]) -> Entrance:
    floors: dict[str, list[Home]] = {}
    for home in homes:
        floors.setdefault(floor_of(home.room), []).append(home)
    made = [Floor(label, floors[label]) for label in sorted(floors, key=order_of, reverse=True)]
    lived_in: list[list[Household]] = [home.lived_in for home in homes]  # type: ignore[attr-defined]
    return Entrance(
        name, made, homes=len(homes), empty=sum(not found for found in lived_in),
        people=sum(household.size for found in lived_in for household in found),
    )  # fmt: skip


def floor_of(room: str) -> str:
    """The floor in a room's number: 301 → 3, 1203 → 12; "" where there is none."""
    return room[:-2] if room.isascii() and room.isdigit() and len(room) in {3, 4} else ""


def order_of(text: str) -> tuple[int, str]:
    """By the number in it: 2单元 before 10单元."""
    found = _NUMBER.search(text)
    return (int(found.group()) if found else -1, text)


def households_at(building_id: int, entrance: str, room: str, actor: Actor) -> list[Household]:
    """Who is on record in a room, in scope."""
    rows = Household.objects.visible_to(actor).open().select_related("home__building")
    found = rows.filter(home__building=building_id, home__entrance=entrance.strip(), home__room=room.strip())
    return list(found.order_by("pk"))
