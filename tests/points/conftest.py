"""A household, a person and a community with points to give."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import transaction

from grids.models import Unit
from points.ledger import accounts, services
from points.ledger.posting import Cause
from points.models import Account, Transaction
from tests.fixtures import Cast, District
from tests.grids.conftest import make_site as make_site
from tests.members.conftest import household as household
from tests.members.conftest import person as person

YEAR = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture
def cause(cast: Cast, district: District, now: datetime) -> Callable[..., Cause]:
    """`cause("key")`: business of the first community, by its secretary, now."""

    def make(key: str, *, unit: Unit | None = None, by: Any = None, at: datetime | None = None, **more: Any) -> Cause:
        return Cause(key=key, unit=unit or district.community_1, by=by or cast.cs, now=at or now, **more)

    return make


@pytest.fixture
def budget(cause: Callable[..., Cause], district: District, now: datetime) -> Callable[..., Account]:
    """`budget(1000)`: the first community's for the year, with so many points in it."""

    def make(points: int = 1000, unit: Unit | None = None) -> Account:
        unit = unit or district.community_1
        with transaction.atomic():
            account = accounts.of_budget(unit, from_on=YEAR[0], until_on=YEAR[1], now=now)
            if points:
                issue = accounts.of_issue(district.district.pk, now)
                key = f"fund:{unit.code}:{points}"
                services.fund(issue=issue, budget=account, points=points, cause=cause(key, unit=unit))
        account.refresh_from_db()
        return account

    return make


@pytest.fixture
def earned(cause: Callable[..., Cause], now: datetime) -> Callable[..., Transaction]:
    """`earned(budget, holder, 100, expires_on)`: an award."""

    def make(budget: Account, holder: Account, points: int, expires_on: date, key: str = "") -> Transaction:
        why = cause(key or f"award:{holder.pk}:{points}:{expires_on}")
        with transaction.atomic():
            return services.award(budget=budget, holder=holder, points=points, expires_on=expires_on, cause=why)

    return make
