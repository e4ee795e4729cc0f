"""Logging an appeal: what is kept, on whose desk it lands, what is refused."""

import uuid
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from appeals import services
from appeals.models import Appeal
from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.errors import InvalidInput, NotAllowed
from governance.outbox.models import InboxItem
from tests.appeals.conftest import new_appeal


def test_number_state_clock_history_and_audit(registered, cast, now) -> None:
    appeal = registered()
    assert appeal.number == "MH20261123-0001"
    assert appeal.state == "registered"
    clock = Clock.objects.get(subject_id=appeal.pk)
    # Dispatch within 4 working hours of Monday 10:00: the lunch gap does not count.
    assert (clock.kind, clock.due_at) == ("dispatch", appeal.due_at)
    assert appeal.due_at > now + timedelta(hours=4)
    assert list(appeal.entries.values_list("kind", flat=True)) == ["register"]
    assert Entry.objects.filter(action="appeal.register", subject_id=appeal.pk, user_id=cast.dc.user_id).exists()
    assert InboxItem.objects.filter(user_id=cast.dc.user_id, subject_id=appeal.pk).exists()


def test_numbers_run_on_within_a_day(registered) -> None:
    assert [registered().number[-4:] for _ in range(3)] == ["0001", "0002", "0003"]


def test_phone_is_sealed_masked_and_found_by_its_hash(registered) -> None:
    first, second = registered(phone="138 1234 4080"), registered(phone="13812344080")
    assert first.phone_masked == "138****4080"
    assert "13812344080" not in first.phone_sealed
    assert first.phone_sealed != second.phone_sealed
    assert first.phone_index == second.phone_index
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(a)::text FROM appeals_appeal a WHERE id = %s", [first.pk])
        assert "13812344080" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("who", "desk"),
    [
        ("dc", "district"), ("ss", "street_1"), ("cw", "community_1"), ("gw", "community_1"), ("ds", "district"),
        ("squad", "street_1"),
    ],
)  # fmt: skip
def test_whose_desk_it_lands_on(registered, cast, district, who: str, desk: str) -> None:
    assert registered(by=getattr(cast, who)).desk_unit_id == getattr(district, desk).pk


def test_a_grid_workers_appeal_happened_in_the_grid(registered, cast, district) -> None:
    appeal = registered(by=cast.gw)
    place = (appeal.district_id, appeal.street_id, appeal.community_id, appeal.grid_id)
    assert place == (district.district.pk, district.street_1.pk, district.community_1.pk, district.grid_1.pk)


def test_handled_on_the_spot_arrives_resolved_for_the_community_to_visit(registered, cast, district, now) -> None:
    appeal = registered(by=cast.gw, result="已清理楼道杂物。", public_reply="已清理。")
    assert appeal.state == "resolved"
    assert appeal.resolved_at == now
    assert appeal.desk_unit_id == district.community_1.pk
    assert dict(Clock.objects.filter(subject_id=appeal.pk).values_list("kind", "state")) == {
        "dispatch": "met",
        "visit": "running",
    }


@pytest.mark.parametrize("who", ["dl", "sl", "au", "se", "sy"])
def test_who_may_not_register(registered, cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        registered(by=getattr(cast, who))
    assert Appeal.objects.count() == 0


def test_department_staff_may_not_close_on_the_spot(registered, cast) -> None:
    with pytest.raises(NotAllowed):
        registered(by=cast.ds, result="已处理完毕。")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"), ({"title": "长" * 101}, "title"), ({"content": "短"}, "content"),
        ({"content": "长" * 10_001}, "content"), ({"channel": "carrier pigeon"}, "channel"),
        ({"urgency": 9}, "urgency"),
        ({"category_id": 10**9}, "category"), ({"phone": "12345"}, "phone"),
        ({"identity": "230604199001011234"}, "identity"),
        ({"unit_id": 10**9}, "unit_id"), ({"lon": 125.0}, "lon"), ({"lon": 46.6, "lat": 125.0}, "lon"),
        ({"attachment_ids": [uuid.UUID(int=i) for i in range(10)]}, "attachments"),
    ],
)  # fmt: skip
def test_bad_input_names_the_field(registered, change: dict, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        registered(**change)
    assert refusal.value.field == field
    assert Appeal.objects.count() == 0


def test_a_future_time_is_refused_but_a_fast_phone_clock_is_not(registered, now) -> None:
    with pytest.raises(InvalidInput):
        registered(raised_at=now + timedelta(minutes=1))
    assert registered(device_at=now + timedelta(days=1)).raised_at == now


def test_control_characters_and_blanks_are_tidied(registered) -> None:
    appeal = registered(title="  电梯\x00\t\t故障\u200b ", content="第一行\r\n\r\n\r\n\r\n第二行  末")
    assert appeal.title == "电梯 故障"
    assert appeal.content == "第一行\n\n第二行 末"


def test_the_same_report_sent_twice_arrives_once(registered, cast) -> None:
    key = uuid.uuid4()
    assert registered(by=cast.gw, client_key=key).pk == registered(by=cast.gw, client_key=key).pk
    assert Appeal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_report_sent_twice_at_once_arrives_once(rules, cast, now) -> None:
    new = replace(new_appeal(), client_key=uuid.uuid4())
    barrier, made = Barrier(4), []

    def send() -> None:
        barrier.wait()
        made.append(services.register(new=new, by=cast.gw, now=now).pk)
        connections.close_all()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    assert Appeal.objects.count() == 1
