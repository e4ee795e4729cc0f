"""Reading designations: a person's, and the counts by kind and unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count

from governance.scope import PLACE_COLUMNS, Actor, Role, UnitKind, inside
from grids.models import Unit
from members.designations.counting import counter_of
from members.designations.querysets import DesignationQuerySet
from members.models import Courier, Designation, DesignationKind
from members.models.designations import FAMILIES

_BELOW = {
    UnitKind.DISTRICT: ("street_id", UnitKind.STREET), UnitKind.STREET: ("community_id", UnitKind.COMMUNITY),
    UnitKind.COMMUNITY: ("grid_id", UnitKind.GRID),
}  # fmt: skip


def with_all(rows: DesignationQuerySet) -> DesignationQuerySet:
    """With what a row names, in the same query."""
    return rows.select_related("person", "kind", "unit", "community").defer("person__search")


def is_courier(user_id: int) -> bool:
    """Whether the account is a courier's, who reports on the road."""
    return Courier.objects.open().filter(user_id=user_id).exists()


def courier_of(actor: Actor) -> Courier | None:
    """The profile behind the account that acts."""
    if actor.role != Role.PART_TIME_GRID_WORKER:
        return None
    rows = Courier.objects.open().filter(user_id=actor.user_id).select_related("person", "community")
    found: Courier | None = rows.defer("person__search").first()
    return found


# Figures ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A unit's row of a table: a number for each kind, None where nobody counts it. `key`: "" for the total."""

    name: str
    unit_id: int | None
    is_own: bool
    numbers: list[int | None]


@dataclass(frozen=True, slots=True)
class Table:
    """One family: its kinds as columns, units as rows, the sum first."""

    family: str
    title: str
    kinds: list[DesignationKind]
    lines: list[Line] = field(default_factory=list)


def tables(actor: Actor, unit: Unit, on: date) -> list[Table]:
    """The counts of a unit and of what lies directly below it, family by family; names nobody."""
    kinds: dict[str, list[DesignationKind]] = defaultdict(list)
    for kind in DesignationKind.objects.filter(is_active=True):
        kinds[kind.family].append(kind)
    column, below = _BELOW.get(UnitKind(unit.kind), ("grid_id", None))
    children = list(Unit.objects.open().filter(parent=unit, kind=below).order_by("code")) if below else []
    counted = _counted(unit, column, on)
    return [
        Table(code, title, kinds[code], _lines(actor, unit, children, kinds[code], counted, column, on))
        for code, title in FAMILIES
        if kinds[code]
    ]


def _counted(unit: Unit, column: str, on: date) -> dict[tuple[int, int | None], int]:
    """(kind, unit below or None for the unit's own) → how many."""
    rows = Designation.objects.in_force(on).filter(**inside(unit.kind, unit.pk)).order_by()
    grouped = rows.values_list("kind_id", column).annotate(n=Count("pk"))
    return {(kind, below): n for kind, below, n in grouped}


def _lines(
    actor: Actor, unit: Unit, children: Sequence[Unit], kinds: Sequence[DesignationKind],
    counted: dict[tuple[int, int | None], int], column: str, on: date,
) -> list[Line]:  # fmt: skip
    ids = [child.pk for child in children]
    elsewhere = {kind.pk: _elsewhere(actor, kind, unit, column, ids, on) for kind in kinds if kind.counted != "people"}

    def number(kind: DesignationKind, below: int) -> int | None:
        if kind.pk in elsewhere:
            found = elsewhere[kind.pk]
            return None if found is None else found.get(below, 0)
        return counted.get((kind.pk, below), 0)

    def total(kind: DesignationKind) -> int | None:
        if kind.pk in elsewhere:
            found = elsewhere[kind.pk]
            return None if found is None else found.get(unit.pk, 0)
        return sum(n for (pk, _), n in counted.items() if pk == kind.pk)

    lines = [Line("合计", unit.pk, False, [total(kind) for kind in kinds])]
    own = [counted.get((kind.pk, None), 0) if kind.pk not in elsewhere else None for kind in kinds]
    if children and any(own):
        lines.append(Line(f"{unit.name}本级", unit.pk, True, own))
    return lines + [Line(child.name, child.pk, False, [number(kind, child.pk) for kind in kinds]) for child in children]


def _elsewhere(
    actor: Actor, kind: DesignationKind, unit: Unit, column: str, ids: Sequence[int], on: date
) -> dict[int, int] | None:
    counter = counter_of(kind.code)
    if counter is None:
        return None
    found = counter.counts(actor, column, ids, on) if ids else {}
    whole = counter.counts(actor, PLACE_COLUMNS[UnitKind(unit.kind)], [unit.pk], on)
    return {**found, unit.pk: whole.get(unit.pk, 0)}


def designations_of(actor: Actor, person_id: int) -> DesignationQuerySet:
    """A person's designations in the actor's scope."""
    return Designation.objects.visible_to(actor).filter(person_id=person_id).exclude(ended_how="merged")


def of_person(actor: Actor, person_id: int) -> list[Designation]:
    """A person's designations in the actor's scope, those that run first."""
    rows: Any = with_all(designations_of(actor, person_id))
    return sorted(rows, key=lambda row: (row.until_on is not None, -row.from_on.toordinal(), -row.pk))
