"""Plane figures on the map: how they are stored, how large they are."""

from __future__ import annotations

import math

import shapely
from shapely.geometry.base import BaseGeometry

# WGS-84: radius at the equator (m), and the square of the eccentricity.
_EQUATOR = 6_378_137.0
_E2 = 0.006_694_379_990_141


def metres_per_degree(lat: float) -> tuple[float, float]:
    """How long one degree of longitude, and one of latitude, is at a latitude (m), on the WGS-84 ellipsoid."""
    sine = math.sin(math.radians(lat))
    normal = _EQUATOR / math.sqrt(1 - _E2 * sine * sine)
    meridian = _EQUATOR * (1 - _E2) / (1 - _E2 * sine * sine) ** 1.5
    return math.radians(normal * math.cos(math.radians(lat))), math.radians(meridian)


def area_m2(geometry: BaseGeometry) -> float:
    """The area of a figure in degrees, in square metres; exact to about 0.1 % for the size of a district."""
    if geometry.is_empty:
        return 0.0
    lon, lat = metres_per_degree(geometry.centroid.y)
    return float(geometry.area * lon * lat)


def to_wkb(geometry: BaseGeometry) -> bytes:
    """As stored: little-endian WKB, two dimensions."""
    return bytes(shapely.to_wkb(geometry, output_dimension=2, byte_order=1))


def from_wkb(stored: bytes | memoryview) -> BaseGeometry:
    """A stored figure."""
    return shapely.from_wkb(bytes(stored))


def area_label(square_metres: float | None) -> str:
    """An area as people say it: 平方公里 from a tenth of one on, else 公顷."""
    if not square_metres:
        return ""
    if square_metres >= 100_000:
        return f"{square_metres / 1_000_000:.2f} 平方公里"
    return f"{square_metres / 10_000:.2f} 公顷"
