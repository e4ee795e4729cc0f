"""One appeal over the National Day holiday of 2026, every moment worked out by hand in docs/worked-example.md."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import transaction

from appeals import services
from appeals.models import Appeal
from governance.deadlines import services as deadlines
from governance.deadlines.models import Clock
from governance.deadlines.terms import Span, Unit
from tests.appeals.conftest import REPLY, RESULT, new_appeal
from tests.fixtures import Cast, District


def at(text: str) -> datetime:
    """ "10-08 13:40" in Daqing, in 2026."""
    return datetime.fromisoformat(f"2026-{text}:00+08:00")


def clock(appeal: Appeal, kind: str) -> Clock:
    return Clock.objects.filter(subject_id=appeal.pk, kind=kind).latest("pk")


def moments(appeal: Appeal, kind: str) -> dict[str, datetime]:
    """When each step of the limit comes, by its name: the last plan of a limit that was extended."""
    return {step["action"]: datetime.fromisoformat(step["at"]) for step in clock(appeal, kind).steps}


@pytest.fixture
def received(rules: None, cast: Cast, district: District) -> Appeal:
    """Registered on the eve of the holiday at 16:40, dispatched at 17:10."""
    new = new_appeal(unit_id=district.community_1.pk)
    return services.register(new=new, by=cast.dc, now=at("09-30 16:40"))


@pytest.fixture
def handed_out(received: Appeal, cast: Cast, district: District) -> Appeal:
    unit = district.department_1.pk
    return services.dispatch(appeal_id=received.pk, to_unit_id=unit, by=cast.dc, now=at("09-30 17:10"))


@pytest.fixture
def taken(handed_out: Appeal, cast: Cast) -> Appeal:
    services.accept(appeal_id=handed_out.pk, by=cast.ds, now=at("10-08 09:00"))
    return services.contact(appeal_id=handed_out.pk, words="已电话联系。", by=cast.ds, now=at("10-08 10:00"))


def test_dispatch_spends_fifty_minutes_before_the_holiday_and_the_rest_after_it(received):
    assert moments(received, "dispatch") == {
        "yellow": at("10-08 10:40"), "red": at("10-08 13:40"), "escalate_secretary": at("10-09 13:40"),
    }  # fmt: skip


def test_limits_in_days_end_at_the_closing_where_winter_hours_end_sooner(handed_out):
    assert moments(handed_out, "accept")["red"] == at("10-08 14:10")
    assert handed_out.assignments.get().send_back_until == at("10-08 17:00")
    contact = moments(handed_out, "first_contact")
    assert (contact["yellow"], contact["red"]) == (at("10-08 15:00"), at("10-08 17:00"))


def test_the_make_up_saturday_counts_and_its_sunday_does_not(handed_out):
    assert moments(handed_out, "resolve") == {
        "yellow": at("10-12 17:00"), "red": at("10-13 17:00"), "escalate_secretary": at("10-14 17:00"),
        "supervision_order": at("10-16 17:00"), "district_leader_list": at("10-20 17:00"),
    }  # fmt: skip


def extended(appeal: Appeal) -> None:
    with transaction.atomic():
        deadlines.extend(
            subject_type="appeals.appeal", subject_id=appeal.pk, kind="resolve", by=Span(5, Unit.WORKING_DAYS),
            now=at("10-12 15:00"), detail_id=0,
        )  # fmt: skip


def test_an_extension_counts_on_from_the_limit(taken):
    extended(taken)
    later = moments(taken, "resolve")
    assert (later["yellow"], later["red"]) == (at("10-19 17:00"), at("10-20 17:00"))


def test_a_pause_keeps_the_working_time_that_was_left(taken):
    extended(taken)
    where = {"subject_type": "appeals.appeal", "subject_id": taken.pk, "kind": "resolve"}
    with transaction.atomic():
        (paused,) = deadlines.pause(**where, now=at("10-15 10:00"))
    assert paused.remaining_seconds == int(24.5 * 3600)
    with transaction.atomic():
        (resumed,) = deadlines.resume(**where, now=at("11-02 09:00"))
    assert resumed.due_at == at("11-05 16:00")


def test_the_visit_and_the_second_handling(taken, cast):
    extended(taken)
    services.resolve(
        appeal_id=taken.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=at("10-16 11:00"),
    )  # fmt: skip
    visit = moments(taken, "visit")
    assert (visit["yellow"], visit["red"]) == (at("10-20 11:00"), at("10-21 11:00"))
    report = services.VisitReport(
        method="phone", reached=True, solved=False, satisfaction="unsatisfied", words="仍有异响。"
    )
    services.visit(appeal_id=taken.pk, report=report, by=cast.ss, now=at("10-19 15:00"))
    again = moments(taken, "rehandle")
    assert (again["yellow"], again["red"]) == (at("10-21 15:00"), at("10-22 15:00"))
