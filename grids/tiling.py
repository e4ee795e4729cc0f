"""Boundaries for a demonstration: a plausible area cut into polygons without gaps or overlaps.

Points are strewn over the area, denser towards its middle as in a town, and spread by Lloyd's steps. Cutting the
point set recursively gives every street, and in it every community, a connected region; the cells of the Voronoi
diagram are the grids. All edges are noded together on one lattice, so neighbours share them exactly.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry import MultiPoint, Polygon
from shapely.strtree import STRtree

from grids.geometry import metres_per_degree

# The middle of the demonstration area, near 让胡路区 in 大庆, and how far it reaches from there in degrees.
CENTRE = (124.90, 46.70)
REACH = (0.145, 0.235)
# A tenth of a metre: no two vertices are nearer to each other than this.
LATTICE = 1e-6
_LLOYD_STEPS = 4
_OUTLINE_VERTICES = 240


def tile(shape: Sequence[Sequence[int]], seed: int = 230604) -> list[list[list[Polygon]]]:
    """Polygons (lon, lat) for `shape[street][community]` grids each: connected streets and communities, no gaps.

    The same shape and seed give the same polygons.
    """
    for attempt in range(20):
        made = _cells(sum(map(sum, shape)), random.Random(seed + attempt * 1_000_003))
        if made is None:
            continue
        cells, points = made
        streets = _partition(points, list(range(len(points))), [sum(street) for street in shape])
        nested = [_partition(points, members, street) for members, street in zip(streets, shape, strict=True)]
        tiled = [[[cells[i] for i in community] for community in street] for street in nested]
        if _all_connected(tiled):
            return tiled
    raise RuntimeError("no seed gave connected regions")


def _outline(rng: random.Random) -> Polygon:
    phases = [rng.uniform(0, 2 * math.pi) for _ in range(4)]
    ring = []
    for step in range(_OUTLINE_VERTICES):
        angle = 2 * math.pi * step / _OUTLINE_VERTICES
        waves = sum(0.05 / (k + 1) * math.sin((k + 2) * angle + phase) for k, phase in enumerate(phases))
        ring.append((REACH[0] * (1 + waves) * math.cos(angle), REACH[1] * (1 + waves) * math.sin(angle)))
    return Polygon(ring)


def _stretch() -> float:
    lon, lat = metres_per_degree(CENTRE[1])
    return lon / lat


def _strew(outline: Polygon, count: int, rng: random.Random) -> np.ndarray:
    """`count` points inside the outline, about nine times as dense in the middle as at the rim."""
    shapely.prepare(outline)
    west, south, east, north = outline.bounds
    points: list[tuple[float, float]] = []
    while len(points) < count:
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        remote = math.hypot(x / REACH[0], y / REACH[1])
        if rng.random() < math.exp(-2.2 * remote * remote) and shapely.contains_xy(outline, x, y):
            points.append((x, y))
    return np.array(points)


def _voronoi(points: np.ndarray, outline: Polygon) -> np.ndarray:
    diagram = shapely.voronoi_polygons(MultiPoint(points), extend_to=outline, ordered=True)
    return shapely.get_parts(diagram)


def _cells(count: int, rng: random.Random) -> tuple[list[Polygon], np.ndarray] | None:
    """The grids' polygons in degrees, and the point of each (where x and y are alike); None when a cell is in two."""
    outline = _outline(rng)
    points = _strew(outline, count, rng)
    stretch = np.array([_stretch(), 1.0])
    flat = shapely.transform(outline, lambda xy: xy * stretch)
    points = points * stretch
    for _ in range(_LLOYD_STEPS):
        parts = shapely.intersection(_voronoi(points, flat), flat)
        points = shapely.get_coordinates(shapely.centroid(parts))
    edges = shapely.boundary(shapely.intersection(_voronoi(points, flat), flat))
    placed = shapely.transform(edges, lambda xy: xy / stretch + np.array(CENTRE))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(placed, grid_size=LATTICE))))
    cells = _by_point(faces, points / stretch + np.array(CENTRE))
    return (cells, points) if cells else None


def _by_point(faces: np.ndarray, points: np.ndarray) -> list[Polygon] | None:
    tree = STRtree(faces)
    number, face = tree.query(shapely.points(points), predicate="within")
    if len(face) != len(faces) or len(set(face.tolist())) != len(points):
        return None
    order = np.empty(len(points), dtype=int)
    order[number] = face
    return [shapely.normalize(polygon) for polygon in faces[order]]


def _partition(points: np.ndarray, members: list[int], sizes: Sequence[int]) -> list[list[int]]:
    """Cut the members into neighbouring groups of the given sizes, each time across the longer side."""
    if len(sizes) == 1:
        return [members]
    half = max(1, len(sizes) // 2)
    here = points[members]
    spread = here.max(axis=0) - here.min(axis=0)
    ranked = [members[i] for i in np.argsort(here[:, int(spread[1] > spread[0])], kind="stable")]
    cut = sum(sizes[:half])
    return _partition(points, ranked[:cut], sizes[:half]) + _partition(points, ranked[cut:], sizes[half:])


def _all_connected(tiled: list[list[list[Polygon]]]) -> bool:
    for street in tiled:
        communities = [shapely.coverage_union_all(cells) for cells in street]
        if any(c.geom_type != "Polygon" for c in [*communities, shapely.coverage_union_all(communities)]):
            return False
    return True
