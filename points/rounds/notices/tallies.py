"""What a community gave and exchanged in a month, by resident: in five statements of SQL, whatever the size."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, Sum

from grids.names import initials_of
from members.models import Household, Person, Stay
from points.models import Entry, Unnamed
from points.rounds.notices.names import is_of_age, masked

_GIVEN, _EXCHANGED = ("award", "reverse"), ("spend", "cancel")
_ELSEWHERE = "其他社区"


@dataclass(frozen=True, slots=True)
class Sums:
    """Points given, less what was put right; points exchanged, less what was cancelled. Either may be negative."""

    given: int = 0
    exchanged: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.given + other.given, self.exchanged + other.exchanged)


@dataclass(frozen=True, slots=True)
class Named:
    """A line of the notice."""

    place: str
    name: str
    sums: Sums


@dataclass(slots=True)
class Tally:
    """A community's month: who is named, by building and name and by nothing else, and all together."""

    lines: list[Named] = field(default_factory=list)
    total: Sums = field(default_factory=Sums)
    people: int = 0
    unnamed: int = 0
    unnamed_sums: Sums = field(default_factory=Sums)


def last_day(month: date) -> date:
    """The last day of the month that begins on this day."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def tally(community_id: int, month: date, kept_by: int | None = None) -> Tally:
    """Of what was this community's business in the month that begins on this day.

    `kept_by`: who looks after the notices of a community that closed; its residents are registered there now.
    """
    until, own = last_day(month), frozenset({community_id, kept_by or community_id})
    by_person, by_household = _sums(community_id, month, until)
    found = Tally()
    persons = _persons(by_person, until, own)
    households = _households(by_household, until, own)
    for (place, name), sums in [*persons, *households]:
        found.people += 1
        found.total += sums
        if name:
            found.lines.append(Named(place, name, sums))
        else:
            found.unnamed += 1
            found.unnamed_sums += sums
    found.lines.sort(key=_by_building_and_name)
    return found


def _sums(community_id: int, month: date, until: date) -> tuple[dict[int, Sums], dict[int, Sums]]:
    """Person → sums, household → sums. What a merged record had is the kept one's."""
    rows = Entry.objects.filter(
        account__kind="holder", transaction__community=community_id, transaction__on__range=(month, until),
        transaction__kind__in=_GIVEN + _EXCHANGED,
    ).order_by()  # fmt: skip
    grouped = rows.values_list("account__person_id", "account__household_id", "account__person__merged_into").annotate(
        given=Sum("amount", filter=Q(transaction__kind__in=_GIVEN)),
        exchanged=Sum(-F("amount"), filter=Q(transaction__kind__in=_EXCHANGED)),
    )
    persons: dict[int, Sums] = {}
    households: dict[int, Sums] = {}
    for person, household, kept, given, exchanged in grouped:
        into, key = (persons, kept or person) if person else (households, household)
        into[key] = into.get(key, Sums()) + Sums(given or 0, exchanged or 0)
    return _without_nothing(persons), _without_nothing(households)


def _without_nothing(sums: Mapping[int, Sums]) -> dict[int, Sums]:
    return {key: one for key, one in sums.items() if one != Sums()}


def _persons(sums: Mapping[int, Sums], on: date, own: Collection[int]) -> list[tuple[tuple[str, str], Sums]]:
    """((place, name), sums); no name for who is counted and not named."""
    rows = Person.objects.filter(pk__in=sums).values("pk", "name", "born_on", "community_id", "grid__name")
    silent = _silent(sums)
    buildings = dict(
        Stay.objects.filter(person__in=sums, until_on=None).values_list("person_id", "household__home__building__name")
    )
    return [((_place(row, buildings.get(row["pk"]), own), _name(row, silent, on)), sums[row["pk"]]) for row in rows]


def _households(sums: Mapping[int, Sums], on: date, own: Collection[int]) -> list[tuple[tuple[str, str], Sums]]:
    """Under the name of the head, who may ask not to be named as well as anybody."""
    if not sums:
        return []
    heads = {
        row["household"]: row
        for row in Stay.objects.filter(household__in=sums, until_on=None, relation="head").values(
            "household", pk=F("person_id"), name=F("person__name"), born_on=F("person__born_on")
        )
    }
    silent = _silent(row["pk"] for row in heads.values())
    rows = Household.objects.filter(pk__in=sums).values("pk", "community_id", "grid__name", "home__building__name")
    found = []
    for row in rows:
        head = heads.get(row["pk"])
        name = _name(head, silent, on) if head else ""
        place = _place(row, row["home__building__name"], own)
        found.append(((place, f"{name}户" if name else ""), sums[row["pk"]]))
    return found


def _silent(ids: Iterable[int]) -> set[int]:
    return set(Unnamed.objects.filter(person__in=list(ids)).values_list("person_id", flat=True))


def _name(row: Mapping[str, Any], silent: set[int], on: date) -> str:
    is_named = row["pk"] not in silent and is_of_age(row["born_on"], on)
    return masked(row["name"]) if is_named else ""


def _place(row: Mapping[str, Any], building: str | None, own: Collection[int]) -> str:
    """The building without the room; the grid where no building is known. Who lives elsewhere is told no closer."""
    if row["community_id"] not in own:
        return _ELSEWHERE
    return building or row["grid__name"] or ""


def _by_building_and_name(line: Named) -> tuple[object, ...]:
    """As in a register, by the sound of the name. Two who look alike stand in any order that is always the same."""
    sound = initials_of(line.name.replace("*", ""))
    return _natural(line.place), sound, line.name, line.sums.given, line.sums.exchanged


def _natural(text: str) -> list[tuple[int, int, str]]:
    """2号楼 before 10号楼."""
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts]
