"""Rules, and somebody whose hours were confirmed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from governance.deadlines.defaults import ensure_default_policies
from members.models import Person, ServiceHours
from members.volunteers.services import hours as hours_services
from points.earning import settling
from points.earning.rules import ensure_default_rules
from points.ledger import accounts
from points.models import Claim, EarningRule
from tests.members.volunteers.conftest import activity as activity
from tests.members.volunteers.conftest import calendar as calendar
from tests.members.volunteers.conftest import held as held
from tests.members.volunteers.conftest import people as people
from tests.members.volunteers.conftest import signed as signed

BEGAN = date(2026, 1, 1)


@pytest.fixture
def rules(district: Any, calendar: None, now: datetime) -> dict[str, EarningRule]:
    """The shipped ones, by code; and the limits."""
    ensure_default_policies(now)
    ensure_default_rules(district.district.pk, BEGAN, now)
    return {rule.code: rule for rule in EarningRule.objects.all()}


@pytest.fixture
def served(held: Any, cast: Any, now: datetime) -> Callable[..., ServiceHours]:
    """`served(person)`: two hours, confirmed by the secretary."""

    def make(who: Person | None = None, **changes: Any) -> ServiceHours:
        one = held(1, **({"who": [who]} if who else {}), **changes)
        row = one.hours.get()
        return hours_services.confirm_hours(hours_id=row.pk, by=cast.cs, now=one.ends_at)

    return make


def settle(now: datetime) -> list[Claim]:
    """All that waits, one after the other; what each became."""
    for claim_id in settling.waiting(now):
        settling.settle(claim_id=claim_id, now=now)
    return list(Claim.objects.order_by("pk"))


def balance(person: Person, now: datetime) -> int:
    """What a person has."""
    account = accounts.of_person(person, now)
    account.refresh_from_db()
    return account.balance
