"""The demonstration's sites: names, areas, hours and places made up, in the numbers of a district like this one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.db import transaction

from governance.audit import services as audit
from governance.scope import Actor, UnitKind
from grids.geometry import from_wkb
from grids.models import Boundary, Cluster, Site, SiteException, SiteHours, SiteKind, Unit
from grids.sites.hours import HOLIDAY, Span
from grids.sites.kinds import ensure_default_kinds

# Name, form, and which part of the list of streets it is drawn from.
CLUSTERS = [
    ("南部片区党建标杆矩阵", Cluster.MATRIX),
    ("中部片区网格治理矩阵", Cluster.MATRIX),
    ("中心商圈新兴领域服务矩阵", Cluster.MATRIX),
    ("北部片区地企双网融合矩阵", Cluster.MATRIX),
    ("乡镇党建促振兴示范带", Cluster.BELT),
    ("机关教育卫生业务融合示范带", Cluster.BELT),
]
LEVELS = [(Site.PROVINCE, 13), (Site.CITY, 10), (Site.DISTRICT, 22)]
TRANSFERRED = 11
# Kind, the end of its name, how many, and their floor area from and to.
OTHERS = [("rest", "庆小驿", 36, 18, 60), ("shop", "积分超市", 40, 18, 70), ("school", "网格党校", 24, 55, 160)]
# One community in so many has a centre below the standard.
_SMALL = 6
_OFFICE: tuple[Span, ...] = ((510, 690), (810, 1020))
_OWNERS = ("油田矿区服务单位", "采油厂后勤部门", "物业公司活动站", "油田文体中心")
_SEED = 102


def build_sites(now: datetime, by: Actor) -> int:
    """Add the demonstration's sites to its district, where it has none; how many there are then.

    The same every time: repeating it changes nothing.
    """
    ensure_default_kinds()
    district = Unit.objects.get(code="230604")
    with transaction.atomic():
        if not Site.objects.filter(district=district).exists():
            made = _build(district, random.Random(_SEED))
            audit.record(
                action="site.demo", subject_type="unit", subject_id=district.pk, subject_label=district.name,
                after={"sites": len(made)}, by=by, now=now,
            )  # fmt: skip
    return Site.objects.filter(district=district).count()


def _build(district: Unit, rng: random.Random) -> list[Site]:
    clusters = Cluster.objects.bulk_create(
        Cluster(district=district, name=name, form=form, order=order)
        for order, (name, form) in enumerate(CLUSTERS, start=1)
    )
    sites = list(_sites(district, rng))
    centres = [site for site in sites if site.kind.code == "centre"]
    _show(centres, clusters, rng)
    _transfer(centres, rng)
    Site.objects.bulk_create(sites)
    SiteHours.objects.bulk_create(hour for site in sites for hour in _hours(site))
    SiteException.objects.bulk_create(
        SiteException(
            site=site, from_date=date(2026, 12, 7), to_date=date(2026, 12, 11), windows=[], reason="供暖管线检修"
        )
        for site in rng.sample(centres, 5)
    )
    return sites


def _sites(district: Unit, rng: random.Random) -> Iterator[Site]:
    kinds = {kind.code: kind for kind in SiteKind.objects.all()}
    communities = list(Unit.objects.filter(district=district, kind=UnitKind.COMMUNITY).open().order_by("code"))
    points = _points(district)
    for number, community in enumerate(communities):
        area = rng.randint(260, 480) if number % _SMALL == 0 else rng.randint(520, 1600)
        yield _site(kinds["centre"], community, "党群服务中心", area, points, rng)
    for code, suffix, count, least, most in OTHERS:
        for community in rng.sample(communities, count):
            yield _site(kinds[code], community, suffix, rng.randint(least, most), points, rng)


def _site(
    kind: SiteKind, community: Unit, suffix: str, area: int, points: dict[int, list[tuple[int, float, float]]],
    rng: random.Random,
) -> Site:  # fmt: skip
    grid_id, lon, lat = rng.choice(points.get(community.pk) or [(0, 0.0, 0.0)])
    name = community.short_name or community.name
    return Site(
        kind=kind, name=f"{name}{suffix}", unit=community, district_id=community.district_id or 0,
        street_id=community.street_id, community=community, grid_id=grid_id or None, lon=lon or None, lat=lat or None,
        address=f"{name}服务街 {rng.randint(1, 180)} 号", area_m2=area, phone=f"0459-55{rng.randint(10000, 99999)}",
        opened_on=date(rng.randint(2020, 2025), rng.randint(1, 12), 1),
        on_holidays={"centre": Site.OWN_HOURS, "school": "closed"}.get(kind.code, "weekly"),
    )  # fmt: skip


def _points(district: Unit) -> dict[int, list[tuple[int, float, float]]]:
    """A point in the middle of each grid, by community: the grid and the point."""
    found: dict[int, list[tuple[int, float, float]]] = {}
    rows = Boundary.objects.current().filter(unit__district=district, unit__kind=UnitKind.GRID).order_by("unit__code")
    for grid_id, community_id, wkb in rows.values_list("unit_id", "unit__community_id", "geometry"):
        middle = from_wkb(wkb).representative_point()
        found.setdefault(community_id or 0, []).append((grid_id, round(middle.x, 6), round(middle.y, 6)))
    return found


def _show(centres: Sequence[Site], clusters: Sequence[Cluster], rng: random.Random) -> None:
    """Give demonstration levels, and to each cluster some of those that have one."""
    chosen = rng.sample(list(centres), sum(count for _, count in LEVELS))
    levels = [level for level, count in LEVELS for _ in range(count)]
    for place, (site, level) in enumerate(zip(chosen, levels, strict=True)):
        site.level = level
        site.cluster = clusters[place % len(clusters)]


def _transfer(centres: Sequence[Site], rng: random.Random) -> None:
    for site in rng.sample(list(centres), TRANSFERRED):
        site.transferred, site.former_owner = True, rng.choice(_OWNERS)
        site.transferred_on = date(rng.randint(2022, 2025), rng.randint(1, 12), rng.randint(1, 28))


def _hours(site: Site) -> Iterator[SiteHours]:
    """Centres: office hours, Saturdays, holidays all day long; rests: day and night; shops: six afternoons."""
    week: dict[str, dict[int, tuple[Span, ...]]] = {
        "centre": {**dict.fromkeys(range(5), _OFFICE), 5: ((540, 960),), HOLIDAY: ((510, 1200),)},
        "rest": dict.fromkeys(range(7), ((0, 1440),)),
        "shop": dict.fromkeys(range(1, 7), ((540, 690), (810, 1050))),
        "school": dict.fromkeys(range(5), ((840, 1020),)),
    }
    for weekday, windows in week[site.kind.code].items():
        for start, end in windows:
            yield SiteHours(site=site, weekday=weekday, start_minute=start, end_minute=end)
