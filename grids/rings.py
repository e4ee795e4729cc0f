"""The shape of GeoJSON coordinates: numbers, closed rings, degrees in China and in the right order."""

from __future__ import annotations

import math
from collections.abc import Iterator

# Degrees that a place in China can have (west, south, east, north).
CHINA = (73.0, 3.0, 136.0, 54.0)
_REASONS = {
    "Self-intersection": "边界线自相交",
    "Ring Self-intersection": "边界线自相交（环上有重复的点）",
    "Too few points in geometry component": "点太少，构不成面",
    "Hole lies outside shell": "内环在外环之外",
    "Holes are nested": "内环互相嵌套",
    "Nested shells": "几个面互相嵌套",
    "Interior is disconnected": "内部被内环隔断",
    "Duplicate Rings": "有重复的环",
    "Invalid Coordinate": "坐标无效",
}


def problem_of(geometry: object) -> str:
    """What is wrong with a geometry, in words that say what to do; "" when its coordinates are fit to be a figure."""
    if not isinstance(geometry, dict):
        return "没有几何图形。"
    kind = geometry.get("type")
    if kind not in {"Polygon", "MultiPolygon"}:
        return f"几何类型是 {str(kind)[:30]}，应为 Polygon（面）或 MultiPolygon（多面）。"
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        return "坐标为空。"
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            return "坐标为空。"
        for number, ring in enumerate(polygon, start=1):
            if told := _problem_of_ring(ring, number):
                return told
    return _out_of_range(point for polygon in polygons for ring in polygon for point in ring)


def _problem_of_ring(ring: object, number: int) -> str:
    if not isinstance(ring, list) or not all(_is_point(point) for point in ring):
        return f"第 {number} 个环的坐标格式有误，应为 [[经度, 纬度], …]。"
    if len(ring) < 4:
        return f"第 {number} 个环只有 {len(ring)} 个点，至少要 4 个（首尾相同）。"
    if ring[0][:2] != ring[-1][:2]:
        return f"第 {number} 个环没有闭合：最后一个点应与第一个点相同。"
    return ""


def _is_point(point: object) -> bool:
    return isinstance(point, list) and 2 <= len(point) <= 4 and all(_is_number(value) for value in point)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e12 and math.isfinite(value)


def _out_of_range(points: Iterator[list[float]]) -> str:
    west, south, east, north = CHINA
    for lon, lat, *_ in points:
        if west <= lon <= east and south <= lat <= north:
            continue
        if west <= lat <= east and south <= lon <= north:
            return f"经纬度写反了：[{lon:.6g}, {lat:.6g}] 应为 [经度, 纬度]，请交换后再导入。"
        if max(abs(lon), abs(lat)) > 360:
            return f"坐标 [{lon:.8g}, {lat:.8g}] 像是以米为单位的投影坐标，请转换为经纬度后再导入。"
        return f"坐标 [{lon:.6g}, {lat:.6g}] 不在国内范围，请检查。"
    return ""


def reason_in_chinese(reason: str) -> str:
    """GEOS's reason for an invalid figure, as "边界线自相交，位置 124.9, 46.7"."""
    words, _, where = reason.partition("[")
    told = _REASONS.get(words.strip(), "图形无效")
    place = ", ".join(where.rstrip("]").split())
    return f"{told}，位置 {place}，请在制图软件中修正。" if place else f"{told}，请在制图软件中修正。"
