"""Two people at one visit, and a visit while the sweep draws its card."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from governance.deadlines.models import Clock, Firing
from governance.deadlines.sweeping import sweep
from governance.errors import DomainError, IllegalState
from members.care.services import _common
from members.models import CareEvent, CareRecord, CareTurn, CareVisit

pytestmark = pytest.mark.django_db(transaction=True)
RACES = 12


def together(*calls: Any) -> list[str]:
    """Run these at one moment, each on a connection of its own; what each was refused with, or ""."""
    barrier = threading.Barrier(len(calls))

    def run(call: Any) -> str:
        barrier.wait(30)
        try:
            call()
        except DomainError as refused:
            return type(refused).__name__
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_without_the_lock_one_visit_would_be_written_down_twice(listed, visit, cast, now, monkeypatch) -> None:
    """The harm that the lock prevents: the turn was looked at before the other's visit, and written after it."""
    record = listed()
    turn = CareTurn.objects.get()
    seen, visited = threading.Event(), threading.Event()
    careful = _common.locked

    def careless(record_id: int, by: Any, revision: int | None = None) -> CareRecord:
        if by.user_id != cast.gw.user_id:
            return careful(record_id, by, revision)
        found = CareRecord.objects.select_related("person", "kind").get(pk=record_id)
        seen.set()
        assert visited.wait(30)
        return found

    monkeypatch.setattr(_common, "locked", careless)
    monkeypatch.setattr("members.care.services.visiting._check_turn", lambda record, turn, turn_id: None)

    def second() -> None:
        try:
            visit(record, days=1, turn_id=turn.pk)
        finally:
            connections.close_all()

    thread = threading.Thread(target=second, daemon=True)
    thread.start()
    assert seen.wait(30)
    visit(record, days=1, by=cast.cw, turn_id=turn.pk)
    visited.set()
    thread.join(30)
    assert CareVisit.objects.count() == 2


def test_with_the_lock_one_is_first_and_the_other_is_told(listed, person, visit, cast) -> None:
    for _ in range(RACES):
        record = listed(person())
        turn = CareTurn.objects.get(record=record).pk
        outcomes = together(
            lambda r=record, t=turn: visit(r, days=1, turn_id=t),
            lambda r=record, t=turn: visit(r, days=1, by=cast.cw, turn_id=t),
        )
        assert sorted(outcomes) == ["", IllegalState.__name__]
        assert record.visits.count() == 1
        assert list(record.turns.order_by("pk").values_list("state", flat=True)) == ["met", "open"]


def test_a_visit_while_the_sweep_fires_is_late_and_each_step_comes_once(listed, person, visit, now) -> None:
    late = now + timedelta(days=9)
    for _ in range(RACES):
        record = listed(person())
        outcomes = together(lambda r=record: visit(r, days=9), lambda: sweep(late), lambda: sweep(late))
        assert outcomes == ["", "", ""]
        sweep(late)
        first, second = record.turns.order_by("pk")
        assert (first.state, second.state) == ("missed", "open")
        old = Clock.objects.filter(subject_id=record.pk).earliest("pk")
        assert list(Firing.objects.filter(clock=old).order_by("step").values_list("action", flat=True)) == [
            "yellow", "red",
        ]  # fmt: skip
        assert CareEvent.objects.filter(record=record, kind="red").count() == 1
        record.refresh_from_db()
        assert record.card == ""
