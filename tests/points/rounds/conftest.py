"""Somebody who earned points, and whose account can sign in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from members.models import Household, Person
from points.ledger import accounts, services
from points.ledger.posting import Cause
from points.models import Account, Transaction
from tests.appeals.pages.conftest import browse as browse
from tests.fixtures import Cast, District
from tests.members.volunteers.conftest import give_account as give_account

FAR = timedelta(days=400)


@pytest.fixture
def funds(cast: Cast, district: District) -> Callable[[Any], Account]:
    """`funds(unit)`: a budget with plenty in it, whatever the day."""
    made: dict[int, Account] = {}

    def of(unit: Any) -> Account:
        if unit.pk not in made:
            at = datetime(2024, 1, 1, tzinfo=timezone.get_current_timezone())
            cause = Cause(key=f"fund:{unit.pk}", unit=unit, by=cast.cs, now=at)
            with transaction.atomic():
                budget = accounts.of_budget(unit, from_on=date(2024, 1, 1), until_on=date(2030, 12, 31), now=at)
                issue = accounts.of_issue(unit.district_id, at)
                services.fund(issue=issue, budget=budget, points=900_000, cause=cause)
            made[unit.pk] = budget
        return made[unit.pk]

    return of


@pytest.fixture
def give(cast: Cast, district: District, funds: Any, now: datetime) -> Callable[..., Transaction]:
    """`give(person, 30)`: points for a person or a household, by the first community unless said."""
    count = iter(range(10**6))

    def make(
        who: Person | Household, points: int, *, at: datetime | None = None, unit: Any = None, words: str = "志愿服务",
        good_for: timedelta = FAR,
    ) -> Transaction:  # fmt: skip
        unit, at = unit or district.community_1, at or now
        holder = accounts.of_household(who, at) if isinstance(who, Household) else accounts.of_person(who, at)
        cause = Cause(key=f"give:{next(count)}", unit=unit, by=cast.cs, now=at, words=words)
        expires = timezone.localdate(at) + good_for
        with transaction.atomic():
            return services.award(budget=funds(unit), holder=holder, points=points, expires_on=expires, cause=cause)

    return make


@pytest.fixture
def use(cast: Cast, district: District, make_site: Any, now: datetime) -> Callable[..., Transaction]:
    """`use(person, 10)`: spent in the first community's shop."""
    count, shops = iter(range(10**6)), {}

    def make(who: Person | Household, points: int, *, at: datetime | None = None, unit: Any = None) -> Transaction:
        unit, at = unit or district.community_1, at or now
        if not shops:
            shops[0] = accounts.of_shop(make_site(), at)
        holder = accounts.of_household(who, at) if isinstance(who, Household) else accounts.of_person(who, at)
        cause = Cause(key=f"use:{next(count)}", unit=unit, by=cast.cs, now=at, words="洗衣液 1 瓶")
        with transaction.atomic():
            return services.spend(holder=holder, shop=shops[0], points=points, cause=cause)

    return make
