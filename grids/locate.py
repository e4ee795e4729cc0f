"""Which grid a point lies in.

Each process holds the polygons in force in a tree of its own, built on first use. At most once a second a caller asks
the database for the territory's token (one row by primary key, well under a millisecond); when it has changed the
tree is built anew. So every process answers by a change at the latest a second after its commit, without messages
between processes. While one thread rebuilds, the others go on answering from the tree before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from governance.scope import UnitKind
from grids import revision
from grids.geometry import from_wkb
from grids.models import Boundary

_CHECK_EVERY = 1.0  # seconds
# A point goes to the lowest unit that has it: where grids leave a gap, to the community that they leave it in.
_LEVELS = (UnitKind.GRID, UnitKind.COMMUNITY, UnitKind.STREET, UnitKind.DISTRICT)


@dataclass(frozen=True, slots=True)
class Place:
    """Units that a point lies in, by primary key. Below the district one is None only where no boundary says more."""

    grid_id: int | None
    community_id: int | None
    street_id: int | None
    district_id: int


class Index:
    """Polygons of one level, and whose they are."""

    def __init__(self, figures: list[BaseGeometry], places: list[Place]) -> None:
        """`figures` and `places` run in parallel, in the order of the units' codes."""
        self._places = places
        shapely.prepare(figures)
        self._tree = STRtree(figures)

    def find(self, lon: float, lat: float) -> Place | None:
        """The unit whose polygon has the point; on a shared edge the one with the lowest code."""
        hits = self._tree.query(shapely.points(lon, lat), predicate="intersects")
        return self._places[int(np.min(hits))] if len(hits) else None


class Locator:
    """The indexes of the territory, kept up to date. Safe to share between threads."""

    def __init__(self) -> None:
        self._building = threading.Lock()
        self._indexes: list[Index] = []
        self._token: UUID | None = None
        self._checked_at = float("-inf")

    def find(self, lon: float, lat: float) -> Place | None:
        """The lowest units that have the point."""
        for index in self._fresh():
            if place := index.find(lon, lat):
                return place
        return None

    def expire(self) -> None:
        """Ask the database again with the next call: this process has just changed something."""
        self._checked_at = float("-inf")

    def _fresh(self) -> list[Index]:
        if time.monotonic() - self._checked_at < _CHECK_EVERY:
            return self._indexes
        # Whoever finds a first tree or a rebuild under way: the first caller of all must wait, the others need not.
        if self._building.acquire(blocking=not self._indexes):
            try:
                self._refresh()
            finally:
                self._building.release()
        return self._indexes

    def _refresh(self) -> None:
        if time.monotonic() - self._checked_at < _CHECK_EVERY:
            return
        token = revision.token()
        # Without a token there is no territory, or one that was written past the services: never trust a tree of it.
        if token is None or token != self._token:
            self._indexes = [index for kind in _LEVELS if (index := _built(kind))]
            self._token = token
        self._checked_at = time.monotonic()


def _rows(kind: UnitKind) -> Iterator[tuple[BaseGeometry, Place]]:
    rows = Boundary.objects.current().filter(unit__kind=kind, unit__closed_on=None).order_by("unit__code")
    columns = ("geometry", "unit_id", "unit__community_id", "unit__street_id", "unit__district_id")
    for geometry, unit_id, community_id, street_id, district_id in rows.values_list(*columns):
        grid_id = unit_id if kind == UnitKind.GRID else None
        yield from_wkb(geometry), Place(grid_id, community_id, street_id, district_id)


def _built(kind: UnitKind) -> Index | None:
    rows = list(_rows(kind))
    return Index([figure for figure, _ in rows], [place for _, place in rows]) if rows else None


_locator = Locator()


def locate(lon: float, lat: float) -> Place | None:
    """The units that a point in WGS-84 degrees lies in; None outside the territory.

    On an edge that units share, the one with the lowest code: the same in every process.
    """
    return _locator.find(lon, lat)


def expire() -> None:
    """Have this process ask for changes with its next call, as it has just made one."""
    _locator.expire()
