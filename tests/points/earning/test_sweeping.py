"""Many workers at once, and one that dies: each claim gives once, and no cap is passed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Sum

from points.earning import caps, claims, messages, settling, tasks
from points.earning.claims import Event
from points.models import Account, Claim, EarningRule, Entry, Transaction
from tests.points.earning.conftest import balance

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 20)


def events(who: Any, count: int, start: int = 1, minutes: int = 60, on: date = DAY) -> list[Event]:
    return [Event(("members.servicehours", start + n), "hours", who, f"楼道清洁{n}", on, minutes) for n in range(count)]


def keep(rows: list[Event], now: Any) -> list[int]:
    with transaction.atomic():
        claims.keep(rows, now)
    return list(Claim.objects.order_by("pk").values_list("pk", flat=True))


def in_threads(count: int, work: Any) -> list[Any]:
    def one(number: int) -> Any:
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_by_many_workers_each_once_and_under_the_cap(rules, budget, people, now) -> None:
    account = budget(1000)
    who = people(3)
    for number, one in enumerate(who):
        keep(events(one, 8, start=1 + 100 * number), now)
    done = in_threads(6, lambda number: tasks.run(now))
    assert sum(done) == 24
    for one in who:
        mine = Claim.objects.filter(person=one)
        assert mine.filter(state="awarded").aggregate(n=Sum("points"))["n"] == 40, "four a day"
        assert mine.filter(state="refused").count() == 4
    assert Transaction.objects.filter(kind="award").count() == 12
    account.refresh_from_db()
    assert account.balance == 1000 - 120


def test_without_the_turn_two_workers_would_pass_the_cap(rules, budget, people, now, monkeypatch) -> None:
    budget(1000)
    who = people(1)[0]
    balance(who, now)
    both = keep(events(who, 2, minutes=240), now)
    counted, count = threading.Barrier(2), caps.room
    monkeypatch.setattr(settling, "_turn", lambda claim: None)

    def slow(*args: Any, **more: Any) -> Any:
        found = count(*args, **more)
        counted.wait(20)
        return found

    monkeypatch.setattr(caps, "room", slow)
    in_threads(2, lambda number: settling.settle(claim_id=both[number], now=now))
    assert Claim.objects.aggregate(n=Sum("points"))["n"] == 80, "the harm that the turn prevents"


def test_with_the_turn_the_second_is_refused(rules, budget, people, now) -> None:
    budget(1000)
    both = keep(events(people(1)[0], 2, minutes=240), now)
    start = threading.Barrier(2)

    def work(number: int) -> None:
        start.wait(20)
        settling.settle(claim_id=both[number], now=now)

    in_threads(2, work)
    assert sorted(Claim.objects.values_list("state", flat=True)) == ["awarded", "refused"]
    assert "每日 40 分" in Claim.objects.get(state="refused").why


def test_a_worker_that_is_killed_leaves_nothing_and_the_next_gives_once(
    rules, budget, people, now, monkeypatch
) -> None:
    account = budget(100)
    who = people(1)[0]
    claim_id = keep(events(who, 1), now)[0]
    told = messages.tell_earner
    killed: list[int] = []

    def die(claim: Claim, at: Any) -> None:
        """All is written and not committed: the connection is cut, as with a worker that is killed."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            killed.append(cursor.fetchone()[0])
        cutter = connections.create_connection("default")
        with cutter.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [killed[0]])
        cutter.close()
        told(claim, at)
        connection.cursor().execute("SELECT 1")

    monkeypatch.setattr(messages, "tell_earner", die)
    assert in_threads(1, lambda number: tasks.run(now)) == [0], "told to the log, nothing decided"
    assert killed
    assert not Transaction.objects.filter(kind="award").exists()
    assert Claim.objects.get(pk=claim_id).state == "waiting"
    monkeypatch.setattr(messages, "tell_earner", told)
    assert in_threads(3, lambda number: tasks.run(now)) in ([1, 0, 0], [0, 1, 0], [0, 0, 1])
    assert Entry.objects.filter(transaction__kind="award", amount=10).count() == 1
    account.refresh_from_db()
    assert account.balance == 90


def test_what_fails_holds_up_none_of_the_others(rules, budget, people, now, monkeypatch) -> None:
    budget(100)
    first, second = keep(events(people(1)[0], 2), now)
    decide = settling.decide

    def fails(claim: Claim, *args: Any) -> None:
        if claim.pk == first:
            raise DatabaseError("no")
        decide(claim, *args)

    monkeypatch.setattr(settling, "decide", fails)
    assert tasks.run(now) == 1
    assert [Claim.objects.get(pk=pk).state for pk in (first, second)] == ["waiting", "awarded"]


def test_a_claim_that_another_has_is_passed_over(rules, budget, people, now) -> None:
    budget(100)
    claim_id = keep(events(people(1)[0], 1), now)[0]
    with transaction.atomic():
        Claim.objects.select_for_update().get(pk=claim_id)
        assert in_threads(1, lambda number: tasks.run(now)) == [0]
    assert tasks.run(now) == 1


def test_the_same_event_twice_is_one_claim(rules, people, now) -> None:
    who = people(1)[0]
    keep(events(who, 1), now)
    assert len(keep(events(who, 1), now)) == 1


def test_above_the_threshold_a_claim_waits_for_a_second_person(rules, budget, people, now) -> None:
    budget(100)
    EarningRule.objects.filter(code="service_hours").update(second_from=30)
    keep(events(people(1)[0], 1, minutes=180), now)
    assert tasks.run(now) == 1
    claim = Claim.objects.get()
    assert (claim.state, claim.points) == ("second", 30)
    assert claim.due_at is not None
    assert Account.objects.get(kind="budget").balance == 100
