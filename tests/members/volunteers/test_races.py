"""Two who want the last seat; two who confirm one row; a person at two activities at once."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections

from governance.errors import DomainError
from members.models import Activity, ServiceHours, SignUp
from members.volunteers import registry
from members.volunteers.services import _common, hours, sign_ups

pytestmark = pytest.mark.django_db(transaction=True)


def seated(one: Activity) -> int:
    return SignUp.objects.filter(activity=one).seated().count()


def test_without_the_lock_there_would_be_more_than_the_seats(activity, people, cast, now, monkeypatch) -> None:
    """The harm that the lock prevents: a seat that was counted as free before somebody else took it."""
    one, who = activity(capacity=1), people(2)
    counted, taken = threading.Event(), threading.Event()

    careful, free = _common.locked_activity, sign_ups.free

    def careless(activity_id: int, by: Any, revision: int | None = None) -> Activity:
        return careful(activity_id, by, revision) if by is cast.cs else Activity.objects.get(pk=activity_id)

    def slow(found: Activity) -> int | None:
        left = free(found)
        if threading.current_thread() is not threading.main_thread():
            counted.set()
            assert taken.wait(30)
        return left

    monkeypatch.setattr(_common, "locked_activity", careless)
    monkeypatch.setattr(sign_ups, "free", slow)

    def signing() -> None:
        try:
            sign_ups.sign_up(activity_id=one.pk, person_ids=[who[0].pk], by=cast.cw, now=now)
        finally:
            connections.close_all()

    thread = threading.Thread(target=signing, daemon=True)
    thread.start()
    assert counted.wait(30)
    sign_ups.sign_up(activity_id=one.pk, person_ids=[who[1].pk], by=cast.cs, now=now)
    taken.set()
    thread.join(30)
    assert seated(one) == 2


def test_with_the_lock_never_more_than_the_seats(activity, people, cast, now) -> None:
    who = people(8)
    for _ in range(5):
        one = activity(capacity=3)
        results = at_once(
            [partial(sign_ups.sign_up, activity_id=one.pk, person_ids=[p.pk], by=cast.cw, now=now) for p in who]
        )
        assert results == Counter(done=8)
        assert (seated(one), one.sign_ups.filter(state="waiting").count()) == (3, 5)
        rows = list(one.sign_ups.filter(state="signed"))
        results = at_once([lambda r=r: sign_ups.cancel_sign_up(sign_up_id=r.pk, by=cast.cw, now=now) for r in rows[:2]])
        assert results == Counter(done=2)
        assert (seated(one), one.sign_ups.filter(state="waiting").count()) == (3, 3)
        one.sign_ups.update(state="cancelled")


def test_a_person_gets_into_one_of_two_activities_at_one_time(activity, people, cast, now) -> None:
    who = people(1)
    for round_ in range(8):
        begin = now + timedelta(days=round_ + 1)
        both = [activity(starts_at=begin, ends_at=begin + timedelta(hours=2)) for _ in range(2)]
        results = at_once([
            lambda one=one: sign_ups.sign_up(activity_id=one.pk, person_ids=[who[0].pk], by=cast.cw, now=now)
            for one in both
        ])  # fmt: skip
        assert results == Counter(done=1, told=1)


def test_hours_are_confirmed_once(held, cast, monkeypatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(registry, "_confirmed", [lambda *, hours, by, now: told.append(hours.pk)])
    one = held(4)
    rows = list(one.hours.order_by("pk"))
    calls = [
        lambda row=row, by=by: hours.confirm_hours(hours_id=row.pk, by=by, now=one.ends_at)
        for row in rows for by in (cast.cs, cast.cw)
    ]  # fmt: skip
    assert at_once(calls) == Counter(done=4, told=4)
    assert sorted(told) == [row.pk for row in rows]
    one.refresh_from_db()
    assert (one.pending, ServiceHours.objects.confirmed().count()) == (0, 4)


def at_once(calls: list[Any]) -> Counter[str]:
    """All calls in threads of their own, begun together: how many were done, and how many were told why not."""
    together = threading.Barrier(len(calls))

    def run(call: Any) -> str:
        try:
            together.wait(30)
            call()
        except DomainError:
            return "told"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))
