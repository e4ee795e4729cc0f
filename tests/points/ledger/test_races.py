"""Many hands at one account, at the same moment: real threads, real commits. RACES=1000 runs a thousand."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from governance.errors import DomainError
from points.ledger import accounts, posting, services, verify
from points.models import Account, Transaction
from tests.points.ledger.conftest import LATER, SOON, balance, lots_of

pytestmark = pytest.mark.django_db(transaction=True)
RACES = int(os.environ.get("RACES", "10"))


def together(*calls: Callable[[], Any]) -> list[str]:
    """Each in its own thread and change, all at once: what became of each."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> str:
        try:
            start.wait(60)
            with transaction.atomic(durable=True):
                row = call()
            return "none" if row is None else "new" if row.is_new else "known"
        except DomainError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_without_the_lock_two_would_spend_the_same_points(budget, holder, shop, earned, cause, monkeypatch):
    """The harm that the lock prevents: both saw enough. The database alone stands then, and one gets an error."""
    earned(budget(), holder, 10, LATER)
    seen = threading.Barrier(2)

    def careless(account_id: int, today: Any) -> Any:
        lots = careful(account_id, today)
        seen.wait(30)
        return lots

    careful = services.lots_in_use
    monkeypatch.setattr(services, "lots_in_use", careless)
    monkeypatch.setattr(services, "hold", lambda account_id: None)
    outcomes: Counter[str] = Counter()

    def run(key: str) -> None:
        try:
            with transaction.atomic(durable=True):
                services.spend(holder=holder, shop=shop, points=10, cause=cause(key))
            outcomes["spent"] += 1
        except IntegrityError:
            outcomes["refused by the database"] += 1
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, ("a", "b")))
    assert outcomes == {"spent": 1, "refused by the database": 1}


def test_with_the_lock_the_second_is_told(budget, holder, shop, earned, cause):
    funds = budget()
    for race in range(RACES):
        earned(funds, holder, 10, LATER, key=f"award:{race}")
        found = together(*(
            partial(services.spend, holder=holder, shop=shop, points=10, cause=cause(f"{race}:{hand}"))
            for hand in range(3)
        ))  # fmt: skip
        assert sorted(found) == ["new", "not_enough", "not_enough"]
        assert balance(holder) == 0
    assert verify.find_faults() == []


def test_one_key_fifty_times_in_parallel_is_one_transaction(budget, holder, shop, earned, cause):
    earned(budget(), holder, 100, LATER)
    found = together(*[partial(services.spend, holder=holder, shop=shop, points=1, cause=cause("order:1"))] * 50)
    assert Counter(found) == {"new": 1, "known": 49}
    assert (Transaction.objects.filter(kind="spend").count(), balance(holder)) == (1, 99)
    spent = Transaction.objects.get(kind="spend")
    found = together(*[partial(services.cancel, transaction=spent, cause=cause("cancel:1"))] * 20)
    assert Counter(found) == {"new": 1, "known": 19}
    assert balance(holder) == 100


def test_two_who_undo_the_same_with_two_keys(budget, holder, shop, earned, cause):
    earned(budget(), holder, 100, LATER)
    for race in range(RACES):
        spent = services.spend(holder=holder, shop=shop, points=1, cause=cause(f"order:{race}"))
        found = together(
            partial(services.cancel, transaction=spent, cause=cause(f"a:{race}")),
            partial(services.cancel, transaction=spent, cause=cause(f"b:{race}")),
        )
        assert sorted(found) == ["already_recorded", "new"]
    assert balance(holder) == 100


def test_a_budget_given_by_two_hands_is_given_once(budget, holder, person, cause, now):
    funds, other = budget(10), accounts.of_person(person(name="刘敏"), now)
    for race in range(RACES):
        found = together(
            partial(services.award, budget=funds, holder=holder, points=10, expires_on=LATER, cause=cause(f"a:{race}")),
            partial(services.award, budget=funds, holder=other, points=10, expires_on=LATER, cause=cause(f"b:{race}")),
        )
        assert sorted(found) == ["new", "not_enough"]
        given = Transaction.objects.filter(kind="award").latest("pk")
        services.reverse(transaction=given, cause=cause(f"r:{race}"))
    assert (balance(funds), balance(holder), balance(other)) == (10, 0, 0)


def test_a_cancellation_and_the_expiry_at_once(budget, holder, shop, earned, cause, now):
    """Whichever is first, what was spent lives 30 more days, and what was not is gone."""
    funds, late = budget(), now + timedelta(days=20)
    renewed = late.date() + timedelta(days=30)
    for race in range(RACES):
        earned(funds, holder, 10, SOON, key=f"award:{race}")
        spent = services.spend(holder=holder, shop=shop, points=4, cause=cause(f"order:{race}"))
        found = together(
            partial(services.cancel, transaction=spent, cause=cause(f"cancel:{race}", at=late)),
            partial(services.expire, holder=holder, cause=cause(f"expire:{race}", at=late)),
        )
        assert found == ["new", "new"]
        assert lots_of(holder) == [(4, renewed)] * (race + 1)
    assert verify.find_faults() == []


def test_transfers_there_and_back_do_not_lock_up(budget, cause, district):
    ours, theirs = budget(500), budget(500, district.community_2)
    for race in range(RACES):
        found = together(
            *(partial(services.move, source=ours, target=theirs, points=3, cause=cause(f"a:{race}:{hand}"))
              for hand in range(3)),
            *(partial(services.move, source=theirs, target=ours, points=3, cause=cause(f"b:{race}:{hand}"))
              for hand in range(3)),
        )  # fmt: skip
        assert found == ["new"] * 6
    assert (balance(ours), balance(theirs)) == (500, 500)


def test_who_holds_a_unit_or_an_account_keeps_nobody_from_naming_it(budget, holder, shop, district, now):
    """What is written meanwhile and refers to them does not wait: a key in another table asks for a share of them."""
    year = budget(0)

    def name_them() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
                for table, pk in (
                    ("grids_unit", district.community_1.pk), ("grids_unit", district.street_1.pk),
                    ("points_account", holder.pk), ("points_account", shop.pk),
                ):  # fmt: skip
                    cursor.execute(f"SELECT FROM {table} WHERE id = %s FOR KEY SHARE", [pk])
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        accounts.of_budget(district.community_1, from_on=year.from_on, until_on=year.until_on, now=now)
        posting.lock([holder.pk])
        posting.hold(shop.pk)
        pool.submit(name_them).result()


def test_an_account_is_opened_once_by_many(person, now):
    someone = person()
    start = threading.Barrier(8)

    def run(_: int) -> int:
        try:
            start.wait(30)
            return accounts.of_person(someone, now).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(run, range(8)))) == 1
    assert Account.objects.filter(kind="holder").count() == 1
