"""Reading party-member households: one with its homes, what may be taken on, and where the gaps are."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from governance.scope import PLACE_COLUMNS, Actor, UnitKind, inside
from grids.models import Unit
from members.models import Building, Household, LookedAfter, PartyHousehold, PartyHouseholdVisit, PartyMembership
from members.party_households.limits import LEAST, MOST

_BELOW = {
    UnitKind.DISTRICT: UnitKind.STREET,
    UnitKind.STREET: UnitKind.COMMUNITY,
    UnitKind.COMMUNITY: UnitKind.GRID,
}
_METRES = 111_320


def with_all(rows: Any) -> Any:
    """With what a row names, in the same query."""
    named = rows.select_related("person", "household__home__building", "street", "community", "grid")
    return named.defer("person__search")


def lost_membership() -> Any:
    """Those whose member belongs to no party organisation now."""
    return ~Exists(PartyMembership.objects.current().filter(person_id=OuterRef("person_id")))


def doubtful() -> Any:
    """Those about which somebody has to say whether they go on."""
    return ~Q(doubt="") | lost_membership()


def unattended(households: Any) -> Any:
    """Of open households with people in them, those that nobody looks after and that are no party household's own."""
    ties = LookedAfter.objects.filter(household_id=OuterRef("pk"), until_on=None)
    own = PartyHousehold.objects.open().filter(household_id=OuterRef("pk"))
    return households.open().filter(~Exists(ties), ~Exists(own), size__gt=0)


def grids_without(actor: Actor, unit: Unit) -> QuerySet[Unit]:
    """The open grids of the unit in which no party household lies."""
    there = PartyHousehold.objects.open().filter(grid_id=OuterRef("pk"))
    inside = Unit.objects.open().visible_to(actor).below(unit.pk, UnitKind(unit.kind), unit.street_id)
    return inside.filter(~Exists(there), kind=UnitKind.GRID)


# One of them --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Home:
    """A household that is looked after: where, since when, when it was last visited."""

    household: Household
    since: date
    visited_on: date | None


def homes_of(found: PartyHousehold) -> list[Home]:
    """The homes that it looks after, by building and room."""
    ties = LookedAfter.objects.filter(party_household=found, until_on=None)
    ties = ties.select_related("household__home__building", "household__grid")
    visited = dict(
        PartyHouseholdVisit.households.through.objects.filter(partyhouseholdvisit__party_household=found)
        .order_by().values_list("household_id").annotate(last=Max("partyhouseholdvisit__on"))
    )  # fmt: skip
    found_homes = [Home(tie.household, tie.from_on, visited.get(tie.household_id)) for tie in ties]
    return sorted(found_homes, key=lambda home: _place_key(home.household))


def _place_key(household: Household) -> tuple[Any, ...]:
    home = household.home
    if home is None:
        return (1, household.address, "", "", household.pk)
    return (0, home.building.name, home.entrance, home.room.zfill(6), household.pk)


def points_of(found: PartyHousehold, homes: list[Home]) -> list[dict[str, Any]]:
    """For the map: a point a building with how many of the homes are there; its own building is marked."""
    counted: dict[int, int] = defaultdict(int)
    buildings: dict[int, Building] = {}
    for home in homes:
        if home.household.home is not None:
            buildings[home.household.home.building_id] = home.household.home.building
            counted[home.household.home.building_id] += 1
    own = found.household.home.building if found.household.home is not None else None
    if own is not None:
        buildings.setdefault(own.pk, own)
    return [
        {
            "lat": one.lat, "lng": one.lon, "label": f"{one.name}：联系 {counted[pk]} 户" if counted[pk] else one.name,
            "count": counted[pk], "own": own is not None and pk == own.pk,
        }
        for pk, one in buildings.items() if one.lat is not None
    ]  # fmt: skip


# What may be taken on -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Near:
    """A building of the community with how many of its homes nobody looks after; metres where both are on the map."""

    building: Building
    free: int
    metres: int | None


def near_buildings(found: PartyHousehold) -> list[Near]:
    """Buildings with homes that nobody looks after, nearest first: its own, then by distance, then its own grid's."""
    free = unattended(Household.objects.filter(community_id=found.community_id, home__isnull=False))
    counts = dict(free.order_by().values_list("home__building_id").annotate(n=Count("pk")))
    own = found.household.home.building if found.household.home is not None else None
    rows = Building.objects.filter(pk__in=counts, removed_on=None)
    near = [Near(one, counts[one.pk], _metres(own, one)) for one in rows]
    return sorted(near, key=lambda one: _nearness(one, own, found))


def _nearness(one: Near, own: Building | None, found: PartyHousehold) -> tuple[Any, ...]:
    is_own = own is not None and one.building.pk == own.pk
    other_grid = one.building.grid_id != found.grid_id
    if one.metres is not None:
        return (not is_own, False, one.metres, other_grid, one.building.name)
    return (not is_own, True, 0, other_grid, one.building.name)


def _metres(own: Building | None, other: Building) -> int | None:
    """As the crow flies; near enough inside a community."""
    if own is None or own.lat is None or own.lon is None or other.lat is None or other.lon is None:
        return None
    east = (other.lon - own.lon) * _METRES * math.cos(math.radians(own.lat))
    return round(math.hypot(east, (other.lat - own.lat) * _METRES))


def free_homes(found: PartyHousehold, building_id: int | None) -> list[Household]:
    """The homes of a building of its community, or those without a building, that nobody looks after; by room."""
    rows = unattended(Household.objects.filter(community_id=found.community_id))
    rows = rows.filter(home__building_id=building_id) if building_id else rows.filter(home=None, grid_id=found.grid_id)
    return sorted(rows.select_related("home__building")[:200], key=_place_key)


# Figures ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gaps:
    """A unit's row: what there is and what lacks. Counts only."""

    unit: Unit
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def share(self) -> int | None:
        """How many of a hundred homes somebody looks after; None without homes."""
        homes = self.numbers["attended"] + self.numbers["unattended"]
        return round(100 * self.numbers["attended"] / homes) if homes else None


def gaps(actor: Actor, unit: Unit) -> list[Gaps]:
    """The unit and what lies directly below it, each with its counts; the whole first."""
    below = _BELOW.get(UnitKind(unit.kind))
    children = Unit.objects.open().filter(parent=unit, kind=below).order_by("code") if below else Unit.objects.none()
    column = PLACE_COLUMNS[below or UnitKind(unit.kind)]
    counts = _counts(unit, column)
    rows = [Gaps(child, {name: found.get(child.pk, 0) for name, found in counts.items()}) for child in children]
    whole = {name: sum(found.values()) for name, found in counts.items()}
    return [Gaps(unit, whole), *rows]


def _counts(unit: Unit, column: str) -> dict[str, dict[int, int]]:
    here = inside(unit.kind, unit.pk)
    hubs, households = PartyHousehold.objects.open().filter(**here), Household.objects.filter(**here)
    ties = LookedAfter.objects.filter(until_on=None, **{f"household__{key}": pk for key, pk in here.items()})
    grids = Unit.objects.open().filter(kind=UnitKind.GRID)
    grids = grids.filter(pk=unit.pk) if unit.kind == UnitKind.GRID else grids.filter(**here)
    without = grids.filter(~Exists(PartyHousehold.objects.open().filter(grid_id=OuterRef("pk"))))
    grid_column = "pk" if column == "grid_id" else column
    return {
        "grids": _by(grids, grid_column), "without": _by(without, grid_column), "hubs": _by(hubs, column),
        "attended": _by(ties, f"household__{column}"), "unattended": _by(unattended(households), column),
        "few": _by(hubs.filter(homes__lt=LEAST), column), "many": _by(hubs.filter(homes__gt=MOST), column),
        "doubtful": _by(hubs.filter(doubtful()), column),
    }  # fmt: skip


def _by(rows: Any, column: str) -> dict[int, int]:
    grouped = rows.order_by().annotate(_unit=F(column)).values_list("_unit").annotate(n=Count("pk"))
    return {pk: n for pk, n in grouped if pk is not None}
