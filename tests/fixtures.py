"""What most tests need: a fixed moment, a small territory, and one actor a role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from accounts.acting import actor_from
from accounts.models import Posting, User
from governance.scope import Actor, Role, UnitKind
from grids.models import Unit

OPENED = date(2020, 1, 1)


@pytest.fixture
def now() -> datetime:
    """Monday 23 November 2026, 10:00 in Daqing: an ordinary working morning."""
    return datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class District:
    """Two streets with two communities each, two grids each; two departments and a squad.

    Names count along the line: `street_1`, its `community_1`, its `grid_1`; `community_2` is beside, in the same
    street; `street_2` holds `community_3` and `community_4`.
    """

    district: Unit
    street_1: Unit
    street_2: Unit
    community_1: Unit
    community_2: Unit
    community_3: Unit
    community_4: Unit
    grid_1: Unit
    grid_2: Unit
    grid_3: Unit
    department_1: Unit
    department_2: Unit
    squad_1: Unit


def make_unit(code: str, name: str, kind: UnitKind, parent: Unit | None = None) -> Unit:
    """A unit with its place on the line worked out from its parent."""
    unit = Unit(code=code, name=name, kind=kind, parent=parent, opened_on=OPENED)
    for level in ("district_id", "street_id", "community_id"):
        setattr(unit, level, getattr(parent, level) if parent else None)
    unit.save()
    if kind in {UnitKind.DISTRICT, UnitKind.STREET, UnitKind.COMMUNITY}:
        setattr(unit, f"{kind.value}_id", unit.pk)
        unit.save()
    return unit


@pytest.fixture
def district(db: None) -> District:
    """The small territory."""
    top = make_unit("990001", "试验区", UnitKind.DISTRICT)
    street_1 = make_unit("990001001", "第一街道", UnitKind.STREET, top)
    street_2 = make_unit("990001002", "第二街道", UnitKind.STREET, top)
    communities = [
        make_unit(f"{street.code}{n:03d}", f"{street.name}{n}社区", UnitKind.COMMUNITY, street)
        for street in (street_1, street_2)
        for n in (1, 2)
    ]
    grids = [
        make_unit(f"{communities[i].code}{n:03d}", f"第{n}网格", UnitKind.GRID, communities[i])
        for i, n in ((0, 1), (0, 2), (1, 1))
    ]
    return District(
        top, street_1, street_2, *communities, *grids,
        department_1=make_unit("990001-D01", "试验区城管局", UnitKind.DEPARTMENT, top),
        department_2=make_unit("990001-D02", "试验区住建局", UnitKind.DEPARTMENT, top),
        squad_1=make_unit("990001001-Q", "第一街道执法中队", UnitKind.SQUAD, street_1),
    )  # fmt: skip


def make_posting(role: Role, unit: Unit, *, username: str = "", is_leader: bool = False) -> Posting:
    """A user with one posting that is in force at any time a test may choose."""
    username = username or f"{role.value.lower()}-{unit.code}"
    user, _ = User.objects.get_or_create(username=username, defaults={"name": f"{unit.name[:8]}{role.value}"})
    return Posting.objects.create(user=user, unit=unit, role=role, is_leader=is_leader, starts_on=OPENED)


@dataclass(frozen=True)
class Cast:
    """Who plays: one actor a role in the first line, and the others that tests need beside, above and below."""

    actors: dict[str, Actor]

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.actors[name]
        except KeyError:
            raise AttributeError(name) from None


@pytest.fixture
def cast(district: District, now: datetime) -> Cast:
    """`cast.dc`, `cast.ss` … act in the first line; `ss_2`, `cs_2`, `cw_2`, `cw_3`, `gw_2`, `ds_2` elsewhere."""
    places = {
        "dl": (Role.DISTRICT_LEADER, district.district),
        "dc": (Role.DISTRICT_CENTRE, district.district),
        "sl": (Role.STREET_LEADER, district.street_1),
        "ss": (Role.STREET_STAFF, district.street_1),
        "ss_2": (Role.STREET_STAFF, district.street_2),
        "cs": (Role.COMMUNITY_SECRETARY, district.community_1),
        "cs_2": (Role.COMMUNITY_SECRETARY, district.community_2),
        "cw": (Role.COMMUNITY_WORKER, district.community_1),
        "cw_2": (Role.COMMUNITY_WORKER, district.community_2),
        "cw_3": (Role.COMMUNITY_WORKER, district.community_3),
        "gw": (Role.GRID_WORKER, district.grid_1),
        "gw_2": (Role.GRID_WORKER, district.grid_2),
        "pg": (Role.PART_TIME_GRID_WORKER, district.grid_1),
        "ds": (Role.DEPARTMENT_STAFF, district.department_1),
        "ds_2": (Role.DEPARTMENT_STAFF, district.department_2),
        "squad": (Role.STREET_STAFF, district.squad_1),
        "au": (Role.AUDITOR, district.district),
        "se": (Role.SECURITY_ADMIN, district.district),
        "sy": (Role.SYSTEM_ADMIN, district.district),
    }
    postings = {name: make_posting(role, unit) for name, (role, unit) in places.items()}
    return Cast({name: actor_from(posting, now=now) for name, posting in postings.items()})
