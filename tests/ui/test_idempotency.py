"""A write with a key is executed at most once: repeated, raced by threads, changed, refused, broken off."""

from __future__ import annotations

import datetime as dt
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts.models import User
from governance.errors import IllegalState
from governance.outbox.models import InboxItem
from governance.ui import idempotency
from governance.ui.idempotency import Answer
from governance.ui.models import IdempotencyKey
from governance.ui.tasks import forget_idempotency_keys

URL = "/api/specimen/writes/"


def send(content: object, key: str = "k-1", user: str = "lijianguo0537", client: Client | None = None):
    return (client or Client(raise_request_exception=False)).post(
        URL, json.dumps(content), content_type="application/json", headers={"Idempotency-Key": key, "X-User": user}
    )


@pytest.mark.django_db
class TestOneAfterTheOther:
    @pytest.fixture(autouse=True)
    def _pages(self, specimen, person):
        pass

    def test_the_same_key_and_content_get_the_same_answer(self):
        first, second = send({"title": "井盖", "photos": [1]}), send({"photos": [1], "title": "井盖"})
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert "Idempotency-Replayed" not in first
        assert second["Idempotency-Replayed"] == "true"
        assert InboxItem.objects.count() == 1

    def test_other_content_with_the_same_key_is_refused(self):
        send({"title": "井盖"})
        other = send({"title": "路灯"})
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
        assert "换一个新的键" in other.json()["message"]
        assert InboxItem.objects.count() == 1

    def test_another_key_or_another_person_is_another_write(self):
        User.objects.create(username="other", name="他人")
        send({"title": "井盖"})
        send({"title": "井盖"}, key="k-2")
        send({"title": "井盖"}, user="other")
        assert InboxItem.objects.count() == 3

    def test_without_a_key_every_write_is_executed(self):
        for _ in range(2):
            Client().post(URL, {"title": "井盖"}, content_type="application/json", headers={"X-User": "lijianguo0537"})
        assert InboxItem.objects.count() == 2
        assert not IdempotencyKey.objects.exists()

    @pytest.mark.parametrize("title", ["状态", "字段", "", "长" * 21])
    def test_a_refused_write_gives_its_key_back(self, title):
        assert send({"title": title}).status_code in {400, 409}
        assert not IdempotencyKey.objects.exists()
        assert send({"title": "井盖"}).status_code == 201

    def test_after_a_crash_nobody_guesses(self, person):
        assert send({"title": "崩溃"}).status_code == 500
        assert send({"title": "崩溃"}).json()["code"] == "idempotency_in_progress"
        IdempotencyKey.objects.update(created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        late = send({"title": "崩溃"})
        assert (late.status_code, late.json()["code"]) == (409, "idempotency_outcome_unknown")
        assert "请先查询" in late.json()["message"]

    @pytest.mark.parametrize("key", ["k" * 121, "键"])
    def test_a_key_that_is_none_is_told(self, key):
        answer = Client().post(
            URL, {"title": "井盖"}, content_type="application/json",
            headers={"Idempotency-Key": key, "X-User": "lijianguo0537"},
        )  # fmt: skip
        assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")
        assert not InboxItem.objects.exists()

    def test_files_count_as_content(self):
        def upload(content: bytes):
            file = SimpleUploadedFile("a.jpg", content)
            headers = {"Idempotency-Key": "f", "X-User": "lijianguo0537"}
            return Client().post(URL, {"title": "井盖", "file": file}, headers=headers)

        assert [upload(b"one").status_code, upload(b"one").status_code] == [201, 201]
        assert upload(b"two").status_code == 409
        assert InboxItem.objects.count() == 1

    def test_keys_are_forgotten_after_two_days(self, now):
        for days in (1, 3):
            idempotency.claim(user_id=1, key=str(days), route="/", fingerprint="f", now=now - dt.timedelta(days=days))
        assert idempotency.forget(now=now) == 1
        assert settings.CELERY_BEAT_SCHEDULE["forget-idempotency-keys"]["task"] == forget_idempotency_keys.name
        assert IdempotencyKey.objects.get().key == "1"


def race(count: int, run) -> list[object]:
    """Runs in real threads, all let go at one moment, each with its own connection."""
    barrier = threading.Barrier(count)

    def one(number: int) -> object:
        try:
            barrier.wait()
            return run(number)
        except IllegalState as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_one_of_many_executes(self, specimen, person):
        answers = race(8, lambda number: send({"title": "井盖"}))
        assert InboxItem.objects.count() == 1
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses[0] == 201
        assert set(statuses) <= {201, 409}
        assert {answer.json()["id"] for answer in answers if answer.status_code == 201} == {InboxItem.objects.get().pk}
        assert send({"title": "井盖"})["Idempotency-Replayed"] == "true"

    def test_one_of_many_claims(self, now):
        def claim(number: int) -> object:
            return idempotency.claim(user_id=1, key="k", route="/", fingerprint="f", now=now)

        got = race(8, claim)
        assert got.count(None) == 1
        assert got.count("idempotency_in_progress") == 7

    def test_looking_before_claiming_would_let_several_execute(self, now):
        """The race is real: without the unique insert, looking first and writing then lets more than one through."""
        looked = threading.Barrier(4)

        def look_then_write(number: int) -> bool:
            free = not IdempotencyKey.objects.filter(user_id=1, fingerprint="f").exists()
            looked.wait()
            if free:
                IdempotencyKey.objects.create(user_id=1, key=f"k-{number}", route="/", fingerprint="f", created_at=now)
            return free

        assert race(4, look_then_write).count(True) == 4

    def test_a_settled_key_answers_everyone(self, now):
        idempotency.claim(user_id=1, key="k", route="/", fingerprint="f", now=now)
        idempotency.settle(user_id=1, key="k", answer=Answer(201, {"id": 7}))
        got = race(4, lambda number: idempotency.claim(user_id=1, key="k", route="/", fingerprint="f", now=now))
        assert got == [Answer(201, {"id": 7})] * 4
