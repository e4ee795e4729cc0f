"""The city's own returns: signed, once a key, and whatever else is sent is refused in Chinese and never fails."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from appeals.models import Appeal, AppealEntry, HotlineNotice, HotlineReturn
from governance.audit.models import Entry
from governance.outbox.channels import signature
from governance.outbox.delivery import deliver_next
from tests.appeals.conftest import REPLY, refuse_newest
from tests.standins.hotline import SECRET

URL = "/api/hotline/returns/"
GOOD: dict[str, Any] = {
    "hotline_number": "DQ2026030200017", "sequence": 4, "event": "resolved", "code": "R07",
    "reason": "诉求人来电反映并未解决", "returned_at": "2026-11-23T09:58:00+08:00",
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """The endpoint asks the clock; here it stands at the suite's moment. Nobody has been turned away yet."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    cache.clear()


def call(body: object, now: datetime, *, key: str = "city-1", raw: bytes | None = None, **headers: str) -> Any:
    """Send it as the city would; headers in the place of the right ones, left out where they are empty."""
    content = json.dumps(body).encode() if raw is None else raw
    stamp = headers.pop("stamp", str(int(now.timestamp())))
    signed = headers.pop("signed", signature(SECRET, stamp, content))
    sent = {"Idempotency-Key": key, "X-Timestamp": stamp, "X-Signature": signed} | headers
    client = Client(raise_request_exception=True, enforce_csrf_checks=True)
    return client.generic(
        "POST", URL, content, content_type="application/json", headers={k: v for k, v in sent.items() if v}
    )


@pytest.fixture
def told(resolved_for_the_city: Appeal, now: datetime) -> Appeal:
    """The city has taken all four events."""
    while deliver_next(now=now) is not None:
        pass
    return resolved_for_the_city


class TestTaken:
    def test_as_a_refusal_would_be(self, told, cast, now) -> None:
        answer = call(GOOD, now)
        assert answer.status_code == 201
        assert answer.json() == {
            "number": told.number, "hotline_number": "DQ2026030200017", "event": "resolved", "sequence": 4,
            "state": "open",
        }  # fmt: skip
        returned = HotlineReturn.objects.get()
        assert (returned.appeal, returned.code, returned.reason) == (told, "R07", "诉求人来电反映并未解决")
        assert (returned.reply, returned.delivery.sequence) == (REPLY, 4)
        entry = told.entries.get(kind="hotline_returned")
        assert entry.data["returned_at"] == "2026-11-23T09:58:00+08:00"
        assert Entry.objects.filter(action="appeal.hotline_returned", subject_id=told.pk).count() == 1

    def test_the_same_key_changes_nothing_the_second_time(self, told, now) -> None:
        first = call(GOOD, now)
        again = call(dict(reversed(GOOD.items())), now)
        assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
        assert AppealEntry.objects.filter(kind="hotline_returned").count() == 1

    @pytest.mark.parametrize("other", [{"reason": "另一个理由"}, {"hotline_number": "DQ0"}, {"sequence": None}])
    def test_the_same_key_with_other_content_is_refused(self, told, now, other) -> None:
        call(GOOD, now)
        answer = call(GOOD | other, now)
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
        assert HotlineReturn.objects.get().reason == GOOD["reason"]

    def test_another_key_for_the_same_event_opens_its_return_again(self, told, cast, now) -> None:
        call(GOOD, now)
        HotlineReturn.objects.update(state="set_aside", done_at=now)
        assert call(GOOD | {"reason": "仍未解决"}, now, key="city-2").status_code == 201
        returned = HotlineReturn.objects.get()
        assert (returned.state, returned.reason, HotlineNotice.objects.count()) == ("open", "仍未解决", 2)
        assert call(GOOD, now).status_code == 200

    def test_without_a_sequence_the_newest_of_its_kind_is_meant(self, told, now) -> None:
        assert call({k: v for k, v in GOOD.items() if k != "sequence"}, now).json()["sequence"] == 4

    def test_of_what_reached_the_city_without_us(self, told, now) -> None:
        answer = call(GOOD | {"event": "closed", "sequence": None}, now)
        assert (answer.status_code, answer.json()["sequence"]) == (201, None)
        returned = HotlineReturn.objects.get()
        assert (returned.sequence, returned.delivery, returned.reply) == (0, None, REPLY)

    def test_an_answer_and_a_call_about_the_same_event_are_one_return(self, city, resolved_for_the_city, now) -> None:
        refuse_newest(city, now)
        assert call(GOOD, now).status_code == 201
        assert HotlineReturn.objects.get().reason == GOOD["reason"]


class TestDoor:
    def test_off_without_a_secret(self, told, settings, now) -> None:
        settings.OUTBOX_CHANNELS = {"hotline": {**settings.OUTBOX_CHANNELS["hotline"], "secret": ""}}
        assert call(GOOD, now).status_code == 404
        settings.OUTBOX_CHANNELS = {}
        assert call(GOOD, now).status_code == 404

    @pytest.mark.parametrize(
        "headers",
        [
            {"signed": ""}, {"signed": "0" * 64}, {"signed": "电"}, {"signed": "é" * 64}, {"signed": "x" * 10_000},
            {"stamp": "", "signed": "0" * 64}, {"stamp": "now"}, {"stamp": "１７７２４１３２００"}, {"stamp": "-5"},
            {"stamp": "1.5"}, {"stamp": "9" * 12}, {"stamp": "9" * 5000}, {"stamp": "0"},
        ],
        ids=str,
    )  # fmt: skip
    def test_what_is_not_signed_is_not_read(self, told, now, headers) -> None:
        if "stamp" in headers and not headers["stamp"].isascii():
            headers = headers | {"signed": "0" * 64}
        answer = call(GOOD, now, **headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
        assert not HotlineReturn.objects.exists()

    def test_nor_what_was_changed_after_its_signing(self, told, now) -> None:
        stamp = str(int(now.timestamp()))
        signed = signature(SECRET, stamp, json.dumps(GOOD).encode())
        assert call(GOOD | {"reason": "改过的理由"}, now, signed=signed).status_code == 401
        assert call(GOOD, now, signed=signature("another", stamp, json.dumps(GOOD).encode())).status_code == 401

    @pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-300, 201), (300, 201), (301, 401)])
    def test_within_five_minutes(self, told, now, seconds, status) -> None:
        assert call(GOOD, now + timedelta(seconds=seconds)).status_code == status

    def test_too_many_wrong_ones_from_an_address(self, told, now) -> None:
        for _ in range(30):
            assert call(GOOD, now, signed="0" * 64).status_code == 401
        assert call(GOOD, now, signed="0" * 64).status_code == 429
        assert call(GOOD, now).status_code == 429

    def test_a_counter_that_is_down_turns_nobody_away(self, told, now, monkeypatch) -> None:
        monkeypatch.setattr("appeals.city.views.cache.get", _down)
        monkeypatch.setattr("appeals.city.views.count", _down)
        assert call(GOOD, now, signed="0" * 64).status_code == 401
        assert call(GOOD, now).status_code == 201

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
    def test_by_post_alone(self, told, method) -> None:
        assert Client().generic(method, URL, "{}").status_code == 405


def _down(*args: object) -> int:
    raise OSError("no such server")


def changed(**fields: object) -> dict[str, Any]:
    return GOOD | fields


class TestMalformed:
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (changed(hotline_number=None), "hotline_number"),
            (changed(hotline_number=17), "hotline_number"),
            (changed(hotline_number=""), "hotline_number"),
            (changed(hotline_number="D" * 65), "hotline_number"),
            (changed(hotline_number="DQ\0"), "hotline_number"),
            (changed(hotline_number=["DQ"]), "hotline_number"),
            (changed(sequence="4"), "sequence"),
            (changed(sequence=0), "sequence"),
            (changed(sequence=-1), "sequence"),
            (changed(sequence=True), "sequence"),
            (changed(sequence=4.0), "sequence"),
            (changed(sequence=10**30), "sequence"),
            (changed(sequence=2**31 - 1), "sequence"),
            (changed(event=None), "event"),
            (changed(event="exploded"), "event"),
            (changed(event={"a": 1}), "event"),
            (changed(event="closed"), "event"),
            (changed(code=None), "code"),
            (changed(code=""), "code"),
            (changed(code="R" * 33), "code"),
            (changed(code=7), "code"),
            (changed(reason=None), "reason"),
            (changed(reason="   "), "reason"),
            (changed(reason="理" * 1001), "reason"),
            (changed(reason="理由\0"), "reason"),
            (changed(reason="理由\ud800"), "reason"),
            (changed(reason="\x1b[31m"), "reason"),
            (changed(returned_at=None), "returned_at"),
            (changed(returned_at="昨天"), "returned_at"),
            (changed(returned_at="2026-11-23T09:58:00"), "returned_at"),
            (changed(returned_at="2026-13-40T09:58:00+08:00"), "returned_at"),
            (changed(returned_at=1772413200), "returned_at"),
            (changed(returned_at="2" * 100), "returned_at"),
            ({}, "hotline_number"),
        ],
        ids=lambda value: value if isinstance(value, str) else json.dumps(value, ensure_ascii=True)[:60],
    )
    def test_a_field(self, told, now, body, field) -> None:
        answer = call(body, now)
        assert (answer.status_code, answer.json()["field"]) == (422, field)
        assert any("\u4e00" <= c <= "\u9fff" for c in answer.json()["errors"][field][0])
        assert not HotlineReturn.objects.exists()

    @pytest.mark.parametrize(
        "raw",
        [
            b"", b"garbage", b"\xff\xfe", b"[]", b"[1]", b"1", b"null", b'"text"', b"NaN", b"{", b'{"a": 1}}',
            b"[" * 60_000, b'{"a":' * 12_000, b"9" * 60_000, b"\xef\xbb\xbf{}", b" " * 65_537,
            b'{"reason": "' + b"a" * 70_000 + b'"}', b"hotline_number=1&event=resolved",
        ],
        ids=lambda raw: repr(raw[:20]),
    )  # fmt: skip
    def test_the_whole(self, told, now, raw) -> None:
        answer = call(None, now, raw=raw)
        assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
        assert any("\u4e00" <= c <= "\u9fff" for c in answer.json()["message"])

    def test_all_fields_at_fault_are_named(self, told, now) -> None:
        answer = call({"hotline_number": "DQ2026030200017"}, now)
        assert set(answer.json()["errors"]) == {"event", "code", "reason", "returned_at"}

    @pytest.mark.parametrize("key", ["", " ", "k" * 121, "键", "a\tb"])
    def test_the_key(self, told, now, key) -> None:
        answer = call(GOOD, now, key=key)
        assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")

    @pytest.mark.parametrize("number", ["DQ0", "MH20261123-0001", "' OR 1=1 --", "dq2026030200017"])
    def test_a_number_that_is_none_of_ours(self, told, now, number) -> None:
        assert call(GOOD | {"hotline_number": number}, now).status_code == 404

    def test_words_are_kept_as_they_were_said(self, told, now) -> None:
        assert call(GOOD | {"reason": "<script>alert(1)</script>\n第二行"}, now).status_code == 201
        assert HotlineReturn.objects.get().reason == "<script>alert(1)</script>\n第二行"


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_moment_is_taken_once(told, now) -> None:
    """Both calls find the key free; the second to write is told what the first one made."""
    statuses: list[int] = []
    barrier = threading.Barrier(2)

    def send() -> None:
        barrier.wait()
        statuses.append(call(GOOD, now).status_code)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 201]
    assert (HotlineNotice.objects.count(), AppealEntry.objects.filter(kind="hotline_returned").count()) == (1, 1)
