"""Messages to outside channels, against a real HTTP server that fails as told."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection, transaction

from governance.outbox import channels, services
from governance.outbox.delivery import LEASE, MAX_ATTEMPTS, deliver_next, wait_after
from governance.outbox.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Receiver(ThreadingHTTPServer):
    """Answers with the statuses of `plan` in turn, then 200; counts what it accepted by key."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.plan: list[int] = []
        self.answer: dict[str, object] = {}
        self.accepted: Counter[str] = Counter()
        self.requests: list[tuple[str, dict[str, str], dict[str, object]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?key=abc"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.server.plan.pop(0) if self.server.plan else 200
        self.server.requests.append((self.path, dict(self.headers), content))
        if status == 200:
            self.server.accepted[self.headers["Idempotency-Key"]] += 1
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(self.server.answer).encode())

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.OUTBOX_CHANNELS = {
        "sms": {"adapter": "governance.outbox.channels.SmsGateway", "url": server.url, "token": "secret"},
        "wecom": {"adapter": "governance.outbox.channels.WeComRobot", "url": server.url},
    }
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def enqueue(key: str = "k1", channel: str = "sms") -> bool:
    return services.enqueue(channel=channel, key=key, address="13812344080", payload={"text": "您好"}, now=NOW)


def test_a_text_reaches_the_gateway_once_with_its_key_and_token(receiver):
    assert enqueue()
    assert not enqueue()
    assert deliver_next(now=NOW) is True
    assert deliver_next(now=NOW) is None
    path, headers, content = receiver.requests[0]
    assert (path, headers["Authorization"]) == ("/hook?key=abc", "Bearer secret")
    assert content == {"to": "13812344080", "text": "您好", "key": "k1"}
    sent = Delivery.objects.get()
    assert (sent.state, sent.attempts, sent.sent_at, sent.next_try_at) == (Delivery.SENT, 1, NOW, None)


def test_a_receiver_that_fails_then_recovers_gets_each_key_once(receiver):
    receiver.plan = [500, 503, 429, 500]
    for n in range(3):
        enqueue(f"k{n}")
    now = NOW
    for _ in range(20):
        while deliver_next(now=now) is not None:
            pass
        now += timedelta(minutes=5)
    assert receiver.accepted == {"k0": 1, "k1": 1, "k2": 1}
    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.SENT}
    assert len(receiver.requests) == 7


def test_waits_grow_and_end(receiver):
    receiver.plan = [500] * MAX_ATTEMPTS
    enqueue()
    now = NOW
    for attempt in range(1, MAX_ATTEMPTS):
        assert deliver_next(now=now) is False
        row = Delivery.objects.get()
        assert row.next_try_at - now == wait_after(attempt)
        assert "HTTP 500" in row.last_error
        assert deliver_next(now=row.next_try_at - timedelta(seconds=1)) is None
        now = row.next_try_at
    assert deliver_next(now=now) is False
    assert Delivery.objects.get().state == Delivery.GIVEN_UP
    assert deliver_next(now=now + timedelta(days=1)) is None
    assert timedelta(hours=6) < now - NOW < timedelta(hours=12)


def test_what_will_never_be_accepted_is_given_up_at_once(receiver):
    receiver.plan = [422]
    enqueue()
    assert deliver_next(now=NOW) is False
    assert Delivery.objects.get().state == Delivery.GIVEN_UP


def test_a_redirect_is_not_followed(receiver):
    receiver.plan = [302]
    enqueue()
    assert deliver_next(now=NOW) is False
    assert "302" in Delivery.objects.get().last_error


def test_the_robot_says_in_its_answer_whether_it_took_the_message(receiver):
    enqueue(channel="wecom")
    receiver.answer = {"errcode": 45009, "errmsg": "api freq out of limit"}
    assert deliver_next(now=NOW) is False
    assert "45009" in Delivery.objects.get().last_error
    receiver.answer = {"errcode": 0, "errmsg": "ok"}
    assert deliver_next(now=NOW + timedelta(minutes=1)) is True
    assert receiver.requests[-1][2] == {"msgtype": "text", "text": {"content": "您好"}}


def test_a_receiver_that_is_away_is_tried_again(receiver, settings):
    settings.OUTBOX_CHANNELS["sms"]["url"] = "http://127.0.0.1:1/"
    enqueue()
    assert deliver_next(now=NOW) is False
    row = Delivery.objects.get()
    assert (row.state, row.last_error[:4]) == (Delivery.WAITING, "无法连接")


def test_a_channel_that_is_not_set_up_waits_for_its_address(receiver, settings):
    address = settings.OUTBOX_CHANNELS["sms"]["url"]
    settings.OUTBOX_CHANNELS["sms"]["url"] = ""
    enqueue()
    assert deliver_next(now=NOW) is False
    assert "未配置" in Delivery.objects.get().last_error
    settings.OUTBOX_CHANNELS["sms"]["url"] = address
    assert deliver_next(now=NOW + timedelta(minutes=1)) is True


def test_a_message_that_breaks_its_adapter_stands_in_nobodys_way(receiver, monkeypatch):
    enqueue("bad")
    services.enqueue(channel="wecom", key="good", address="", payload={"text": "好"}, now=NOW)

    def broken(self, **message: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(channels.SmsGateway, "send", broken)
    assert deliver_next(now=NOW) is False
    assert deliver_next(now=NOW) is True
    assert receiver.accepted == {"good": 1}


def test_what_a_dead_worker_had_in_hand_is_sent_when_its_claim_lapses(receiver):
    enqueue()
    Delivery.objects.update(attempts=1, next_try_at=NOW + LEASE)
    assert deliver_next(now=NOW) is None
    assert deliver_next(now=NOW + LEASE) is True
    assert receiver.accepted == {"k1": 1}


def test_workers_side_by_side_send_each_message_once(receiver):
    for n in range(40):
        enqueue(f"k{n}")
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        while deliver_next(now=NOW) is not None:
            pass
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receiver.accepted) == 40
    assert set(receiver.accepted.values()) == {1}


def test_a_message_goes_with_its_transaction(receiver):
    with transaction.atomic():
        enqueue()
        transaction.set_rollback(True)
    assert deliver_next(now=NOW) is None


def test_the_number_is_sealed_in_the_database(receiver):
    enqueue()
    with connection.cursor() as cursor:
        cursor.execute("SELECT outbox_delivery::text FROM outbox_delivery")
        assert "13812344080" not in cursor.fetchone()[0]
