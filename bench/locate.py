"""How long finding the grid of a point takes among 10,000 grids: `python bench/locate.py`.

Needs no database: the tree is built as `grids.locate` builds it, from a tiling of 10,000 polygons.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from pathlib import Path

import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

import django

django.setup()

from grids import tiling
from grids.locate import Index, Place

GRIDS = 10_000
CALLS = 20_000


def main() -> None:
    """Build, ask, print."""
    cells = [cell for street in tiling.tile([[10] * 10] * (GRIDS // 100)) for group in street for cell in group]
    places = [Place(number, None, None, 1) for number in range(len(cells))]
    started = time.perf_counter()
    index = Index(list(cells), places)
    built = time.perf_counter() - started
    west, south, east, north = shapely.total_bounds(cells)
    rng = random.Random(1)
    points = [(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(CALLS)]
    taken = []
    for lon, lat in points:
        started = time.perf_counter()
        index.find(lon, lat)
        taken.append(time.perf_counter() - started)
    cuts = statistics.quantiles(taken, n=1000)
    inside = sum(index.find(lon, lat) is not None for lon, lat in points)
    print(f"{len(cells):,} grids, tree built in {built * 1000:.0f} ms; {CALLS:,} points, {inside:,} of them inside")
    print(f"median {cuts[499] * 1000:.3f} ms, 99 % {cuts[989] * 1000:.3f} ms, 99.9 % {cuts[998] * 1000:.3f} ms")


if __name__ == "__main__":
    main()
