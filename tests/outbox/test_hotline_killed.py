"""A real worker, killed between the city's acceptance and our record of it: the same key again, and one event there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from governance.celery import app
from governance.outbox import services
from governance.outbox.delivery import deliver_next
from governance.outbox.models import Delivery
from governance.outbox.tasks import deliver
from tests.deadlines.processes import processes, until
from tests.standins.hotline import SECRET, HotlineServer, running

pytestmark = [pytest.mark.celery, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(settings, monkeypatch) -> Iterator[HotlineServer]:
    """Listening, for this process and for the workers that it starts."""
    with running() as server:
        channel = {"adapter": "governance.outbox.channels.Hotline", "url": server.url, "secret": SECRET}
        settings.OUTBOX_CHANNELS = {"hotline": channel}
        monkeypatch.setenv("HOTLINE_URL", server.url)
        monkeypatch.setenv("HOTLINE_SECRET", SECRET)
        app.control.purge()
        yield server


def enqueue(sequence: int) -> None:
    services.enqueue(
        channel="hotline", key=f"hotline:1:{sequence}", address="", now=timezone.now(), stream="hotline:1",
        payload={"number": "1", "sequence": sequence}, sequence=sequence,
    )  # fmt: skip


def test_what_the_city_has_and_a_dead_worker_did_not_record_comes_again_with_its_key(city) -> None:
    enqueue(1)
    enqueue(2)
    city.slow = True
    with processes() as group:
        group.worker("worker")
        deliver.delay()
        until(lambda: "hotline:1:1" in city.taken, group)
        group.kill("worker")
    # The city has it, nothing of ours says so, and the claim stands until it lapses.
    first = Delivery.objects.get(sequence=1)
    assert (first.state, first.attempts, first.sent_at) == (Delivery.WAITING, 1, None)
    city.slow = False
    city.gate.set()
    app.control.purge()
    lapses = first.next_try_at
    assert deliver_next(now=lapses - timedelta(seconds=1)) is None
    while deliver_next(now=lapses) is not None:
        pass
    assert list(city.taken) == ["hotline:1:1", "hotline:1:2"]
    assert city.times == {"hotline:1:1": 2, "hotline:1:2": 1}
    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.SENT}
