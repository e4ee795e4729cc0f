"""People follow the territory: what is current in a unit goes along when the unit closes or comes under another parent.

Each subject names what follows (`follow`), in its registration. All of it is moved in the transaction of the unit's
change by a few statements, however many people there are: first every row is locked, one kind after the other and by
primary key, then each kind is moved by equality on its place. What has ended stays where it happened.

A row that a registration adds meanwhile either is seen by the second step or waits for the transaction: whoever puts
something into a unit holds that unit or the household (`grids.holding.hold_unit`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils import timezone

from governance.audit import actions
from governance.audit import services as audit
from governance.days import today_of
from governance.deadlines.models import Clock
from governance.scope import BELOW_DISTRICT, Actor, UnitKind, inside
from grids.models import Unit
from grids.registry import OpenWork

_PLACED = frozenset({UnitKind.COMMUNITY, UnitKind.GRID})


@dataclass(frozen=True, slots=True)
class Step:
    """A unit's closing, with its successor, or its move (`successor` None), and the place columns that follow."""

    unit: Unit
    successor: Unit | None
    place: Mapping[str, int | None]
    by: Actor
    now: datetime

    @property
    def to(self) -> str:
        """The successor's name, or the new parent's."""
        return self.successor.name if self.successor else str(self.unit.parent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A kind of thing that follows its unit.

    `rows`: those that are current on a day. `of_unit`: it belongs to a unit of any level, named by a column `unit`.
    `named_within`: the column within which open names are unique; a name taken there gets the old place's behind it.
    `stays_in`: narrows rows to those that follow the place and keep naming their closed unit. `needs_grid`: it cannot
    be without a grid and keeps the old one. `after`: what else follows, called every time with the rows' keys.
    """

    key: str
    label: str
    counter: str
    rows: Callable[[date], QuerySet[Any]]
    url: str = ""
    is_counted: bool = True
    of_unit: bool = False
    needs_grid: bool = False
    named_within: str = ""
    stays_in: Callable[[QuerySet[Any], Step], QuerySet[Any]] | None = None
    after: Callable[[Step, Sequence[int]], None] | None = None


_followers: list[Follower] = []


def follow(*followers: Follower) -> None:
    """Let these follow their units. What is locked before another thing everywhere is named before it."""
    for follower in followers:
        if all(known.key != follower.key for known in _followers):
            _followers.append(follower)
            actions.register_action(f"{follower.key}.follow_unit", f"{follower.label}随单位调整")


def inhabitants(unit_ids: Sequence[int]) -> list[OpenWork]:
    """What lies in the units and follows them: a unit is not closed over it without a successor that can take it."""
    ids, counted, today = list(unit_ids), [], timezone.localdate()
    for follower in _followers:
        if follower.is_counted:
            here, takers = Q(grid_id__in=ids) | Q(community_id__in=ids), _PLACED
            if follower.of_unit:
                here, takers = here | Q(street_id__in=ids), frozenset(BELOW_DISTRICT)
            count = follower.rows(today).filter(here).count()
            url = reverse(follower.url) if follower.url else ""
            counted.append(OpenWork(follower.label, count, url, counter=follower.counter, takers=takers))
    return counted


def unit_closed(*, unit_id: int, successor_id: int | None, by: Actor, now: datetime) -> None:
    """What is current in a unit that closes lies in its successor from now on; in the caller's transaction."""
    if successor_id is None:
        return
    old, new = Unit.objects.get(pk=unit_id), Unit.objects.get(pk=successor_id)
    if old.kind in BELOW_DISTRICT and new.kind in BELOW_DISTRICT:
        _carry_out(Step(old, new, new.place_within, by, now))


def unit_moved(*, unit: Unit, before: Mapping[str, int | None], by: Actor, now: datetime) -> None:
    """What is current in a unit that came under another parent stands under that one, too."""
    if unit.kind == UnitKind.GRID:
        _carry_out(Step(unit, None, {"street_id": unit.street_id, "community_id": unit.community_id}, by, now))
    elif unit.kind == UnitKind.COMMUNITY:
        _carry_out(Step(unit, None, {"street_id": unit.street_id}, by, now))


def _carry_out(step: Step) -> None:
    ids = {
        follower.key: list(_found(follower, step).select_for_update(of=("self",), no_key=True).order_by("pk")
                           .values_list("pk", flat=True))
        for follower in _followers if _can(follower, step)
    }  # fmt: skip
    for follower in _followers:
        if follower.key in ids:
            _move(follower, step)
            if follower.after is not None:
                follower.after(step, ids[follower.key])


def _can(follower: Follower, step: Step) -> bool:
    """What lies in a community or a grid cannot lie in a street."""
    return follower.of_unit or step.place.get("community_id", 0) is not None


def _place_of(follower: Follower, step: Step) -> dict[str, int | None]:
    place = dict(step.place)
    if follower.needs_grid and place.get("grid_id", 0) is None:
        del place["grid_id"]
    return place


def _found(follower: Follower, step: Step) -> QuerySet[Any]:
    """Those in the unit that do not lie where they should: none when they have followed already."""
    differs = Q()
    for name, value in _place_of(follower, step).items():
        differs |= Q(**{f"{name}__isnull": False}) if value is None else ~Q(**{name: value})
    if follower.of_unit and step.successor is not None:
        here = Q(unit_id=step.unit.pk)
    else:
        here = Q(**inside(step.unit.kind, step.unit.pk))
    return follower.rows(today_of(step.now)).filter(here & differs)


def _move(follower: Follower, step: Step) -> None:
    rows, place = _found(follower, step), _place_of(follower, step)
    renamed = _rename(follower, step, rows) if follower.named_within else []
    count = 0
    if follower.stays_in is not None and step.successor is not None:
        staying = list(follower.stays_in(rows, step).values_list("pk", flat=True))
        count = follower.rows(today_of(step.now)).filter(pk__in=staying).update(**place)
    if follower.of_unit and step.successor is not None:
        place["unit_id"] = step.successor.pk
    count += rows.update(**place)
    if count:
        _record(follower, step, count, renamed)


def _rename(follower: Follower, step: Step, rows: QuerySet[Any]) -> list[str]:
    """Two of one name in the new place are told apart by where the one that comes was."""
    column = follower.named_within
    target = step.successor.pk if column == "unit_id" and step.successor else step.place.get(column)
    if target is None:
        return []
    others = follower.rows(today_of(step.now)).filter(**{column: target})
    same = others.filter(name=OuterRef("name")).exclude(pk=OuterRef("pk"))
    twins = list(rows.filter(Exists(same)).order_by("pk"))
    if not twins:
        return []
    taken = set(others.values_list("name", flat=True)) | set(rows.values_list("name", flat=True))
    told = []
    for twin in twins:
        old, twin.name = twin.name, _free_name(twin.name, _came_from(twin, column), taken)
        taken.add(twin.name)
        told.append(f"{old} → {twin.name}")
    follower.rows(today_of(step.now)).bulk_update(twins, ["name"])
    return told


def _came_from(twin: Any, column: str) -> str:
    unit: Unit = getattr(twin, column.removesuffix("_id"))
    return unit.short_name or unit.name


def _free_name(name: str, place: str, taken: set[str]) -> str:
    """ "3号楼（一社区）" within 64 characters, with a number where that is taken as well."""
    number = 1
    while True:
        tail = f"（{place[:20]}{number if number > 1 else ''}）"
        if (new := name[: 64 - len(tail)] + tail) not in taken:
            return new
        number += 1


def _record(follower: Follower, step: Step, count: int, renamed: Sequence[str]) -> None:
    after: dict[str, Any] = {"followed": count, "followed_to": step.to}
    if renamed:
        after["renamed"] = "；".join(renamed)
    audit.record(
        action=f"{follower.key}.follow_unit", subject_type="unit", subject_id=step.unit.pk,
        subject_label=step.unit.name, after=after, by=step.by, now=step.now,
    )  # fmt: skip


def hold_clocks(subject_type: str, rows: QuerySet[Any], owner: Combinable) -> None:
    """The open clocks of these rows are held against the unit that `owner` names, an expression on a row."""
    theirs = rows.order_by().filter(pk=OuterRef("subject_id")).annotate(held_by=owner).values("held_by")
    Clock.objects.filter(
        subject_type=subject_type, subject_id__in=rows.order_by().values("pk"), state__in=Clock.OPEN
    ).update(unit_id=Subquery(theirs[:1]))
