"""The territory of the walk and somebody of every role at every unit where that role works: `DC@district`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.acting import actor_from
from governance.scope import Actor, Role, UnitKind
from grids import codes
from grids.models import Unit
from tests.fixtures import make_posting, make_unit

K = UnitKind
# name → (kind, the unit above)
UNITS: dict[str, tuple[UnitKind, str]] = {
    "district": (K.DISTRICT, ""),
    "street_1": (K.STREET, "district"),
    "street_2": (K.STREET, "district"),
    "community_1": (K.COMMUNITY, "street_1"),
    "community_2": (K.COMMUNITY, "street_1"),
    "community_3": (K.COMMUNITY, "street_2"),
    "grid_1": (K.GRID, "community_1"),
    "grid_2": (K.GRID, "community_1"),
    "grid_3": (K.GRID, "community_1"),
    "grid_4": (K.GRID, "community_2"),
    "department_1": (K.DEPARTMENT, "district"),
    "department_2": (K.DEPARTMENT, "district"),
    "department_3": (K.DEPARTMENT, "district"),
    "squad_1": (K.SQUAD, "street_1"),
    "squad_2": (K.SQUAD, "street_1"),
    "enterprise_1": (K.ENTERPRISE, "district"),
}
# Another district, which the walk of the other rooms has as well.
BESIDE: dict[str, tuple[UnitKind, str]] = {
    "district_2": (K.DISTRICT, ""),
    "street_3": (K.STREET, "district_2"),
}
ROLES: dict[UnitKind, str] = {
    K.DISTRICT: "DL DC AU SE SY",
    K.STREET: "SL SS",
    K.COMMUNITY: "CS CW SC",
    K.GRID: "GW PG",
    K.DEPARTMENT: "DS",
    K.SQUAD: "SS",
    K.ENTERPRISE: "EL",
}


def people_of(units: Mapping[str, tuple[UnitKind, str]]) -> list[str]:
    """Somebody of every role at every one of these units."""
    return [f"{role}@{unit}" for unit, (kind, _) in units.items() for role in ROLES[kind].split()]


PEOPLE = people_of(UNITS)


def above(unit: str) -> list[str]:
    """The units above this one, nearest first."""
    line = []
    while unit := UNITS[unit][1]:
        line.append(unit)
    return line


@dataclass(frozen=True)
class Company:
    """The units and the people, as the database has them."""

    units: dict[str, Unit]
    actors: dict[str, Actor]

    def unit_of(self, person: str) -> Unit:
        """Where the person works."""
        return self.units[person.partition("@")[2]]


def make_company(now: datetime, places: Mapping[str, tuple[UnitKind, str]] = UNITS) -> Company:
    """Put them into the database, with codes as the official ones are."""
    units: dict[str, Unit] = {}
    for name, (kind, parent) in places.items():
        taken = {unit.code for unit in units.values()}
        code = codes.next_free(kind, units[parent].code if parent else "990", taken)
        units[name] = make_unit(code, name, kind, units.get(parent))
    postings = {
        person: make_posting(Role(person[:2]), units[person[3:]], username=person.lower().replace("@", "-"))
        for person in people_of(places)
    }
    return Company(units, {person: actor_from(posting, now=now) for person, posting in postings.items()})
