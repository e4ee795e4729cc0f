"""The demonstration's territory: the real streets and communities of a district, with grids and boundaries made up."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import shapely
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from governance.audit import services as audit
from governance.scope import ABOVE_GRID, Actor, UnitKind, place_column
from grids import locate, revision, tiling
from grids.geometry import area_m2, to_wkb
from grids.models import Boundary, Unit
from grids.names import chinese_number, initials_of, short_name_of

DIVISIONS = Path(__file__).parent / "data" / "divisions.csv"
DISTRICT_CODE = "230604"
GRIDS = 775
SOURCE = "演示数据（生成）"
# Before anything that the demonstration tells of.
OPENED_ON = date(2020, 1, 1)
DEPARTMENTS = [
    ("住房和城乡建设局", "住建局"),
    ("城市管理综合执法局", "城管局"),
    ("市场监督管理局", "市场监管局"),
    ("公安分局", "公安分局"),
    ("民政局", "民政局"),
    ("人力资源和社会保障局", "人社局"),
    ("教育局", "教育局"),
    ("卫生健康局", "卫健局"),
    ("应急管理局", "应急局"),
    ("交通运输局", "交通局"),
    ("生态环境局", "生态环境局"),
    ("水务局", "水务局"),
    ("供热管理办公室", "供热办"),
    ("农业农村局", "农业农村局"),
    ("自然资源分局", "自然资源局"),
    ("司法局", "司法局"),
    ("信访局", "信访局"),
    ("文体旅游局", "文体旅游局"),
    ("退役军人事务局", "退役军人局"),
    ("残疾人联合会", "残联"),
    ("物业管理服务中心", "物业中心"),
]


def build_territory(now: datetime, by: Actor) -> Unit:
    """Build the demonstration district with its units and boundaries, or add what of it is missing; the district.

    The same every time: repeating it changes nothing, and what people have changed since stays as it is.
    """
    with transaction.atomic():
        revision.lock()
        before = Unit.objects.count()
        district = _units()
        added = Unit.objects.count() - before
        drawn = _boundaries(district, now)
        if added or drawn:
            _record(district, added, drawn, by, now)
    return district


def _record(district: Unit, added: int, drawn: int, by: Actor, now: datetime) -> None:
    revision.bump()
    transaction.on_commit(locate.expire)
    locate.expire()
    audit.record(
        action="unit.demo",
        subject_type="unit",
        subject_id=district.pk,
        subject_label=district.name,
        after={"units": added, "boundaries": drawn},
        by=by,
        now=now,
    )


def rows_of_divisions() -> list[dict[str, str]]:
    """The rows of the shipped divisions: code, name, level, parent_code."""
    with DIVISIONS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _units() -> Unit:
    rows = defaultdict(list)
    for row in rows_of_divisions():
        rows[row["level"]].append((row["code"], row["name"], "", row["parent_code"]))
    known: dict[str, Unit] = {}
    known |= _add(UnitKind.DISTRICT, rows["district"], {})
    known |= _add(UnitKind.STREET, rows["street"], known)
    known |= _add(UnitKind.COMMUNITY, rows["community"], known)
    _add(UnitKind.GRID, _grid_rows([row[0] for row in rows["community"]]), known)
    _add(UnitKind.DEPARTMENT, _department_rows(), known)
    _add(UnitKind.SQUAD, _squad_rows(known, [row[0] for row in rows["street"]]), known)
    return known[DISTRICT_CODE]


Row = tuple[str, str, str, str]


def _department_rows() -> list[Row]:
    return [
        (f"{DISTRICT_CODE}B{number:02d}", name, short, DISTRICT_CODE)
        for number, (name, short) in enumerate(DEPARTMENTS, start=1)
    ]


def _squad_rows(known: dict[str, Unit], streets: Iterable[str]) -> list[Row]:
    return [
        (f"{street}Z01", f"{known[street].name}执法中队", f"{known[street].short_name}执法中队", street)
        for street in streets
    ]


def grids_per_community(communities: Sequence[str]) -> dict[str, int]:
    """How many grids each community has: 775 in all, five to eleven in a full one, the virtual one with two."""
    rng = random.Random(GRIDS)
    numbers = {code: 2 if code.startswith(f"{DISTRICT_CODE}401") else rng.randint(5, 10) for code in communities}
    adjustable = [code for code in communities if numbers[code] > 2]
    while (short := GRIDS - sum(numbers.values())) != 0:
        numbers[rng.choice(adjustable)] += 1 if short > 0 else -1
    return numbers


def _grid_rows(communities: Sequence[str]) -> list[Row]:
    numbers = grids_per_community(communities)
    return [
        (f"{community}{number:03d}", f"第{chinese_number(number)}网格", "", community)
        for community in communities
        for number in range(1, numbers[community] + 1)
    ]


def _add(kind: UnitKind, rows: list[Row], known: dict[str, Unit]) -> dict[str, Unit]:
    """The units of the rows by code; those that are not there yet are added, those that are stay untouched."""
    codes = [row[0] for row in rows]
    present = set(Unit.objects.filter(code__in=codes).values_list("code", flat=True))
    new = [_unit(kind, row, known.get(row[3]), order) for order, row in enumerate(rows) if row[0] not in present]
    Unit.objects.bulk_create(new)
    for unit in new:
        _set_own_level(unit)
    Unit.objects.bulk_update(new, ["district", "street", "community"])
    return {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}


def _unit(kind: UnitKind, row: Row, parent: Unit | None, order: int) -> Unit:
    code, name, short, _ = row
    return Unit(
        code=code,
        name=name,
        short_name=short or short_name_of(name),
        kind=kind,
        parent=parent,
        district_id=parent.district_id if parent else None,
        street_id=parent.street_id if parent else None,
        community_id=parent.community_id if parent else None,
        initials=initials_of(short or short_name_of(name)),
        order=order,
        opened_on=OPENED_ON,
    )


def _set_own_level(unit: Unit) -> None:
    if column := place_column(unit.kind, among=ABOVE_GRID):
        setattr(unit, column, unit.pk)


def _boundaries(district: Unit, now: datetime) -> int:
    """Draw the tiling onto the units as first built; how many boundaries were added."""
    units = {
        unit.code: unit for unit in Unit.objects.filter(district=district).exclude(kind__in=["department", "squad"])
    }
    have = set(Boundary.objects.filter(unit__district=district).values_list("unit_id", flat=True))
    if have:
        return 0
    figures = _figures()
    new = [_boundary(units[code], figure, now) for code, figure in figures.items() if code in units]
    Boundary.objects.bulk_create(new)
    return len(new)


def _figures() -> dict[str, BaseGeometry]:
    """Polygons of grids, communities, streets and the district, by code."""
    communities = [row["code"] for row in rows_of_divisions() if row["level"] == "community"]
    numbers = grids_per_community(communities)
    streets: dict[str, list[str]] = defaultdict(list)
    for code in communities:
        streets[code[:9]].append(code)
    tiled = tiling.tile([[numbers[code] for code in members] for members in streets.values()])
    figures: dict[str, BaseGeometry] = {}
    for (street, members), cut in zip(streets.items(), tiled, strict=True):
        for community, cells in zip(members, cut, strict=True):
            figures |= {f"{community}{number:03d}": cell for number, cell in enumerate(cells, start=1)}
            figures[community] = shapely.coverage_union_all(cells)
        figures[street] = shapely.coverage_union_all([figures[community] for community in members])
    figures[DISTRICT_CODE] = shapely.coverage_union_all([figures[street] for street in streets])
    return figures


def _boundary(unit: Unit, figure: BaseGeometry, now: datetime) -> Boundary:
    west, south, east, north = figure.bounds
    return Boundary(
        unit=unit,
        geometry=to_wkb(figure),
        min_lon=west,
        min_lat=south,
        max_lon=east,
        max_lat=north,
        area_m2=area_m2(figure),
        source=SOURCE,
        valid_from=now,
    )
