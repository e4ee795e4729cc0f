"""The complainant's own page: number and code, plain words, the reply, and "not solved" once."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse

from appeals import services
from appeals.models import Appeal
from governance.audit.models import Entry
from tests.appeals.conftest import REPLY, RESULT
from tests.signing import client_of

ASK, SHOW = "/progress/", "/progress/show/"
WORDS = "电梯昨天又停了两次，没有修好。"


@pytest.fixture(autouse=True)
def fresh() -> Any:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


def ask(client: Client, number: str, code: str) -> Any:
    return client.post(ASK, {"number": number, "code": code})


def opened(client: Client, appeal: Appeal) -> str:
    assert ask(client, appeal.number, appeal.query_code).status_code == 302
    return client.get(SHOW).content.decode()


def test_the_stages_in_plain_words_and_no_names(in_progress, client, cast, today):
    page = opened(client, in_progress)
    for words in ("已收到您的诉求", "已交给试验区城管局", "正在办理", "预计2026年11月30日前办结", in_progress.title):
        assert words in page
    for hidden in (in_progress.content, in_progress.complainant, cast.ds.user_name, cast.dc.user_name, "138"):
        assert hidden not in page
    assert "没有解决" not in page
    assert Entry.objects.filter(action="appeal.progress_read", subject_id=in_progress.pk).count() == 1


def test_the_reply_when_it_is_resolved_and_not_the_inner_record(resolved, client, today):
    page = opened(client, resolved)
    assert REPLY in page
    assert RESULT not in page
    assert "已办结，等待回访" in page


def test_by_the_hotlines_own_number(registered, client, today):
    appeal = registered(channel="hotline", source_number="12345-6789")
    assert ask(client, "12345-6789", appeal.query_code).status_code == 302


def test_a_wrong_pair_says_the_same_whatever_is_wrong(registered, client, today):
    appeal = registered()
    wrong = "000000" if appeal.query_code != "000000" else "111111"
    answers = [ask(client, appeal.number, wrong), ask(client, "MH20200101-0001", wrong)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert all("工单号与查询码不符" in answer.content.decode() for answer in answers)
    assert client.get(SHOW).status_code == 302


def test_after_five_wrong_codes_the_right_one_opens_nothing(registered, client, today):
    appeal = registered()
    for _ in range(5):
        ask(client, appeal.number, "xxxxxx")
    stopped = ask(Client(REMOTE_ADDR="10.9.9.9"), appeal.number, appeal.query_code)
    assert stopped.status_code == 429
    assert "一小时后再试" in stopped.content.decode()


def test_an_address_may_try_so_often(registered, client, today):
    statuses = [ask(client, f"MH20200101-{n:04d}", "123456").status_code for n in range(31)]
    assert statuses == [400] * 30 + [429]


def test_with_the_counters_out_of_reach_nothing_may_be_tried(registered, client, settings, today):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    appeal = registered()
    assert ask(client, appeal.number, appeal.query_code).status_code == 429


def test_not_solved_sends_it_back_once(resolved, client, today):
    assert "没有解决，请重新办理" in opened(client, resolved)
    assert client.post(SHOW, {"words": "不行"}).status_code == 400
    assert client.post(SHOW, {"words": WORDS}).status_code == 302
    page = client.get(SHOW).content.decode()
    assert "已收到您“没有解决”的反馈" in page
    assert "重新办理" in page
    assert client.post(SHOW, {"words": WORDS}).status_code == 302
    resolved.refresh_from_db()
    assert (resolved.state, resolved.rehandles) == ("in_progress", 1)
    assert resolved.entries.filter(kind="not_solved").count() == 1


def test_long_after_the_closing_it_is_too_late(closed, client, monkeypatch, now):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(days=91))
    assert "请重新办理" not in opened(client, closed)
    client.post(SHOW, {"words": WORDS})
    closed.refresh_from_db()
    assert closed.state == "closed"


def test_a_merged_appeal_shows_the_way_of_the_one_that_carries_on(resolved, registered, cast, client, today, now):
    child = registered()
    services.merge(appeal_id=child.pk, into_id=resolved.pk, by=cast.dc, now=now)
    page = opened(client, child)
    assert "与他人反映的同一事项一并办理" in page
    assert REPLY in page
    assert resolved.number not in page


def test_a_rejected_one_says_why(registered, cast, client, today, now):
    appeal = registered()
    services.reject(
        appeal_id=appeal.pk, reason="in_court", words="案件已在法院审理。", by=cast.dc, now=now,
        public_reply="您反映的事项已进入诉讼程序，请依法院裁判办理。",
    )  # fmt: skip
    page = opened(client, appeal)
    assert "未予受理" in page
    assert "请依法院裁判办理" in page


def test_the_leave_to_see_it_ends_and_can_be_given_back(registered, client, today):
    opened(client, registered())
    client.post("/progress/leave/")
    assert client.get(SHOW).status_code == 302
    client.cookies["progress"] = "forged"
    assert client.get(SHOW).status_code == 302


def test_nothing_is_kept_by_browsers_or_found_by_searches(registered, client, today):
    answer = client.get(ASK)
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex")


@pytest.mark.parametrize("number", ["", "\x00", "x" * 10_000, "MH'--", "١٢٣"])
def test_any_input_is_answered(number, client, db):
    assert ask(client, number, number).status_code in {400, 429}
    assert client.post(SHOW, {"words": number}).status_code in {302, 400}


@pytest.mark.django_db(transaction=True)
def test_a_double_click_counts_once(resolved, today):
    clients = [Client(), Client()]
    for one in clients:
        opened(one, resolved)
    both = Barrier(2)

    def click(one: Client) -> None:
        try:
            both.wait(30)
            one.post(SHOW, {"words": WORDS})
        finally:
            connections.close_all()

    threads = [Thread(target=click, args=(one,)) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert resolved.entries.filter(kind="not_solved").count() == 1


def test_the_code_is_shown_to_who_handles_it(dispatched, cast, today):
    url = reverse("appeals:detail", args=[dispatched.pk])
    assert dispatched.query_code in client_of(cast.ds).get(url).content.decode()
    assert "进度查询码" not in client_of(cast.dl).get(url).content.decode()
