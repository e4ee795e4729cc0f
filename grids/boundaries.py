"""Checking boundaries from a GeoJSON file, feature by feature: nothing is written here.

What is sound is taken, what is not is refused with a reason, and the refused features go back as a file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import IO, Any, Self, cast

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from governance.errors import InvalidInput
from governance.scope import TERRITORIAL_KINDS, UnitKind
from grids import codes, rings
from grids.coordinates import System, to_wgs84
from grids.geometry import area_label, area_m2, from_wkb
from grids.models import KIND_LABELS, Boundary, Unit

MAX_BYTES = 30 * 1024**2
MAX_FEATURES = 20_000
# How much two boundaries may overlap, or one stick out of its parent, before it is a fault and not a rounding (m²).
TOLERANCE_M2 = 100.0
_CODE_KEYS = ("code", "编码", "代码", "CODE", "Code")
_REASON_KEY = "不能导入的原因"


@dataclass(slots=True)
class Feature:
    """One feature of the file, with what checking it found. `wkb` is its figure in WGS-84, as hex."""

    number: int
    code: str
    unit_id: int | None = None
    name: str = ""
    level: str = ""
    wkb: str = ""
    area_m2: float = 0.0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # The feature as it stood in the file; kept of refused ones alone.
    original: dict[str, Any] | None = None

    @property
    def figure(self) -> BaseGeometry:
        """Its figure."""
        return shapely.from_wkb(bytes.fromhex(self.wkb))

    @property
    def is_sound(self) -> bool:
        """Whether it can be imported."""
        return not self.problems

    @property
    def level_label(self) -> str:
        """Its unit's kind in Chinese."""
        return KIND_LABELS[UnitKind(self.level)] if self.level else ""

    @property
    def area_label(self) -> str:
        """Its area as people say it."""
        return area_label(self.area_m2)

    def as_json(self) -> dict[str, Any]:
        """As kept in a draft."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """From a draft."""
        return cls(**kept)


def read(file: IO[bytes]) -> list[dict[str, Any]]:
    """The features of a GeoJSON file (InvalidInput when it is none)."""
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise InvalidInput(f"文件超过 {MAX_BYTES // 1024**2} MB，请按街道拆分后分别导入。", field="file")
    try:
        data = json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("文件不是有效的 GeoJSON（应为 UTF-8 编码的 JSON 文本）。", field="file") from error
    features = data.get("features") if isinstance(data, dict) and data.get("type") == "FeatureCollection" else None
    if not isinstance(features, list):
        raise InvalidInput("文件应是一个 FeatureCollection（要素集合），请在制图软件中导出为 GeoJSON。", field="file")
    if not features:
        raise InvalidInput("文件里没有要素。", field="file")
    if len(features) > MAX_FEATURES:
        raise InvalidInput(f"文件里有 {len(features)} 个要素，一次最多 {MAX_FEATURES} 个，请拆分。", field="file")
    return [feature if isinstance(feature, dict) else {} for feature in features]


def _no_constant(name: str) -> None:
    raise ValueError(name)


def check(
    features: list[dict[str, Any]], district: Unit, *, system: System, tolerance_m2: float = TOLERANCE_M2
) -> list[Feature]:
    """Check every feature by itself, then within its parent and against its neighbours."""
    units = _units(district)
    times = Counter(_code(raw) for raw in features)
    found = [_checked(number, raw, units, times, system) for number, raw in enumerate(features, start=1)]
    _check_together(found, units, district, tolerance_m2)
    for feature, raw in zip(found, features, strict=True):
        if not feature.is_sound:
            feature.original = raw
    return found


def _units(district: Unit) -> dict[str, Unit]:
    within = Unit.objects.filter(district=district, kind__in=TERRITORIAL_KINDS)
    return {unit.code: unit for unit in within}


def _code(raw: dict[str, Any]) -> str:
    properties = raw.get("properties")
    if not isinstance(properties, dict):
        return ""
    value = next((properties[key] for key in _CODE_KEYS if properties.get(key)), "")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return codes.normal(str(value))[:40]


def _checked(number: int, raw: dict[str, Any], units: dict[str, Unit], times: Counter[str], system: System) -> Feature:
    feature = Feature(number, _code(raw))
    _check_unit(feature, units.get(feature.code), times[feature.code])
    _check_figure(feature, raw.get("geometry"), system)
    return feature


def _check_unit(feature: Feature, unit: Unit | None, times: int) -> None:
    if not feature.code:
        feature.problems.append("缺少属性 code（单位编码）。")
    elif unit is None:
        feature.problems.append(f"没有编码为“{feature.code}”的区、街道、社区或网格。")
    else:
        feature.unit_id, feature.name, feature.level = unit.pk, unit.name, unit.kind
        if not unit.is_open:
            feature.problems.append(f"{unit.name}已撤销，不能再有边界。")
    if feature.code and times > 1:
        feature.problems.append(
            f"编码“{feature.code}”在文件中出现了 {times} 次，请只保留一个；分成几块的用 MultiPolygon。"
        )


def _check_figure(feature: Feature, geometry: object, system: System) -> None:
    problem = rings.problem_of(geometry)
    if problem:
        feature.problems.append(problem)
        return
    figure = shapely.force_2d(shape(cast(dict[str, Any], geometry)))
    figure = shapely.transform(figure, lambda points: to_wgs84(points, system))
    if not shapely.is_valid(figure):
        feature.problems.append(rings.reason_in_chinese(shapely.is_valid_reason(figure)))
    elif area_m2(figure) < 1:
        feature.problems.append("面积不足 1 平方米，不成其为区域。")
    else:
        feature.wkb = shapely.to_wkb(figure, hex=True)
        feature.area_m2 = area_m2(figure)


def _check_together(found: list[Feature], units: dict[str, Unit], district: Unit, tolerance: float) -> None:
    """Inside the parent, and beside the neighbours; from the district down, so that a sound parent is known first."""
    figures = _known_figures(district)
    by_id = {unit.pk: unit for unit in units.values()}
    for kind in TERRITORIAL_KINDS:
        level = [feature for feature in found if feature.level == kind and feature.is_sound]
        for feature in level:
            _check_inside(feature, by_id, figures, tolerance)
        sound = _side_by_side(kind, level, by_id, figures, tolerance)
        if kind != UnitKind.GRID:
            coming = {feature.unit_id for feature in found if feature.is_sound}
            for feature in sound:
                _note_children(feature, by_id, figures, coming, tolerance)
        figures |= {feature.unit_id or 0: feature.figure for feature in sound}


def _side_by_side(
    kind: UnitKind, level: list[Feature], units: dict[int, Unit], figures: dict[int, BaseGeometry], tolerance: float
) -> list[Feature]:
    """The features that overlap no neighbour. Refusing one keeps its old boundary in force, so look again each time."""
    sound = [feature for feature in level if feature.is_sound]
    while True:
        _check_beside(sound, _neighbours(kind, sound, units, figures), tolerance)
        left = [feature for feature in sound if feature.is_sound]
        if len(left) == len(sound):
            return left
        sound = left


def _known_figures(district: Unit) -> dict[int, BaseGeometry]:
    rows = Boundary.objects.current().filter(unit__district=district, unit__closed_on=None)
    return {unit_id: from_wkb(geometry) for unit_id, geometry in rows.values_list("unit_id", "geometry")}


def _check_inside(feature: Feature, units: dict[int, Unit], figures: dict[int, BaseGeometry], tolerance: float) -> None:
    unit = units[feature.unit_id or 0]
    if unit.parent_id is None:
        return
    parent = figures.get(unit.parent_id)
    if parent is None:
        feature.notes.append("上级还没有边界，未核对是否在其内。")
        return
    outside = area_m2(shapely.difference(feature.figure, parent))
    if outside > tolerance:
        feature.problems.append(f"有 {outside:,.0f} 平方米在上级{units[unit.parent_id].name}之外。")


def _neighbours(
    kind: UnitKind, sound: list[Feature], units: dict[int, Unit], figures: dict[int, BaseGeometry]
) -> list[tuple[str, BaseGeometry]]:
    """Figures in force of the same kind that the file does not replace."""
    replaced = {feature.unit_id for feature in sound}
    return [(units[pk].name, figure) for pk, figure in figures.items() if pk not in replaced and units[pk].kind == kind]


def _check_beside(sound: list[Feature], kept: list[tuple[str, BaseGeometry]], tolerance: float) -> None:
    """Refuse what overlaps a kept boundary, or a feature that stands before it in the file."""
    others = kept + [(f"{feature.name}（第 {feature.number} 个要素）", feature.figure) for feature in sound]
    tree = STRtree([figure for _, figure in others])
    refused: set[int] = set()
    for place, feature in enumerate(sound):
        figure = feature.figure
        for other in sorted(tree.query(figure, predicate="intersects").tolist()):
            own_place = other - len(kept)
            if own_place >= place or own_place in refused:
                continue
            overlap = area_m2(shapely.intersection(figure, others[other][1]))
            if overlap > tolerance:
                feature.problems.append(f"与{others[other][0]}重叠 {overlap:,.0f} 平方米。")
                refused.add(place)


def _note_children(
    feature: Feature,
    units: dict[int, Unit],
    figures: dict[int, BaseGeometry],
    coming: set[int | None],
    tolerance: float,
) -> None:
    """Say where boundaries in force below it stick out of the new one, unless the file brings new ones for them."""
    below = [
        figure
        for pk, figure in figures.items()
        if pk in units and units[pk].parent_id == feature.unit_id and pk not in coming
    ]
    outside = sum(area_m2(shapely.difference(figure, feature.figure)) > tolerance for figure in below)
    if outside:
        feature.notes.append(f"其下 {outside} 个单位的现有边界超出新边界，请随后一并导入。")


def refused_collection(features: Iterable[Feature]) -> dict[str, Any]:
    """The refused features as they came, each with the reason among its properties, to be mended and imported again."""
    return {"type": "FeatureCollection", "features": list(_given_back(features))}


def _given_back(features: Iterable[Feature]) -> Iterator[dict[str, Any]]:
    for feature in features:
        if feature.original is not None:
            properties = feature.original.get("properties")
            told = {**(properties if isinstance(properties, dict) else {}), _REASON_KEY: "；".join(feature.problems)}
            yield {**feature.original, "type": "Feature", "properties": told}
