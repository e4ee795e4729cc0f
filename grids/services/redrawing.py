"""What a change of units does to boundaries: an old one stays with its dates, a new one begins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

import shapely
from shapely.geometry.base import BaseGeometry

from governance.scope import UnitKind
from grids.geometry import area_m2, from_wkb, to_wkb
from grids.models import Boundary, Unit

FROM_CHILDREN = "由下级边界合成"
FROM_MERGER = "由合并前的边界合成"


def draw(unit: Unit, figure: BaseGeometry, source: str, now: datetime) -> Boundary:
    """Put a boundary in force for a unit; the one before ends."""
    end(unit, now)
    boundary = made(unit, figure, source, now)
    boundary.save()
    return boundary


def made(unit: Unit, figure: BaseGeometry, source: str, now: datetime) -> Boundary:
    """A boundary that is not saved yet."""
    west, south, east, north = figure.bounds
    return Boundary(
        unit=unit,
        geometry=to_wkb(figure),
        min_lon=west,
        min_lat=south,
        max_lon=east,
        max_lat=north,
        area_m2=area_m2(figure),
        source=source[:64],
        valid_from=now,
    )


def end(unit: Unit, now: datetime) -> None:
    """End the unit's boundary."""
    Boundary.objects.current().filter(unit=unit).update(valid_to=now)


def current(unit: Unit) -> BaseGeometry | None:
    """The unit's figure in force."""
    stored = Boundary.objects.current().filter(unit=unit).values_list("geometry", flat=True).first()
    return from_wkb(stored) if stored is not None else None


def merge(unit: Unit, into: Unit, now: datetime) -> None:
    """The unit that takes another in takes its area in as well."""
    old, kept = current(unit), current(into)
    if old is not None:
        draw(into, shapely.union_all([old, kept]) if kept is not None else old, FROM_MERGER, now)
        redraw_above([unit.parent_id, into.parent_id], now)


def redraw_above(unit_ids: Iterable[int | None], now: datetime) -> None:
    """Draw communities and streets anew from what lies below them, and so on upward, where all below has a boundary."""
    for unit in Unit.objects.open().filter(pk__in={pk for pk in unit_ids if pk}).order_by("pk"):
        while unit.kind in {UnitKind.COMMUNITY, UnitKind.STREET}:
            figure = _from_children(unit)
            if figure is not None:
                draw(unit, figure, FROM_CHILDREN, now)
            unit = cast(Unit, unit.parent)


def _from_children(unit: Unit) -> BaseGeometry | None:
    wanted = UnitKind.GRID if unit.kind == UnitKind.COMMUNITY else UnitKind.COMMUNITY
    children = Unit.objects.open().filter(parent=unit, kind=wanted)
    stored = Boundary.objects.current().filter(unit__in=children).order_by("unit__code")
    figures = [from_wkb(geometry) for geometry in stored.values_list("geometry", flat=True)]
    if not figures or len(figures) != children.count():
        return None
    union = shapely.union_all(figures)
    known = current(unit)
    return None if known is not None and known.equals(union) else union
