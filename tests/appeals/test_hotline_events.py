"""What the city hotline is told of its appeals, and what becomes of what it refuses."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from appeals import services
from appeals.models import Appeal, AppealEntry
from governance.audit.models import Entry
from governance.outbox.delivery import deliver_next
from governance.outbox.models import Delivery, InboxItem
from tests.appeals.asking import REASON, ask_more, ask_to_lie, clock, decide_more, decide_to_lie
from tests.appeals.conftest import REPLY, RESULT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


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


@pytest.fixture
def handled(city, registered, cast, district, now) -> Appeal:
    """In progress with the first department, for the city."""
    appeal = registered(unit_id=district.community_1.pk, channel="hotline", source_number="DQ2026030200018")
    services.dispatch(appeal_id=appeal.pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
    return services.accept(appeal_id=appeal.pk, by=cast.ds, now=now)


def newest(appeal: Appeal, number: int = 1) -> list[dict]:
    """The last of what was queued of the appeal, without what all events carry."""
    told = Delivery.objects.filter(stream=f"hotline:{appeal.pk}").order_by("-sequence")[:number]
    common = {"hotline_number", "number", "sequence", "happened_at"}
    return [{name: value for name, value in one.payload.items() if name not in common} for one in reversed(told)]


class TestExtension:
    def test_asked_for(self, handled, cast, now) -> None:
        ask_more(handled, cast.ds, now)
        assert newest(handled) == [
            {"event": "extension_requested", "amount": 3, "unit": "working_days", "reason": REASON}
        ]

    def test_granted_with_the_new_limit(self, handled, cast, now) -> None:
        ask_more(handled, cast.ds, now)
        decide_more(handled, cast.dc, now)
        due = clock(handled, "resolve").due_at
        (event,) = newest(handled)
        assert (event["event"], event["amount"], event["unit"]) == ("extension_granted", 3, "working_days")
        assert datetime.fromisoformat(event["due_at"]) == due

    def test_refused(self, handled, cast, now) -> None:
        ask_more(handled, cast.ds, now)
        decide_more(handled, cast.dc, now, grant=False)
        assert newest(handled) == [{"event": "extension_refused", "amount": 3, "unit": "working_days"}]

    def test_of_a_helper_is_not_told(self, handled, cast, district, now) -> None:
        services.add_assisting(appeal_id=handled.pk, unit_ids=[district.department_2.pk], by=cast.dc, now=now)
        services.accept(appeal_id=handled.pk, by=cast.ds_2, now=now)
        before = Delivery.objects.count()
        ask_more(handled, cast.ds_2, now)
        decide_more(handled, cast.dc, now)
        assert Delivery.objects.filter(channel="hotline").count() == before


class TestAside:
    def test_shelved_with_its_review_and_taken_up_again(self, handled, cast, now) -> None:
        until = timezone.localdate(now) + timedelta(days=90)
        ask_to_lie(handled, cast.ds, now, until)
        decide_to_lie(handled, cast.dc, now)
        assert newest(handled) == [{"event": "shelved", "review_on": until.isoformat()}]
        services.reactivate(appeal_id=handled.pk, words="条件已具备，恢复办理。", by=cast.ds, now=now)
        assert newest(handled) == [{"event": "in_progress"}]

    def test_a_refused_request_is_not_told(self, handled, cast, now) -> None:
        ask_to_lie(handled, cast.ds, now, timezone.localdate(now) + timedelta(days=90))
        decide_to_lie(handled, cast.dc, now, grant=False)
        assert newest(handled) == [{"event": "in_progress"}]


class TestMerged:
    def test_then_told_of_what_becomes_of_the_one_that_carries_on(self, handled, registered, cast, now) -> None:
        child = registered(channel="hotline", source_number="DQ2026030200019")
        services.merge(appeal_id=child.pk, into_id=handled.pk, by=cast.dc, now=now)
        assert newest(child, 2) == [{"event": "accepted"}, {"event": "merged"}]
        services.resolve(appeal_id=handled.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
        assert newest(child) == newest(handled) == [{"event": "resolved", "reply": REPLY}]
        assert Delivery.objects.filter(stream=f"hotline:{child.pk}").latest("sequence").payload["sequence"] == 3

    def test_into_one_that_is_none_of_the_citys(self, city, in_progress, registered, cast, now) -> None:
        child = registered(channel="hotline", source_number="DQ2026030200019")
        services.merge(appeal_id=child.pk, into_id=in_progress.pk, by=cast.dc, now=now)
        services.resolve(appeal_id=in_progress.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
        assert newest(child) == [{"event": "resolved", "reply": REPLY}]
        assert newest(in_progress) == []

    def test_alone_again_it_waits_for_a_dispatch(self, handled, registered, cast, now) -> None:
        child = registered(channel="hotline", source_number="DQ2026030200019")
        services.merge(appeal_id=child.pk, into_id=handled.pk, by=cast.dc, now=now)
        services.unmerge(appeal_id=child.pk, words="经核实不是同一件事。", by=cast.dc, now=now)
        services.resolve(appeal_id=handled.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
        assert newest(child) == [{"event": "accepted"}]


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
