"""What an entry keeps, and what it keeps out."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from governance.audit import actions, services
from governance.audit.models import Entry
from governance.scope import PLATFORM, Actor, Role, UnitKind

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ME = Actor(7, "王丽", 70, Role.STREET_STAFF, 2, "庆新街道", UnitKind.STREET, ip="10.1.2.3")


def record(**fact: object) -> Entry:
    services.record(**{"action": "case.change", "subject_type": "case", "subject_id": 1, "by": ME, "now": NOW} | fact)
    return Entry.objects.latest("id")


def test_who_as_what_from_where_and_when():
    entry = record(subject_label="MH20260302-0001", reason="核对")
    assert (entry.user_id, entry.user_name, entry.posting_id, entry.role) == (7, "王丽", 70, "SS")
    assert (entry.unit_id, entry.unit_name, entry.ip, entry.at) == (2, "庆新街道", "10.1.2.3", NOW)
    assert (entry.subject_label, entry.reason, entry.before, entry.after) == ("MH20260302-0001", "核对", {}, {})
    assert record(by=PLATFORM).user_name == "系统"


def test_only_what_differs_is_kept():
    entry = record(before={"a": 1, "b": 2, "gone": 3}, after={"a": 1, "b": 5, "new": None})
    assert (entry.before, entry.after) == ({"b": 2, "gone": 3}, {"b": 5, "new": None})


def test_values_become_plain_json():
    key = uuid.uuid4()
    entry = record(
        after={
            "at": NOW, "day": date(2026, 3, 2), "amount": Decimal("1.50"), "key": key, "role": Role.STREET_STAFF,
            "set": {3, 1, 2}, "tuple": (1, "x"), "not a number": float("nan"), "nested": {"a": [{"b": None}]},
            "nul": "a\0b\ud800",
        }
    )  # fmt: skip
    assert entry.after == {
        "at": "2026-03-02T01:00:00+00:00", "day": "2026-03-02", "amount": "1.50", "key": str(key), "role": "SS",
        "set": [1, 2, 3], "tuple": [1, "x"], "not a number": "nan", "nested": {"a": [{"b": None}]},
        "nul": "ab?",
    }  # fmt: skip


def test_long_values_are_shortened_with_what_they_were():
    entry = record(after={"text": "字" * 3000, "list": list(range(1000))}, reason="由" * 900, subject_label="标" * 300)
    assert len(entry.after["text"]) == 500
    assert entry.after["text"].endswith("…（共 3000 字）")
    assert (len(entry.after["list"]), entry.after["list"][-1]) == (201, "…（共 1000 项）")
    assert (len(entry.reason), len(entry.subject_label)) == (500, 200)


@pytest.mark.parametrize(
    "number", ["13812344080", "138 1234 4080", "+86-138-1234-4080", "１３８１２３４４０８０", "23060419900101123X"]
)
def test_no_number_of_a_person_is_kept_in_clear(number):
    entry = record(
        before={"phone": number, "nested": {"deep": [f"电话{number}。"]}},
        after={number: "as a key", "phone": ""},
        reason=f"回访 {number}",
        subject_label=f"{number} 的诉求",
    )
    kept = f"{entry.before}{entry.after}{entry.reason}{entry.subject_label}"
    assert number not in kept
    assert "****" in kept


def test_a_number_typed_as_a_number_is_masked_too():
    assert record(after={"phone": 13812344080, "id": 1234}).after == {"phone": "138****4080", "id": 1234}


def test_a_change_between_two_hidden_numbers_still_shows():
    entry = record(before={"phone": "13812344080"}, after={"phone": "13899994080"})
    assert entry.before == entry.after == {"phone": "138****4080"}


def test_a_look_at_personal_data_is_marked(monkeypatch):
    monkeypatch.setattr(actions, "_actions", {})
    actions.register_action("case.print", "打印", is_look=True)
    assert record(action="case.reveal").is_look
    assert record(action="case.print").is_look
    assert not record(action="case.change").is_look


def test_the_record_goes_with_its_change():
    with transaction.atomic():
        record()
        transaction.set_rollback(True)
    assert not Entry.objects.exists()


def test_many_entries_take_few_statements(django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        services.record_many(
            services.Fact(action="case.import", subject_type="case", subject_id=n, by=ME, now=NOW) for n in range(2000)
        )
    assert Entry.objects.count() == 2000


def test_a_forgotten_keyword_is_refused():
    with pytest.raises(TypeError, match="now"):
        services.record(action="x", subject_type="case", subject_id=1, by=ME)
