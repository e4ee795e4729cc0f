"""Coordinate systems of Chinese maps, converted to WGS-84.

GCJ-02 (高德, 腾讯) shifts a point inside China by 300 to 700 metres, by a formula that is known though unpublished;
BD-09 (百度) bends GCJ-02 once more. Neither has a closed inverse: they are inverted by repeated correction, which ends
within a millimetre.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
# Of the Krasovsky 1940 ellipsoid, which the shift was made with.
_A, _EE = 6_378_245.0, 0.006_693_421_622_965_943_23
_BD = np.pi * 3000.0 / 180.0
_STEPS = 12


class System(StrEnum):
    """What the numbers of a file mean."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


SYSTEM_LABELS = {
    System.WGS84: "WGS-84 / CGCS2000（天地图、GPS）",
    System.GCJ02: "GCJ-02（高德、腾讯）",
    System.BD09: "BD-09（百度）",
}


def to_wgs84(points: Points, system: System) -> Points:
    """Points as rows of (lon, lat) in degrees, from a system to WGS-84."""
    convert: Callable[[Points], Points] = {
        System.WGS84: lambda p: p,
        System.GCJ02: _gcj02_to_wgs84,
        System.BD09: lambda p: _gcj02_to_wgs84(_bd09_to_gcj02(p)),
    }[system]
    return convert(points)


def wgs84_to_gcj02(points: Points) -> Points:
    """Points as rows of (lon, lat) from WGS-84 to GCJ-02."""
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    latitude = np.radians(points[:, 1])
    magic = 1 - _EE * np.sin(latitude) ** 2
    d_lat = _shift_lat(x, y) * 180.0 / ((_A * (1 - _EE)) / (magic * np.sqrt(magic)) * np.pi)
    d_lon = _shift_lon(x, y) * 180.0 / (_A / np.sqrt(magic) * np.cos(latitude) * np.pi)
    return points + np.column_stack([d_lon, d_lat])


def gcj02_to_bd09(points: Points) -> Points:
    """Points as rows of (lon, lat) from GCJ-02 to BD-09."""
    x, y = points[:, 0], points[:, 1]
    z = np.hypot(x, y) + 0.00002 * np.sin(y * _BD)
    theta = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD)
    return np.column_stack([z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006])


def _gcj02_to_wgs84(points: Points) -> Points:
    guess = points.copy()
    for _ in range(_STEPS):
        guess += points - wgs84_to_gcj02(guess)
    return guess


def _bd09_to_gcj02(points: Points) -> Points:
    x, y = points[:, 0] - 0.0065, points[:, 1] - 0.006
    z = np.hypot(x, y) - 0.00002 * np.sin(y * _BD)
    theta = np.arctan2(y, x) - 0.000003 * np.cos(x * _BD)
    guess = np.column_stack([z * np.cos(theta), z * np.sin(theta)])
    for _ in range(_STEPS):
        guess += points - gcj02_to_bd09(guess)
    return guess


def _waves(x: Points) -> Points:
    """The part that both shifts have."""
    return np.asarray((20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3)


def _shift_lat(x: Points, y: Points) -> Points:
    base = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    base += _waves(x)
    base += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    return np.asarray(base + (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3)


def _shift_lon(x: Points, y: Points) -> Points:
    base = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    base += _waves(x)
    base += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    return np.asarray(base + (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3)
