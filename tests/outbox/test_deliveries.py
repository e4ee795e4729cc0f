"""Quiet hours, an hour without the receiver, sending again, and the page where deliveries are seen."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from governance.audit.models import Entry
from governance.errors import InvalidInput, NotAllowed
from governance.outbox import quiet, retrying, services
from governance.outbox.delivery import deliver_next
from governance.outbox.models import Delivery, QuietHours
from tests.outbox.test_delivery import Receiver
from tests.outbox.test_delivery import receiver as receiver

# 09:00 and 23:00 in the district.
MORNING, NIGHT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC), datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def enqueue(key: str, now: datetime, **more: object) -> None:
    services.enqueue(channel="sms", key=key, address="13812344080", payload={"text": "您好"}, now=now, **more)


def drain(now: datetime) -> list[bool]:
    """Deliver what is due at this moment."""
    done = []
    while (sent := deliver_next(now=now)) is not None:
        done.append(sent)
    return done


class TestQuietHours:
    def test_what_comes_at_night_waits_for_the_morning_in_its_order_and_the_urgent_does_not(self, receiver) -> None:
        for number in range(3):
            enqueue(f"night-{number}", NIGHT + timedelta(minutes=number))
        enqueue("fire", NIGHT, urgent=True)
        drain(NIGHT + timedelta(minutes=5))
        assert list(receiver.accepted) == ["fire"]
        drain(NIGHT + timedelta(hours=7, minutes=59))
        assert list(receiver.accepted) == ["fire"]
        drain(NIGHT + timedelta(hours=8))
        assert list(receiver.accepted) == ["fire", "night-0", "night-1", "night-2"]

    def test_as_the_centre_sets_them(self, receiver, cast, now) -> None:
        quiet.set_hours(channel="sms", starts=time(8), ends=time(9, 30), by=cast.dc, now=now)
        enqueue("early", MORNING)
        assert drain(MORNING) == []
        assert drain(MORNING + timedelta(minutes=30)) == [True]
        quiet.set_hours(channel="sms", starts=time(0), ends=time(0), by=cast.dc, now=now)
        enqueue("late", NIGHT)
        assert drain(NIGHT) == [True]
        assert QuietHours.objects.count() == 1
        assert Entry.objects.filter(action="outbox.quiet").count() == 2
        with pytest.raises(NotAllowed):
            quiet.set_hours(channel="sms", starts=time(1), ends=time(2), by=cast.ss, now=now)
        with pytest.raises(InvalidInput):
            quiet.set_hours(channel="owl", starts=time(1), ends=time(2), by=cast.dc, now=now)


_minutes = st.integers(0, 1439)


@given(at=_minutes, starts=_minutes, ends=_minutes)
def test_quiet_is_every_minute_on_the_way_from_its_start_to_its_end(at: int, starts: int, ends: int) -> None:
    walked, minute = set(), starts
    while minute != ends:
        walked.add(minute)
        minute = (minute + 1) % 1440
    clock = [time(value // 60, value % 60) for value in (at, starts, ends)]
    assert quiet.is_quiet(*clock) == (at in walked)


class TestAnHourWithoutTheReceiver:
    def test_nothing_is_lost_and_nothing_repeated(self, receiver: Receiver) -> None:
        """200 messages through an hour in which every attempt fails, a minute at a time; then all is well again."""
        enqueue("before", MORNING)
        drain(MORNING)
        receiver.plan = [503] * 100_000
        for minute in range(60):
            now = MORNING + timedelta(minutes=minute)
            for number in range(minute * 200 // 60, (minute + 1) * 200 // 60):
                enqueue(f"m{number:03}", now)
            drain(now)
        assert set(receiver.accepted) == {"before"}
        assert Delivery.objects.filter(state=Delivery.WAITING).count() == 200
        receiver.plan = []
        # The longest wait between two attempts is an hour.
        for minute in range(60, 121):
            drain(MORNING + timedelta(minutes=minute))
        assert receiver.accepted == Counter(["before", *(f"m{number:03}" for number in range(200))])
        assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.SENT}


class TestSendingAgain:
    def test_what_was_given_up_goes_again_with_its_key(self, receiver, cast, now) -> None:
        receiver.plan = [400]
        for key in ("bad", "good"):
            enqueue(key, MORNING)
        drain(MORNING)
        ids = list(Delivery.objects.values_list("pk", flat=True))
        with pytest.raises(NotAllowed):
            retrying.retry(delivery_ids=ids, by=cast.ss, now=now)
        assert retrying.retry(delivery_ids=ids, by=cast.dc, now=MORNING) == 1
        assert Entry.objects.filter(action="outbox.retry").count() == 1
        assert drain(MORNING) == [True]
        assert receiver.accepted == Counter({"bad": 1, "good": 1})
        assert retrying.retry(delivery_ids=ids, by=cast.dc, now=MORNING) == 0


class TestPages:
    @pytest.fixture
    def client(self, cast) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=cast.dc.user_id), "django.contrib.auth.backends.ModelBackend")
        return client

    def test_seen_by_state_and_sent_again(self, receiver, client, django_assert_max_num_queries) -> None:
        receiver.plan = [400]
        for number in range(12):
            enqueue(f"k{number}", MORNING, subject_type="appeals.appeal", subject_id=number + 1)
        drain(MORNING)
        with django_assert_max_num_queries(12):
            page = client.get("/inbox/deliveries/").content.decode()
        assert "诉求 1" in page
        assert "13812344080" not in page
        given_up = client.get("/inbox/deliveries/", {"tab": "given_up"}).content.decode()
        assert "HTTP 400" in given_up
        (pk,) = Delivery.objects.filter(state=Delivery.GIVEN_UP).values_list("pk", flat=True)
        client.post("/inbox/deliveries/", {"action": "retry", "ids": pk, "confirmed": "1"})
        assert Delivery.objects.get(pk=pk).state == Delivery.WAITING

    def test_quiet_hours_are_set_there(self, client) -> None:
        assert 'value="22:00"' in client.get("/inbox/deliveries/quiet/").content.decode()
        data = {"sms-starts": "21:00", "sms-ends": "08:00", "wecom-starts": "22:00", "wecom-ends": "07:00"}
        assert client.post("/inbox/deliveries/quiet/", data).status_code == 302
        assert list(QuietHours.objects.values_list("channel", "starts")) == [("sms", time(21))]
        assert client.post("/inbox/deliveries/quiet/", data | {"sms-ends": "25:00"}).status_code == 400
