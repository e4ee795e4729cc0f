"""What the city hotline is told of its appeals, and what becomes of what it refuses."""

from __future__ import annotations

import pytest

from appeals.models import AppealEntry
from governance.audit.models import Entry
from governance.outbox.delivery import deliver_next
from governance.outbox.models import Delivery, InboxItem
from tests.appeals.conftest import REPLY

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_city_is_told_of_each_change_in_order_with_its_own_number(city, resolved_for_the_city, now):
    while deliver_next(now=now) is not None:
        pass
    events = list(city.taken.values())
    assert [(e["sequence"], e["event"]) for e in events] == [
        (1, "accepted"),
        (2, "dispatched"),
        (3, "in_progress"),
        (4, "resolved"),
    ]
    assert {e["hotline_number"] for e in events} == {"DQ2026030200017"}
    assert {e["number"] for e in events} == {resolved_for_the_city.number}
    assert [e.get("reply") for e in events] == [None, None, None, REPLY]


def test_what_did_not_come_from_the_city_is_none_of_its_business(city, resolved):
    assert not Delivery.objects.filter(channel="hotline").exists()


def test_nothing_is_queued_while_the_city_has_no_address(settings, registered):
    settings.OUTBOX_CHANNELS = {}
    registered(channel="hotline", source_number="DQ1")
    assert not Delivery.objects.filter(channel="hotline").exists()


def test_a_refused_reply_is_on_record_and_told_to_the_desk_once(city, resolved_for_the_city, now):
    for _ in range(3):
        assert deliver_next(now=now) is True
    city.plan = [(422, '{"code": "R01", "reason": "答复未说明完成时间"}'.encode())]
    assert deliver_next(now=now) is False
    assert deliver_next(now=now) is None
    entry = AppealEntry.objects.get(appeal=resolved_for_the_city, kind="hotline_returned")
    assert (entry.words, entry.data) == ("答复未说明完成时间", {"code": "R01", "event": "resolved", "sequence": 4})
    assert InboxItem.objects.filter(title__startswith="热线退回", level="over").exists()
    assert Entry.objects.filter(action="appeal.hotline_returned").count() == 1
    assert Delivery.objects.get(sequence=4).state == Delivery.GIVEN_UP


@pytest.mark.parametrize("answer", [b"garbage", b"[]", b'{"reason": {"a": 1}}', b'{"reason": "\\u0000"}'])
def test_a_refusal_without_sense_is_still_a_refusal(city, resolved_for_the_city, now, answer):
    for _ in range(3):
        deliver_next(now=now)
    city.plan = [(422, answer)]
    assert deliver_next(now=now) is False
    assert AppealEntry.objects.get(kind="hotline_returned").words == "市热线没有说明理由"
