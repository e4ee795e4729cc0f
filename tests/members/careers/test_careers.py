"""Careers: begun, kept true, moved, ended; pay and grade."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from governance.audit.models import Entry as AuditEntry
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from members.careers.pay import Scales
from members.careers.services import careers
from members.careers.services.careers import Entry
from members.models import Career, CareerEvent
from tests.members.conftest import identity_number

pytestmark = pytest.mark.django_db


def entry(district, **changes):
    values = {
        "name": "王建国", "identity": identity_number("19900101"), "unit_id": district.community_1.pk, "post": "worker",
        "entered_on": date(2022, 3, 1), "recruited": "open", "degree": "bachelor", "grounds": "2022 年公开招聘",
    }  # fmt: skip
    return Entry(**(values | changes))


def test_a_career_begins_with_the_grade_and_pay_of_the_rules(career):
    made = career("worker")
    # One for the start, one for the bachelor's degree, one for three counted years since March 2022.
    assert (made.grade, made.under_35, made.state) == (3, True, "serving")
    event = made.events.get()
    assert (event.kind, event.pay_before) == ("entered", None)
    assert event.pay_after == Scales.load().on(date(2022, 3, 1)).amount("worker", 3)
    assert AuditEntry.objects.filter(action="career.enter", subject_id=made.pk).exists()


def test_nothing_is_told_of_a_person_whose_name_does_not_fit(career, cast, district, now):
    career("worker")
    with pytest.raises(InvalidInput, match="都相符") as told:
        careers.enter(entry=entry(district, name="别人"), by=cast.dc, now=now)
    with pytest.raises(InvalidInput, match="都相符") as unknown:
        careers.enter(entry=entry(district, identity=identity_number("19700101")), by=cast.dc, now=now)
    assert told.value.message == unknown.value.message


def test_a_person_serves_once(career, cast, district, now):
    career("worker")
    with pytest.raises(IllegalState, match="已登记为在岗"):
        careers.enter(entry=entry(district), by=cast.dc, now=now)
    assert Career.objects.count() == 1


@pytest.mark.parametrize("who", ["cs", "ss", "sl", "dl", "cw", "gw"])
def test_only_the_district_centre_begins_a_career(who, career, cast, district, now):
    with pytest.raises(NotAllowed):
        careers.enter(entry=entry(district), by=getattr(cast, who), now=now)


def test_who_works_elsewhere_than_they_live_is_seen_where_they_work(career, cast, district):
    made = career("worker", unit=district.community_3)
    assert not Career.objects.visible_to(cast.cs).exists()
    assert not Career.objects.visible_to(cast.ss).exists()
    assert Career.objects.visible_to(cast.ss_2).get() == made


@pytest.mark.parametrize("who", ["cw", "gw", "dl", "ds", "squad", "au"])
def test_pay_is_not_for_colleagues_nor_for_leaders_beside(who, career, cast):
    career("worker")
    assert not Career.objects.visible_to(getattr(cast, who)).exists()


def test_a_certificate_is_on_record_and_makes_a_grade_due(career, cast, now):
    made = career("worker")
    careers.change_facts(
        career_id=made.pk,
        degree="bachelor",
        certificate="senior",
        duty="",
        grounds="证书编号 230612",
        by=cast.ss,
        now=now,
    )
    made.refresh_from_db()
    assert (made.grade, made.certificate) == (3, "senior")
    assert made.next_grade_on <= date(2026, 11, 23)
    assert made.events.filter(kind="facts", after__certificate="senior").exists()


def test_nothing_changed_is_said(career, cast, now):
    made = career("worker")
    with pytest.raises(InvalidInput, match="没有改动"):
        careers.change_facts(
            career_id=made.pk, degree="bachelor", certificate="", duty="", grounds="核对", by=cast.ss, now=now
        )


def test_moving_to_another_community(career, cast, district, now):
    made = career("worker")
    careers.move_unit(
        career_id=made.pk,
        unit_id=district.community_2.pk,
        on=date(2026, 11, 20),
        grounds="工作需要",
        by=cast.dc,
        now=now,
    )
    made.refresh_from_db()
    assert made.community == district.community_2
    with pytest.raises(InvalidInput, match="已在"):
        careers.move_unit(
            career_id=made.pk,
            unit_id=district.community_2.pk,
            on=date(2026, 11, 20),
            grounds="工作需要",
            by=cast.dc,
            now=now,
        )


def test_who_resigned_is_not_changed_any_more(career, cast, now):
    made = career("worker")
    careers.end_service(
        career_id=made.pk, how="resigned", on=date(2026, 11, 20), grounds="个人原因", by=cast.dc, now=now
    )
    made.refresh_from_db()
    assert (made.state, made.ended_on) == ("resigned", date(2026, 11, 20))
    with pytest.raises(IllegalState, match="已辞职"):
        careers.end_service(
            career_id=made.pk, how="retired", on=date(2026, 11, 20), grounds="到龄", by=cast.dc, now=now
        )


def test_outside_the_scope_there_is_nothing(career, cast, now):
    made = career("worker")
    with pytest.raises(NotFound):
        careers.change_facts(
            career_id=made.pk, degree="master", certificate="", duty="", grounds="学位证", by=cast.ss_2, now=now
        )


def test_history_takes_inserts_alone(career):
    made = career("worker")
    with pytest.raises(IntegrityError), transaction.atomic():
        CareerEvent.objects.filter(career=made).update(pay_after=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        CareerEvent.objects.filter(career=made).delete()
