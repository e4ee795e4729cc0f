"""Who acts: the posting that a request or a task speaks for, as plain data that no app is needed to read.

`accounts` builds an `Actor` from a posting in force; services take it as `by=`, querysets as `visible_to(actor)`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """The roles of rights.md, by the abbreviations used there."""

    DISTRICT_LEADER = "DL"
    DISTRICT_CENTRE = "DC"
    STREET_LEADER = "SL"
    STREET_STAFF = "SS"
    COMMUNITY_SECRETARY = "CS"
    COMMUNITY_WORKER = "CW"
    GRID_WORKER = "GW"
    PART_TIME_GRID_WORKER = "PG"
    DEPARTMENT_STAFF = "DS"
    ENTERPRISE_LIAISON = "EL"
    SHOP_CLERK = "SC"
    AUDITOR = "AU"
    SECURITY_ADMIN = "SE"
    SYSTEM_ADMIN = "SY"


class UnitKind(StrEnum):
    """Kinds of unit. The first four are the territorial line; the others stand beside it."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    DEPARTMENT = "department"
    SQUAD = "squad"
    ENTERPRISE = "enterprise"


TERRITORIAL_KINDS = (UnitKind.DISTRICT, UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.GRID)
# Those that have units below them, and a column for each: a unit, and what hangs on one, has none for a grid.
ABOVE_GRID = TERRITORIAL_KINDS[:-1]
# Those that see people by name; the district reads figures alone.
BELOW_DISTRICT = TERRITORIAL_KINDS[1:]
# What lies somewhere keeps a column a level of the line. Nothing lies in a unit that stands beside the line.
PLACE_COLUMNS: Mapping[UnitKind, str] = MappingProxyType({kind: f"{kind}_id" for kind in TERRITORIAL_KINDS})
PLACE = tuple(PLACE_COLUMNS.values())


def place_column(kind: str | None, among: Collection[str] = TERRITORIAL_KINDS) -> str | None:
    """The column that names the unit in whatever lies in a unit of this kind or below it: "street_id".

    None for a kind that has no column (a department, a squad, an enterprise, no kind at all), and for one that is not
    `among` the kinds that count where it is asked.
    """
    return PLACE_COLUMNS[UnitKind(kind)] if kind in TERRITORIAL_KINDS and kind in among else None


def inside(kind: str, unit_id: int, path: str = "") -> dict[str, int]:
    """What narrows rows to those that lie in a unit, for `filter(**…)`: {"street_id": 7}; `path` leads to the columns.

    Raises ValueError for a kind of unit that nothing lies in: who may come with one asks `place_column` first.
    """
    column = place_column(kind)
    if column is None:
        raise ValueError(f"nothing lies in a unit of kind {kind!r}")
    return {path + column: unit_id}


def place_of(thing: object) -> dict[str, int | None]:
    """Where something lies, by column: of a row, or of an actor. Where a unit lies says `unit.place_within`."""
    return {name: getattr(thing, name) for name in PLACE}


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting for a unit in a role. Ids are primary keys; 0 stands for the platform itself."""

    user_id: int
    user_name: str
    posting_id: int
    role: Role | None
    unit_id: int
    unit_name: str
    unit_kind: UnitKind | None
    # The unit's place on the line; None below its own level.
    district_id: int | None = None
    street_id: int | None = None
    community_id: int | None = None
    grid_id: int | None = None
    is_leader: bool = False
    ip: str = ""

    @property
    def is_platform(self) -> bool:
        """Whether this is the platform (a sweep, an import task), and no person."""
        return self.user_id == 0


def own_column(
    actor: Actor, roles: Collection[Role], among: Collection[str] = TERRITORIAL_KINDS
) -> str | None:  # fmt: skip
    """The column that must equal the actor's unit in what they may see; None for who sees nothing.

    Nothing sees who has none of the roles, and who acts for a unit without a column or not `among` the kinds.
    """
    return place_column(actor.unit_kind, among) if actor.role in roles else None


PLATFORM = Actor(0, "系统", 0, None, 0, "系统", None)
