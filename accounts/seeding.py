"""The people of the demo district: staff for every unit, one of each role under its listed name."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.demo import PASSWORD, USERNAMES
from accounts.models import Posting, User
from governance.scope import Role, UnitKind
from grids.models import Unit
from grids.names import initials_of

# How many of each role a unit of each kind has.
_STAFF: dict[UnitKind, tuple[tuple[Role, int], ...]] = {
    UnitKind.DISTRICT: (
        (Role.DISTRICT_LEADER, 3), (Role.DISTRICT_CENTRE, 6),
        (Role.AUDITOR, 1), (Role.SECURITY_ADMIN, 1), (Role.SYSTEM_ADMIN, 1),
    ),
    UnitKind.STREET: ((Role.STREET_LEADER, 1), (Role.STREET_STAFF, 3)),
    UnitKind.COMMUNITY: ((Role.COMMUNITY_SECRETARY, 1), (Role.COMMUNITY_WORKER, 3)),
    UnitKind.GRID: ((Role.GRID_WORKER, 1),),
    UnitKind.DEPARTMENT: ((Role.DEPARTMENT_STAFF, 2),),
    UnitKind.SQUAD: ((Role.STREET_STAFF, 2),),
}  # fmt: skip
# The listed accounts of one line: they work in the same street, community and grid, so that a tour meets itself.
HOME_COMMUNITY = "230604014013"  # 景园社区, 旭园街道
HOME_DEPARTMENT = "城市管理综合执法局"


def ensure_staff(*, surnames: str, given: list[str], now: datetime) -> int:
    """Users with their postings for every open unit that has none; the number of users made. Deterministic."""
    with transaction.atomic():
        if User.objects.exists():
            return 0
        encoded = make_password(PASSWORD)
        since = date(2022, 3, 1)
        rng = random.Random(20260101)
        people = []
        for unit, role, leads in _seats():
            name = rng.choice(surnames) + rng.choice(given)
            user = User(
                username="",
                name=name,
                initials=initials_of(name)[:32],
                password=encoded,
                password_set_at=now,
                is_active=True,
            )
            people.append((user, Posting(unit=unit, role=role, is_leader=leads, starts_on=since)))
        _name_accounts(people)
        users = User.objects.bulk_create([user for user, _ in people], batch_size=500)
        for user, (_, posting) in zip(users, people, strict=True):
            posting.user = user
        Posting.objects.bulk_create([posting for _, posting in people], batch_size=500)
        return len(users)


def _seats() -> Iterator[tuple[Unit, Role, bool]]:
    for unit in Unit.objects.open().order_by("code"):
        for role, count in _STAFF.get(UnitKind(unit.kind), ()):
            for n in range(count):
                yield unit, role, n == 0 and unit.kind in {UnitKind.DEPARTMENT, UnitKind.SQUAD}
    home = Unit.objects.get(code=HOME_COMMUNITY)
    grid = home.children.filter(kind=UnitKind.GRID).order_by("code").first()
    if grid is not None:
        yield grid, Role.PART_TIME_GRID_WORKER, False
    yield home, Role.SHOP_CLERK, False
    yield home, Role.ENTERPRISE_LIAISON, False


def _name_accounts(people: list[tuple[User, Posting]]) -> None:
    """The listed names for one person of each role, in the home line; numbered names for all others."""
    listed = dict(USERNAMES)
    counts: dict[Role, int] = {}
    for user, posting in people:
        role = Role(posting.role)
        if role in listed and _is_home(posting.unit):
            user.username = listed.pop(role)
            continue
        counts[role] = counts.get(role, 0) + 1
        user.username = f"{role.value.lower()}{counts[role]:04d}"


def _is_home(unit: Unit) -> bool:
    if unit.kind == UnitKind.DEPARTMENT:
        return unit.name == HOME_DEPARTMENT
    return HOME_COMMUNITY.startswith(unit.code) or unit.code == f"{HOME_COMMUNITY}001"
