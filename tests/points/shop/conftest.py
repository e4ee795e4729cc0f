"""A shop with goods in the first community, its clerk, and a member with points and an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import transaction

from accounts.acting import actor_from
from accounts.models import User
from governance import privacy
from governance.scope import Actor, Role
from members.models import Person
from points.ledger import accounts
from points.ledger import services as ledger
from points.ledger.posting import Cause
from points.models import Account, Goods, Shop, StockMove
from tests.fixtures import Cast, District, make_posting

LATER = date(2027, 6, 30)


@pytest.fixture
def clerk(district: District, now: datetime) -> Actor:
    """The first community's shop clerk."""
    return actor_from(make_posting(Role.SHOP_CLERK, district.community_1), now=now)


@pytest.fixture
def shop(make_site: Callable[..., Any], district: District, now: datetime) -> Shop:
    """The first community's shop."""
    return make_shop(make_site("一社区积分超市", kind="shop"), now)


def make_shop(site: Any, now: datetime, **values: Any) -> Shop:
    """A shop at a site, with its account."""
    accounts.of_shop(site, now)
    return Shop.objects.create(
        site=site, unit=site.unit, district=site.district, street=site.street, community=site.community, made_at=now,
        changed_at=now, **values,
    )  # fmt: skip


@pytest.fixture
def goods(shop: Shop, now: datetime) -> Callable[..., Goods]:
    """`goods("食用油", 30, left=10)`: on sale in the shop."""

    def make(name: str = "食用油", points: int = 30, *, left: int = 10, at: Shop | None = None, **values: Any) -> Goods:
        values = {"value": "15.90", "from_on": date(2026, 1, 1), "made_at": now, "changed_at": now} | values
        one = Goods.objects.create(shop=at or shop, name=name, points=points, **values)
        if left and one.keeps_stock:
            StockMove.objects.create(
                goods=one, kind="purchase", amount=left, by_user=1, by_name="店员", on=now.date(), at=now
            )
        return one

    return make


@pytest.fixture
def budget(district: District, cast: Cast, now: datetime) -> Callable[..., Account]:
    """The first community's for the year of `now`: pages read the real clock."""

    def make(points: int) -> Account:
        year, home = now.year, district.community_1
        with transaction.atomic():
            account = accounts.of_budget(home, from_on=date(year, 1, 1), until_on=date(year, 12, 31), now=now)
            issue = accounts.of_issue(district.district.pk, now)
            cause = Cause(key=f"fund:{points}", unit=home, by=cast.cs, now=now)
            ledger.fund(issue=issue, budget=account, points=points, cause=cause)
        account.refresh_from_db()
        return account

    return make


@pytest.fixture
def rich(person: Callable[..., Person], budget: Any, earned: Any, now: datetime) -> Callable[..., Person]:
    """`rich(100)`: a resident with so many points."""

    def make(points: int = 100, name: str = "王建国", into: Any = None) -> Person:
        who = person(name=name, into=into)
        funds = Account.objects.filter(kind="budget").first() or budget(100_000)
        if points:
            earned(funds, accounts.of_person(who, now), points, date(now.year + 1, 6, 30))
        return who

    return make


@pytest.fixture
def as_member(now: datetime) -> Callable[[Person, Actor], Person]:
    """Give an actor's account and a resident one phone number."""

    def make(who: Person, actor: Actor, phone: str = "13812340000") -> Person:
        index = privacy.blind_index("phone", phone)
        User.objects.filter(pk=actor.user_id).update(phone_index=index)
        Person.objects.filter(pk=who.pk).update(phone_index=index)
        who.refresh_from_db()
        return who

    return make


def usable(who: Person, now: datetime) -> int:
    """What a person may spend."""
    from django.utils import timezone

    from points.ledger import selectors

    return selectors.usable(accounts.of_person(who, now), timezone.localdate(now))


def left(one: Goods) -> int:
    """The stock now."""
    return Goods.objects.get(pk=one.pk).left
