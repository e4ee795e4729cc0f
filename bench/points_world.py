"""A shop with goods, buyers with points, and a clerk: what the bench and the chaos of points run on."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.acting import actor_from
from governance.scope import Actor, Role, UnitKind
from grids.models import Site, SiteKind, Unit
from grids.sites.kinds import ensure_default_kinds
from members.models import Person
from points.ledger import accounts, services
from points.ledger.posting import Cause
from points.models import Account, Goods, Shop, StockMove
from tests.fixtures import make_posting, make_unit


@dataclass(frozen=True)
class World:
    """What the runs need, by primary key and as plain data."""

    community: Unit
    clerk: Actor
    shop: Shop
    buyers: list[int]
    each: int


def make(buyers: int, each: int) -> World:
    """A community with a shop, and so many residents with so many points each, good for a year."""
    now = timezone.now()
    district = make_unit("990001", "试验区", UnitKind.DISTRICT)
    street = make_unit("990001001", "第一街道", UnitKind.STREET, district)
    community = make_unit("990001001001", "第一社区", UnitKind.COMMUNITY, street)
    ensure_default_kinds()
    site = Site.objects.create(
        name="第一社区积分超市", kind=SiteKind.objects.get(code="shop"), unit=community, district=district,
        street=street, community=community, address="幸福路1号", opened_on=date(2024, 5, 1),
    )  # fmt: skip
    shop = Shop.objects.create(
        site=site, unit=community, district=district, street=street, community=community, made_at=now, changed_at=now
    )
    accounts.of_shop(site, now)
    clerk = actor_from(make_posting(Role.SHOP_CLERK, community), now=now)
    people = Person.objects.bulk_create(
        Person(
            name="居民", seal_key=uuid.uuid4(), made_at=now, changed_at=now, district=district, street=street,
            community=community,
        )
        for _ in range(buyers)
    )  # fmt: skip
    _pay(people, each, community, clerk, now)
    return World(community, clerk, shop, [person.pk for person in people], each)


def _pay(people: list[Person], each: int, community: Unit, by: Actor, now: datetime) -> None:
    today = timezone.localdate(now)
    with transaction.atomic():
        budget = accounts.of_budget(
            community, from_on=today.replace(month=1, day=1), until_on=today.replace(month=12, day=31), now=now
        )
        issue = accounts.of_issue(community.district_id or 0, now)
        cause = Cause(key="fund", unit=community, by=by, now=now)
        services.fund(issue=issue, budget=budget, points=each * len(people), cause=cause)
        for person in people:
            cause = Cause(key=f"award:{person.pk}", unit=community, by=by, now=now)
            holder, until = accounts.of_person(person, now), today + timedelta(days=365)
            services.award(budget=budget, holder=holder, points=each, expires_on=until, cause=cause)


def goods(world: World, name: str, left: int) -> Goods:
    """Something for one point, so many pieces in stock."""
    now = timezone.now()
    one = Goods.objects.create(
        shop=world.shop, name=name, points=1, value="1.00", from_on=date(2024, 1, 1), made_at=now, changed_at=now
    )
    StockMove.objects.create(
        goods=one, kind="purchase", amount=left, by_user=world.clerk.user_id, by_name="店员", on=now.date(), at=now
    )
    return one


def scalar(statement: str) -> int:
    """One number from the database."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0] or 0)


def points_left(world: World) -> int:
    """What all buyers have together."""
    return sum(Account.objects.filter(person__in=world.buyers).values_list("balance", flat=True))
