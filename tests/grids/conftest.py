"""What the territory's tests share: a fresh locator, figures on the map, and registries that forget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
from django.core.cache import cache
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from governance.scope import PLATFORM
from grids import demo, locate, registry
from grids.models import Boundary, Site, SiteHours, SiteKind, Unit
from grids.services import redrawing
from grids.sites.kinds import ensure_default_kinds

# Half past eight to half past eleven, and half past one to five, from Monday to Friday.
OFFICE = (((510, 690), (810, 1020)),) * 5


@pytest.fixture(autouse=True)
def _fresh_locator() -> Iterator[None]:
    """No tree of another test's territory, and no figures of it in the cache."""
    locate.expire()
    cache.clear()
    yield
    locate.expire()


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone after it; what the higher rooms registered is not asked."""
    monkeypatch.setattr(registry, "_open_work", [])
    monkeypatch.setattr(registry, "_inhabitants", [])
    monkeypatch.setattr(registry, "_on_closed", [])
    monkeypatch.setattr(registry, "_on_moved", [])


@pytest.fixture
def draw(now: datetime) -> Callable[[Unit, BaseGeometry], Boundary]:
    """Put a boundary in force."""
    return lambda unit, figure: redrawing.draw(unit, figure, "测试", now)


@pytest.fixture
def squares(district, draw) -> dict[str, BaseGeometry]:
    """Figures of the small territory: the district 0.4° wide, streets its halves, then quarters, then two grids."""
    west, south = 124.8, 46.5
    figures = {
        "district": box(west, south, west + 0.4, south + 0.2),
        "street_1": box(west, south, west + 0.2, south + 0.2),
        "street_2": box(west + 0.2, south, west + 0.4, south + 0.2),
        "community_1": box(west, south, west + 0.1, south + 0.2),
        "community_2": box(west + 0.1, south, west + 0.2, south + 0.2),
        "grid_1": box(west, south, west + 0.1, south + 0.1),
        "grid_2": box(west, south + 0.1, west + 0.1, south + 0.2),
        "grid_3": box(west + 0.1, south, west + 0.2, south + 0.2),
    }
    for name, figure in figures.items():
        draw(getattr(district, name), figure)
    return figures


@pytest.fixture
def territory(db: None, now: datetime) -> Unit:
    """The demonstration's district with all its units and boundaries."""
    return demo.build_territory(now, PLATFORM)


@pytest.fixture
def make_site(district) -> Callable[..., Site]:
    """`make_site("社区中心", unit=…, week=…)`: a community's centre, open in office hours unless said.

    The kinds have standards of the district's own.
    """
    ensure_default_kinds()
    SiteKind.objects.filter(code="centre").update(
        district_m2=3000, street_m2=1500, community_m2=500, per_100_households_m2=None
    )
    SiteKind.objects.filter(code="rest").update(community_m2=20)

    def make(name: str = "一社区党群服务中心", *, kind: str = "centre", week=OFFICE, **changes) -> Site:
        unit = changes.pop("unit", district.community_1)
        values = {"address": "幸福路 1 号", "area_m2": 620, "opened_on": date(2024, 5, 1)} | changes
        site = Site.objects.create(
            name=name, kind=SiteKind.objects.get(code=kind), unit=unit, district=unit.district, street=unit.street,
            community=unit.community, **values,
        )  # fmt: skip
        SiteHours.objects.bulk_create(
            SiteHours(site=site, weekday=day, start_minute=start, end_minute=end)
            for day, windows in enumerate(week)
            for start, end in windows
        )
        return site

    return make
