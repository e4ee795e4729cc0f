"""Coordinate systems: against points whose values are published, and there and back."""

import numpy as np
import pytest

from grids.coordinates import System, gcj02_to_bd09, to_wgs84, wgs84_to_gcj02
from grids.geometry import metres_per_degree


def _metres(a, b):
    lon, lat = metres_per_degree(float(a[0][1]))
    return float(np.hypot((a[0][0] - b[0][0]) * lon, (a[0][1] - b[0][1]) * lat))


def test_known_points():
    """The examples of gcoord's own tests and of the 坐标转换 tables that circulate: 天安门 in three systems."""
    wgs = np.array([[116.404, 39.915]])
    assert np.allclose(wgs84_to_gcj02(wgs), [[116.41024449916938, 39.91640428150164]], atol=1e-9)
    assert np.allclose(gcj02_to_bd09(wgs), [[116.41036949371029, 39.92133699351022]], atol=1e-9)


@pytest.mark.parametrize("point", [(124.9, 46.7), (87.6, 43.8), (113.26, 23.13), (121.47, 31.23), (110.3, 20.0)])
def test_there_and_back_is_the_same_point(point):
    start = np.array([point])
    gcj = wgs84_to_gcj02(start)
    assert 100 < _metres(start, gcj) < 1000
    assert _metres(to_wgs84(gcj, System.GCJ02), start) < 0.001
    assert _metres(to_wgs84(gcj02_to_bd09(gcj), System.BD09), start) < 0.001


def test_wgs84_stays_what_it_is():
    start = np.array([[124.9, 46.7], [125.0, 46.8]])
    assert np.array_equal(to_wgs84(start, System.WGS84), start)


def test_the_length_of_a_degree():
    """Against the values of the WGS-84 ellipsoid at 45°: 78,847 m and 111,132 m."""
    lon, lat = metres_per_degree(45.0)
    assert (round(lon), round(lat)) == (78847, 111132)
