"""The hotline's channel against a real server: the signature, the order, an hour without a receiver, a kill."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from governance.outbox import registry, services
from governance.outbox.channels import signature
from governance.outbox.delivery import LEASE, MAX_ATTEMPTS, deliver_next
from governance.outbox.models import Delivery
from tests.standins.hotline import SECRET, HotlineServer, running

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def city(settings) -> Iterator[HotlineServer]:
    with running() as server:
        settings.OUTBOX_CHANNELS = {
            "hotline": {"adapter": "governance.outbox.channels.Hotline", "url": server.url, "secret": SECRET}
        }
        yield server


def enqueue(appeal: int, sequence: int) -> None:
    services.enqueue(
        channel="hotline", key=f"hotline:{appeal}:{sequence}", address="", now=NOW, stream=f"hotline:{appeal}",
        payload={"number": str(appeal), "sequence": sequence}, sequence=sequence,
    )  # fmt: skip


def drain(now: datetime) -> None:
    while deliver_next(now=now) is not None:
        pass


def test_the_signature_is_that_of_the_contract():
    assert signature("hotline-secret", "1772413200", b'{"event":"accepted"}') == (
        "65545605d0e71b4e30176d3f21561acb4d8af9ac9131f7aa91f3a6c4dd02558e"
    )


def test_an_hour_without_the_city_loses_nothing_repeats_nothing_and_keeps_the_order(city):
    for appeal in range(40):
        for sequence in range(1, 6):
            enqueue(appeal, sequence)
    city.down = True
    for minute in range(60):
        drain(NOW + timedelta(minutes=minute))
    assert not city.taken
    assert not Delivery.objects.exclude(state=Delivery.WAITING).exists()
    city.down = False
    for minute in range(60, 60 * 3):
        drain(NOW + timedelta(minutes=minute))
    assert len(city.taken) == 200
    assert set(city.times.values()) == {1}
    for appeal in range(40):
        came = [event["sequence"] for event in city.taken.values() if event["number"] == str(appeal)]
        assert came == [1, 2, 3, 4, 5]
    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.SENT}


def test_what_a_killed_worker_had_sent_comes_twice_and_counts_once(city):
    enqueue(1, 1)
    assert deliver_next(now=NOW) is True
    # Killed between the city's answer and the record of it: the row stands as the claim left it.
    Delivery.objects.update(state=Delivery.WAITING, sent_at=None, next_try_at=NOW + LEASE)
    assert deliver_next(now=NOW) is None
    assert deliver_next(now=NOW + LEASE) is True
    assert (len(city.taken), city.times["hotline:1:1"]) == (1, 2)
    assert Delivery.objects.get().state == Delivery.SENT


def test_a_later_event_waits_for_an_earlier_one_and_not_for_one_given_up(city):
    enqueue(1, 1)
    enqueue(1, 2)
    Delivery.objects.filter(sequence=1).update(attempts=MAX_ATTEMPTS - 1)
    city.plan = [(500, b"")]
    assert deliver_next(now=NOW) is False
    assert Delivery.objects.get(sequence=1).state == Delivery.GIVEN_UP
    assert deliver_next(now=NOW) is True
    assert list(city.taken) == ["hotline:1:2"]


def test_an_earlier_event_put_off_holds_back_the_later(city):
    enqueue(1, 1)
    enqueue(1, 2)
    city.plan = [(500, b"garbage")]
    assert deliver_next(now=NOW) is False
    assert deliver_next(now=NOW) is None
    assert not city.taken


def test_a_refusal_goes_to_whom_the_registry_names(city, monkeypatch):
    taken = []
    monkeypatch.setattr(registry, "_refusals", {})
    registry.register_refusal("hotline", lambda delivery, answer, now: taken.append((delivery.key, answer)))
    enqueue(1, 1)
    city.plan = [(422, b'{"code": "R01", "reason": "too short"}')]
    assert deliver_next(now=NOW) is False
    assert taken == [("hotline:1:1", {"code": "R01", "reason": "too short"})]
    assert Delivery.objects.get().state == Delivery.GIVEN_UP
