"""Snapshot reports that were accepted and closed: once; reopened and refused: taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appeals import points as hook
from appeals import services
from appeals.models import Appeal
from governance import privacy
from members.models import Courier, Person
from points.models import Claim
from tests.appeals.conftest import REPLY, RESULT, new_appeal
from tests.appeals.conftest import rules as appeal_rules
from tests.members.volunteers.conftest import give_account
from tests.points.earning.conftest import balance, settle

pytestmark = pytest.mark.django_db
PHONE = "13812344080"
appeals_begin = appeal_rules


@pytest.fixture
def resident(people) -> Person:
    """Whose number the report carries."""
    who = people(1)[0]
    Person.objects.filter(pk=who.pk).update(phone_index=privacy.blind_index("phone", PHONE))
    return who


@pytest.fixture
def close(appeals_begin, rules, cast, district, now):
    """`close(channel="snapshot")`: a report that was handled and visited."""

    def make(by=None, **changes) -> Appeal:
        said = {"channel": "snapshot", "phone": PHONE, "unit_id": district.community_1.pk} | changes
        appeal = services.register(new=new_appeal(**said), by=by or cast.dc, now=now)
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
        services.accept(appeal_id=appeal.pk, by=cast.ds, now=now)
        return finish(appeal)

    def finish(appeal: Appeal) -> Appeal:
        services.resolve(appeal_id=appeal.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
        report = services.VisitReport(method="phone", reached=True, solved=True, satisfaction="satisfied")
        return services.visit(appeal_id=appeal.pk, report=report, by=cast.ss, now=now)

    make.again = finish
    return make


def test_an_accepted_report_earns_once_however_often_it_is_closed(close, resident, cast, budget, now) -> None:
    budget(100)
    appeal = close()
    assert appeal.state == "closed"
    claim = settle(now)[0]
    assert (claim.state, claim.points, claim.title) == ("awarded", 5, f"随手拍 {appeal.number}")
    services.reopen(appeal_id=appeal.pk, words="居民反映又坏了。", by=cast.dc, now=now + timedelta(hours=1))
    assert settle(now)[0].state == "awarded", "until it is known how it ends"
    close.again(appeal)
    settle(now)
    assert Claim.objects.count() == 1
    assert balance(resident, now) == 5


def test_reopened_and_refused_it_is_taken_back(close, resident, cast, budget, now) -> None:
    budget(100)
    appeal = close()
    settle(now)
    hook.follow(_in_state(appeal, "rejected"), "registered", now)
    claim = settle(now)[0]
    assert (claim.state, claim.why) == ("reversed", "这件随手拍改为不予受理。")
    assert balance(resident, now) == 0
    settle(now)
    assert balance(resident, now) == 0


def test_refused_before_anything_was_given(close, resident, cast, budget, now) -> None:
    budget(100)
    appeal = close()
    hook.follow(_in_state(appeal, "rejected"), "registered", now)
    assert settle(now)[0].state == "refused"
    assert balance(resident, now) == 0


def _in_state(appeal: Appeal, state: str) -> Appeal:
    appeal.state = state
    return appeal


def test_a_courier_is_told_by_their_account(close, people, cast, district, now, budget) -> None:
    rider = people(1)[0]
    Courier.objects.create(
        person=rider, trade="rider", company="美团", user_id=cast.pg.user_id, from_on=now.date(), made_at=now,
        district=district.district, street=district.street_1, community=district.community_1,
    )  # fmt: skip
    close(by=cast.pg, phone="", complainant="", unit_id=district.grid_1.pk)
    assert Claim.objects.get().person == rider


def test_a_part_time_grid_worker_with_a_record_is_a_resident(close, people, cast, district, now) -> None:
    who = people(1)[0]
    give_account(cast.pg, who)
    close(by=cast.pg, phone="", complainant="", unit_id=district.grid_1.pk)
    assert Claim.objects.get().person == who


def test_staff_report_in_the_course_of_their_work(close, people, cast, district, now) -> None:
    give_account(cast.gw, people(1)[0])
    close(by=cast.gw, phone="", complainant="", unit_id=district.grid_1.pk)
    assert not Claim.objects.exists()


def test_who_handled_it_themselves_earns_nothing(close, resident, cast, district, now) -> None:
    appeal = close()
    Claim.objects.all().delete()
    Appeal.objects.filter(pk=appeal.pk).update(registered_by_user=cast.ds.user_id)
    appeal.refresh_from_db()
    hook.follow(appeal, "resolved", now)
    claim = Claim.objects.get()
    assert (claim.state, claim.why) == ("refused", "本人上报、本人办理的，属本职工作，不计积分。")


def test_no_number_leads_from_the_points_to_a_confidential_report(close, resident, now) -> None:
    appeal = close(is_confidential=True)
    assert appeal.number not in Claim.objects.get().title


def test_of_two_with_one_number_nobody_is_guessed(close, resident, people, now) -> None:
    other = people(2)[1]
    Person.objects.filter(pk=other.pk).update(phone_index=privacy.blind_index("phone", PHONE))
    close()
    assert not Claim.objects.exists()


def test_another_channel_costs_nothing(close, resident, now) -> None:
    appeal = close(channel="phone")
    assert not Claim.objects.exists()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        hook.follow(appeal, "resolved", now)
    assert len(asked) == 0
    appeal.channel = "snapshot"
    with CaptureQueriesContext(connection) as asked:
        hook.follow(appeal, "resolved", now)
    assert len(asked) <= 4
