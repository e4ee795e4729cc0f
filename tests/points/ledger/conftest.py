"""A holder, a shop, and looks at what they have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection

from members.models import Person
from members.services.persons import merge_persons
from points.ledger import accounts
from points.models import Account, Lot

SOON, LATER = date(2026, 12, 1), date(2027, 6, 30)


@pytest.fixture
def holder(person: Callable[..., Any], now: datetime) -> Account:
    return accounts.of_person(person(), now)


@pytest.fixture
def shop(make_site: Callable[..., Any], now: datetime) -> Account:
    return accounts.of_shop(make_site(), now)


def lots_of(account: Account) -> list[tuple[int, date]]:
    """What is left of each lot, and its day, in the order in which they came."""
    return list(Lot.objects.filter(account=account, left__gt=0).order_by("pk").values_list("left", "expires_on"))


def balance(account: Account) -> int:
    """As the database has it."""
    return Account.objects.get(pk=account.pk).balance


@contextmanager
def unguarded() -> Iterator[Any]:
    """A cursor past every trigger: to plant what cannot be."""
    with connection.cursor() as cursor:
        # What was written in order is looked at before.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET session_replication_role = replica")
        try:
            yield cursor
        finally:
            cursor.execute("SET session_replication_role = origin")


@pytest.fixture
def merged(holder, person, cast, now):
    """`merged()`: a second record of the holder's person becomes one with the first; gives the other's account."""
    keep = Person.objects.get(pk=holder.person_id)
    other = person(name="王建国")
    drop = accounts.of_person(other, now)

    def merge():
        merge_persons(keep_id=keep.pk, drop_id=other.pk, words="同一人", by=cast.cw, now=now)

    return drop, merge
