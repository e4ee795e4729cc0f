"""Where an appeal happened: from a point, or from the unit that a person named."""

from __future__ import annotations

from governance.errors import InvalidInput
from governance.scope import TERRITORIAL_KINDS, Actor, place_of
from grids.locate import locate
from grids.models import Unit

# A point outside this box is a slip of the finger or swapped coordinates, not a place in China.
_CHINA = (73.0, 3.0, 136.0, 54.0)


def place(*, unit_id: int | None, lon: float | None, lat: float | None, by: Actor) -> dict[str, int | None]:
    """The place by the named unit, else by the point, else by the actor's own unit.

    Raises InvalidInput for a unit that is none of the line, and for coordinates that are incomplete or impossible.
    """
    check_point(lon, lat)
    if unit_id is not None:
        unit = Unit.objects.filter(pk=unit_id, district_id=by.district_id, kind__in=TERRITORIAL_KINDS).first()
        if unit is None:
            raise InvalidInput("没有找到所选的街道、社区或网格，请重新选择。", field="unit_id")
        named: dict[str, int | None] = unit.place_within
        return named
    if lon is not None and lat is not None and (found := locate(lon, lat)) and found.district_id == by.district_id:
        return place_of(found)
    return place_of(by)


def check_point(lon: float | None, lat: float | None) -> None:
    """Raise InvalidInput unless both coordinates are there and in China, or neither is there."""
    if (lon is None) != (lat is None):
        raise InvalidInput("经度和纬度要同时填写，或者都不填。", field="lon")
    if lon is None or lat is None:
        return
    west, south, east, north = _CHINA
    if not (west <= lon <= east and south <= lat <= north):
        hint = "，经纬度可能填反了" if west <= lat <= east and south <= lon <= north else ""
        raise InvalidInput(f"坐标（{lon}，{lat}）不在国内范围{hint}。", field="lon")
