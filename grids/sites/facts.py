"""What is written of a site: taken from a form, a row of a file or a proposal, and checked in one place."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Self

from governance.errors import InvalidInput, NotFound
from governance.scope import TERRITORIAL_KINDS
from grids.locate import locate
from grids.models import Boundary, Cluster, Site, SiteKind, Unit
from grids.rings import CHINA

_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_PHONE = re.compile(r"[\d()\-+转 ]{5,32}")
_AREA_MAX = 200_000
_FIRST_DAY = date(1949, 10, 1)


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """A site as it is to be. Degrees are WGS-84, the area is in square metres; None for what is not known."""

    kind_id: int
    name: str
    unit_id: int
    address: str
    opened_on: date
    lon: float | None = None
    lat: float | None = None
    area_m2: int | None = None
    level: str = ""
    cluster_id: int | None = None
    transferred: bool = False
    transferred_on: date | None = None
    former_owner: str = ""
    phone: str = ""

    def as_json(self) -> dict[str, Any]:
        """As kept in a proposal."""
        return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """From a proposal."""
        days = {key: date.fromisoformat(kept[key]) for key in ("opened_on", "transferred_on") if kept.get(key)}
        return cls(**{**kept, **days})

    @classmethod
    def of(cls, site: Site) -> Self:
        """As a site is now."""
        return cls(**{field.name: getattr(site, field.name) for field in fields(cls)})


def put(site: Site, facts: SiteFacts, district_id: int, street_id: int | None = None) -> None:
    """Give a site the facts, checked; unsaved. Of a street's people the unit must be in their street.

    Raises InvalidInput with the field and what to do; NotFound for a unit outside.
    """
    unit = _unit(facts.unit_id, district_id, street_id)
    site.kind, site.cluster = _kind(facts.kind_id), _cluster(facts.cluster_id, district_id)
    site.unit, site.district_id, site.street_id, site.community_id = (
        unit,
        district_id,
        unit.street_id,
        unit.community_id,
    )
    site.name, site.address = _text(facts.name, "name", "阵地名称", 64), _text(facts.address, "address", "地址", 200)
    site.lon, site.lat = facts.lon, facts.lat
    site.grid_id = _grid_of(facts.lon, facts.lat, district_id)
    site.area_m2, site.level, site.phone = _area(facts.area_m2), _level(facts.level), _phone(facts.phone)
    site.opened_on = _opened(facts.opened_on, site)
    _put_transfer(site, facts)
    _alone(site)


def _unit(unit_id: int, district_id: int, street_id: int | None) -> Unit:
    unit = Unit.objects.open().filter(pk=unit_id, district_id=district_id, kind__in=TERRITORIAL_KINDS).first()
    if unit is None or (street_id and unit.street_id != street_id):
        raise NotFound("没有这个单位，或不在您的管辖范围内，请重新选择所属单位。", field="unit")
    return unit


def _kind(kind_id: int) -> SiteKind:
    if kind := SiteKind.objects.filter(pk=kind_id).first():
        return kind
    raise InvalidInput("没有这个阵地类型，请重新选择。", field="kind")


def _cluster(cluster_id: int | None, district_id: int) -> Cluster | None:
    if cluster_id is None:
        return None
    if cluster := Cluster.objects.filter(pk=cluster_id, district_id=district_id).first():
        return cluster
    raise InvalidInput("没有这个示范矩阵或示范带，请重新选择。", field="cluster")


def _text(text: str, field: str, label: str, most: int) -> str:
    text = " ".join(text.split())
    if not text:
        raise InvalidInput(f"请填写{label}。", field=field)
    if len(text) > most:
        raise InvalidInput(f"{label}不超过 {most} 个字，现在是 {len(text)} 个字。", field=field)
    return text


def _grid_of(lon: float | None, lat: float | None, district_id: int) -> int | None:
    """The grid that the point lies in (InvalidInput for half a point, and for one outside the district's boundary)."""
    if lon is None or lat is None:
        if lon is not None or lat is not None:
            raise InvalidInput("经度和纬度请一起填写，或都不填。", field="lat" if lat is None else "lon")
        return None
    west, south, east, north = CHINA
    if not (math.isfinite(lon) and math.isfinite(lat) and west <= lon <= east and south <= lat <= north):
        raise InvalidInput("坐标不在国内范围，请确认经度在前、纬度在后。", field="lon")
    place = locate(lon, lat)
    is_drawn = Boundary.objects.current().filter(unit_id=district_id).exists()
    if place is None or place.district_id != district_id:
        if is_drawn:
            raise InvalidInput("该位置不在本区范围内，请核对经纬度（WGS-84）。", field="lon")
        return None
    return place.grid_id


def _area(area_m2: int | None) -> int | None:
    if area_m2 is not None and not 1 <= area_m2 <= _AREA_MAX:
        raise InvalidInput(f"建筑面积应为 1 到 {_AREA_MAX:,} 平方米，不清楚请留空。", field="area_m2")
    return area_m2


def _level(level: str) -> str:
    if level and level not in dict(Site.LEVELS):
        raise InvalidInput("没有这个示范等级，请重新选择。", field="level")
    return level


def _phone(phone: str) -> str:
    phone = " ".join(phone.split())
    if _MOBILE.search(phone):
        raise InvalidInput("请填写阵地的办公电话，不要填写个人手机号。", field="phone")
    if phone and not _PHONE.fullmatch(phone):
        raise InvalidInput("电话只能有数字、括号、横线和“转”，例如 0459-1234567。", field="phone")
    return phone


def _opened(day: date, site: Site) -> date:
    if day < _FIRST_DAY or day.year > 2100:
        raise InvalidInput("启用日期不对，请核对年份。", field="opened_on")
    if site.closed_on and site.closed_on < day:
        raise InvalidInput(f"启用日期不能晚于停用日期（{site.closed_on:%Y年%-m月%-d日}）。", field="opened_on")
    return day


def _put_transfer(site: Site, facts: SiteFacts) -> None:
    owner = " ".join(facts.former_owner.split())
    if not facts.transferred and (facts.transferred_on or owner):
        raise InvalidInput("填写了移交日期或移交前单位，请同时选择地企移交。", field="transferred")
    if facts.transferred and not owner:
        raise InvalidInput("请填写移交前单位。", field="former_owner")
    if len(owner) > 64:
        raise InvalidInput(f"移交前单位不超过 64 个字，现在是 {len(owner)} 个字。", field="former_owner")
    if (day := facts.transferred_on) and (day < _FIRST_DAY or day.year > 2100):
        raise InvalidInput("移交日期不对，请核对年份。", field="transferred_on")
    site.transferred, site.transferred_on, site.former_owner = facts.transferred, facts.transferred_on, owner


def _alone(site: Site) -> None:
    """Refuse a second open site of the name in the unit."""
    twins = Site.objects.in_use().filter(unit=site.unit, name=site.name).exclude(pk=site.pk or 0)
    if site.closed_on is None and twins.exists():
        raise InvalidInput(f"{site.unit.name}已有在用的“{site.name}”，请换一个名称，或修改原有的那个。", field="name")


def plain(site: Site) -> dict[str, Any]:
    """What the record keeps of a site: names for a person to read."""
    return {
        "kind": site.kind.name, "name": site.name, "unit": site.unit.name, "address": site.address,
        "lon": site.lon, "lat": site.lat, "area_m2": site.area_m2, "level": site.get_level_display() or "",
        "cluster": site.cluster.name if site.cluster else "", "transferred": site.transferred,
        "transferred_on": site.transferred_on, "former_owner": site.former_owner, "phone": site.phone,
        "opened_on": site.opened_on, "closed_on": site.closed_on,
    }  # fmt: skip
