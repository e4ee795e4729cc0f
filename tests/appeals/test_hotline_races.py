"""A merged appeal's return is answered while the one that carries on for it writes to the same stream."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections, transaction

from appeals import hotline, services
from appeals.models import Appeal
from appeals.services import _run
from governance.outbox.models import Delivery
from tests.appeals.conftest import REPLY, RESULT, refuse_newest

pytestmark = pytest.mark.django_db(transaction=True)
CORRECTED = "您反映的电梯主板已于十一月二十日更换，当日恢复运行。"


@pytest.fixture
def child(city, registered, cast, district, now) -> Appeal:
    """Merged into one that is resolved; the city has refused what it was told of the child."""
    parent = registered(unit_id=district.community_1.pk)
    child = registered(unit_id=district.community_1.pk, channel="hotline", source_number="DQ2")
    services.dispatch(appeal_id=parent.pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
    services.accept(appeal_id=parent.pk, by=cast.ds, now=now)
    services.merge(appeal_id=child.pk, into_id=parent.pk, by=cast.dc, now=now)
    services.resolve(appeal_id=parent.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
    refuse_newest(city, now)
    return Appeal.objects.get(pk=child.pk)


def answered_meanwhile(child: Appeal, cast: Any, now: Any) -> list[str]:
    """The parent's step has queued its event and not committed when the child's return is answered; what is queued."""

    def answer() -> None:
        try:
            services.resend_to_hotline(appeal_id=child.pk, public_reply=CORRECTED, by=cast.dc, now=now)
        finally:
            connections.close_all()

    thread = threading.Thread(target=answer, daemon=True)
    with transaction.atomic():
        parent = Appeal.objects.select_for_update(of=("self",)).get(pk=child.parent_id)
        hotline._tell(parent, "reopened", {}, now)
        thread.start()
        _wait_for_one_that_waits_for_us()
    thread.join(30)
    told = Delivery.objects.filter(stream=f"hotline:{child.pk}").order_by("sequence")
    return [one.payload["event"] for one in told]


def _wait_for_one_that_waits_for_us() -> None:
    pause = threading.Event()
    for _ in range(600):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        pause.wait(0.05)
    raise AssertionError("nobody waited")


def test_without_the_parents_lock_one_of_the_two_events_would_be_lost(child, cast, now, monkeypatch) -> None:
    careful = _run.lock
    monkeypatch.setattr(_run, "lock", lambda appeal_id, by, also=None: careful(appeal_id, by))
    assert answered_meanwhile(child, cast, now) == ["accepted", "merged", "resolved", "reopened"]


def test_with_it_each_has_a_place_of_its_own(child, cast, now) -> None:
    assert answered_meanwhile(child, cast, now) == ["accepted", "merged", "resolved", "reopened", "corrected"]
