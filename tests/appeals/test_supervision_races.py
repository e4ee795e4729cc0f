"""Two who order the same unit at once: with the appeal's lock one order and one reminder, without it a collision."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.db import IntegrityError, connection

from appeals import services
from appeals.models import Appeal, SupervisionOrder
from appeals.services import _orders, _run

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "查明电梯反复停运的原因，三日内书面回复。"


def at_once(*calls: Callable[[], object]) -> list[Exception]:
    """Run the calls in threads of their own; what they raised."""
    raised: list[Exception] = []

    def run(call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.fixture
def both(in_progress, cast, now: datetime, monkeypatch) -> Callable[[float], list[Exception]]:
    """Both leaders have looked for an open order before either makes one, as far as the lock lets them."""

    def order(wait: float) -> list[Exception]:
        meeting, look = Barrier(2), _orders._standing

        def looked(*args):
            found = look(*args)
            # With the lock the other one waits for it, and looks when this one has committed.
            with suppress(BrokenBarrierError):
                meeting.wait(wait)
            return found

        monkeypatch.setattr(_orders, "_standing", looked)
        return at_once(
            *(
                lambda by=by: services.supervise(appeal_id=in_progress.pk, words=WORDS, by=by, now=now)
                for by in (cast.dc, cast.dl)
            )
        )

    return order


def test_with_the_lock_there_is_one_order_and_a_reminder(both, in_progress) -> None:
    assert both(0.5) == []
    assert SupervisionOrder.objects.count() == 1
    entries = in_progress.entries.filter(kind="supervise").order_by("pk")
    assert [entry.data["again"] for entry in entries] == [False, True]


def test_without_it_both_would_make_one_and_the_database_stops_the_second(both, in_progress, monkeypatch) -> None:
    monkeypatch.setattr(_run, "lock", lambda appeal_id, by, also=None: Appeal.objects.get(pk=appeal_id))
    raised = both(30)
    assert [type(error) for error in raised] == [IntegrityError]
    assert SupervisionOrder.objects.count() == 1
