"""Reminders in service hours, gathered: one message to a person, whatever waits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from governance.calendars.defaults import ensure_default_calendar
from governance.outbox import gathering
from governance.outbox.gathering import gather, remind
from governance.outbox.models import InboxItem, Reminder
from tests.signing import client_of

NIGHT = datetime.fromisoformat("2026-11-23T22:00:00+08:00")
MORNING = datetime.fromisoformat("2026-11-24T08:30:00+08:00")


@pytest.fixture
def calendar(db):
    ensure_default_calendar()


def red(number: int, user_id: int = 7, at: datetime = NIGHT, **more) -> None:
    remind(
        user_ids=[user_id], key=f"red:{number}", title=f"红牌：第{number}件", level="over", due_at=at, now=at, **more
    )


def told(user_id: int = 7) -> list[str]:
    return list(InboxItem.objects.filter(user_id=user_id).order_by("pk").values_list("title", flat=True))


def test_fifty_in_the_night_are_one_message_in_the_morning(calendar):
    for number in range(50):
        red(number)
    assert gather(NIGHT) == gather(MORNING - timedelta(seconds=1)) == 0
    assert gather(MORNING) == 1
    assert gather(MORNING + timedelta(seconds=20)) == 0
    assert told() == ["您有 50 条提醒：红牌 50 条"]
    assert Reminder.objects.filter(item=None).count() == 0


def test_one_alone_reads_as_itself(calendar):
    red(1, at=MORNING)
    assert told() == []
    gather(MORNING + timedelta(seconds=20))
    assert told() == ["红牌：第1件"]


def test_the_worst_level_stands_on_it_and_the_parts_are_counted(calendar):
    red(1)
    remind(user_ids=[7], key="y", title="黄牌预警：甲", level="soon", due_at=NIGHT, now=NIGHT)
    gather(MORNING)
    item = InboxItem.objects.get()
    assert (item.title, item.level) == ("您有 2 条提醒：红牌 1 条、黄牌 1 条", "over")


def test_danger_to_life_does_not_wait(calendar):
    red(1, urgent=True)
    assert told() == ["红牌：第1件"]
    assert not Reminder.objects.exists()


def test_after_a_gathering_the_next_one_lets_a_person_be_for_ten_minutes(calendar):
    red(1)
    red(2)
    gather(MORNING)
    red(3, at=MORNING)
    assert gather(MORNING + timedelta(minutes=9)) == 0
    assert gather(MORNING + timedelta(minutes=10)) == 1
    assert told()[-1] == "红牌：第3件"


def test_the_same_reminder_is_told_once(calendar):
    for _ in range(3):
        red(1, at=MORNING)
        gather(MORNING)
    assert told() == ["红牌：第1件"]


def test_each_person_gets_their_own(calendar):
    for user_id in (7, 8):
        red(1, user_id)
        red(2, user_id)
    assert gather(MORNING) == 2
    assert told(7) == told(8) == ["您有 2 条提醒：红牌 2 条"]


@pytest.mark.django_db(transaction=True)
def test_many_workers_gather_once():
    ensure_default_calendar()
    for number in range(40):
        red(number)

    def one(_: int) -> int:
        try:
            return gather(MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(16))) == 1
    assert told() == ["您有 40 条提醒：红牌 40 条"]


def test_without_a_calendar_nobody_waits(db):
    assert gathering.in_service(NIGHT)


def test_the_message_opens_what_it_gathered_and_is_ones_own(calendar, cast, django_assert_max_num_queries):
    for number in range(30):
        red(number, cast.cw.user_id)
    gather(MORNING)
    item = InboxItem.objects.get()
    client = client_of(cast.cw)
    assert client.get(reverse("outbox:open", args=[item.pk])).url == reverse("outbox:gathered", args=[item.pk])
    with django_assert_max_num_queries(12):
        page = client.get(reverse("outbox:gathered", args=[item.pk])).content.decode()
    assert "红牌：第0件" in page
    assert client_of(cast.cs).get(reverse("outbox:gathered", args=[item.pk])).status_code == 404
