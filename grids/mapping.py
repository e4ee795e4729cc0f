"""What maps and histories show: figures as GeoJSON, changes as sentences."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from django.core.cache import cache
from django.urls import reverse
from shapely.geometry.base import BaseGeometry

from governance.scope import Actor, UnitKind
from grids import selectors
from grids.geometry import from_wkb
from grids.models import Boundary, Unit, UnitChange

# How far a line may be moved by simplifying (degrees; 0.0001 is some ten metres): what the eye cannot see at the zoom
# at which the level is drawn. Neighbours are simplified together, so they still share their edges.
_SIMPLIFY = {
    UnitKind.DISTRICT: 0.0004,
    UnitKind.STREET: 0.0003,
    UnitKind.COMMUNITY: 0.00012,
    UnitKind.GRID: 0.00002,
}
_DECIMALS = 6
_KEEP = 24 * 3600


def collection(actor: Actor, kind: UnitKind, within: Unit | None, token: UUID | None) -> str:
    """The boundaries of a level as a GeoJSON text, made once for each state of the territory and scope."""
    scope = f"{actor.district_id}-{actor.unit_id}-{actor.role}"
    key = f"territory:{token}:{scope}:{kind}:{within.pk if within else 0}"
    text: str | None = cache.get(key)
    if text is None:
        text = _made(actor, kind, within)
        cache.set(key, text, _KEEP)
    return text


def _made(actor: Actor, kind: UnitKind, within: Unit | None) -> str:
    rows = list(selectors.boundaries(actor, kind=kind, within=within))
    figures = simplified([from_wkb(row.geometry) for row in rows], _SIMPLIFY[kind])
    features = [feature(figure, _properties(row)) for figure, row in zip(figures, rows, strict=True)]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))


def _properties(row: Boundary) -> dict[str, Any]:
    unit = row.unit
    return {
        "id": unit.pk,
        "name": unit.short_name or unit.name,
        "code": unit.code,
        "street": unit.street_id,
        "url": reverse("grids:unit", args=[unit.pk]),
    }


def simplified(figures: list[BaseGeometry], tolerance: float) -> list[BaseGeometry]:
    """Figures with fewer points, whose shared edges stay shared, rounded to a tenth of a metre."""
    if not figures:
        return []
    simple = shapely.coverage_simplify(figures, tolerance)
    return list(shapely.transform(simple, lambda points: np.round(points, _DECIMALS)))


def feature(figure: BaseGeometry, properties: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(figure))}


def of_unit(unit: Unit) -> dict[str, Any] | None:
    """A unit's own boundary with those right below it, for its page; None where there is none."""
    rows = Boundary.objects.current().filter(unit__closed_on=None).select_related("unit")
    own = rows.filter(unit=unit).first()
    if own is None:
        return None
    below = list(rows.filter(unit__parent=unit).order_by("unit__code"))
    shown = below or [own]
    figures = simplified([from_wkb(row.geometry) for row in shown], _SIMPLIFY[UnitKind(shown[0].unit.kind)])
    features = [feature(figure, _properties(row)) for figure, row in zip(figures, shown, strict=True)]
    return {"type": "FeatureCollection", "features": features}


@dataclass(frozen=True, slots=True)
class Told:
    """A change as a history shows it."""

    change: UnitChange
    what: str
    icon: str
    tone: str

    @property
    def waits(self) -> bool:
        """Whether it has yet to take effect."""
        return self.change.applied_at is None and self.change.cancelled_at is None


_ICONS = {"open": "plus", "rename": "pencil", "move": "arrow-right", "merge": "git-merge", "close": "x"}


def told(changes: Iterable[UnitChange]) -> list[Told]:
    """Changes as sentences; names of other units with one query."""
    changes = list(changes)
    keys = ("parent_id", "into_id", "successor_id")
    ids = [side.get(key) for change in changes for side in (change.before, change.after) for key in keys]
    names = selectors.names(ids)
    return [Told(change, _sentence(change, names), _ICONS[change.kind], _tone(change)) for change in changes]


def _tone(change: UnitChange) -> str:
    if change.cancelled_at:
        return ""
    if change.applied_at:
        return "ok"
    return "over" if change.problem else "soon"


def _sentence(change: UnitChange, names: dict[int, str]) -> str:
    after, before = change.after, change.before

    def name(side: dict[str, Any], key: str) -> str:
        return names.get(side.get(key) or 0, "（未知单位）")

    unit = change.unit.name if change.unit else after.get("name", "")
    match change.kind:
        case "open":
            return f"设立“{after['name']}”（{after['code']}）"
        case "rename":
            return f"“{before['name']}”更名为“{after['name']}”"
        case "move":
            return f"“{unit}”由{name(before, 'parent_id')}调整到{name(after, 'parent_id')}"
        case "merge":
            return f"“{unit}”并入“{name(after, 'into_id')}”"
        case _:
            told_to = f"，工作由“{name(after, 'successor_id')}”承接" if after.get("successor_id") else ""
            return f"“{unit}”撤销{told_to}"
