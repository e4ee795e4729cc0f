"""What becomes of care when its person moves, leaves, dies, or turns out to be another on record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from governance.deadlines.models import Clock
from governance.outbox.models import InboxItem
from members.care import turns
from members.care.services.pausing import pause_visits
from members.models import CareEvent, CareRecord, CareTurn
from members.services.households import die, join, leave, take_in
from members.services.persons import Joining, merge_persons
from tests.members.conftest import identity_number

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NUMBER = identity_number("19480101", 12)


class TestMoved:
    def test_the_new_community_takes_over_and_is_told(self, listed, person, household, cast, district, now) -> None:
        record = listed(person(identity=NUMBER), visitor_id=cast.cw.user_id)
        due = record.due_at
        new = household(by=cast.cw_3, unit=district.community_3)
        take_in(identity=NUMBER, joining=Joining(household_id=new.pk, relation="head"), by=cast.cw_3, now=now)
        record.refresh_from_db()
        assert (record.community_id, record.grid_id, record.visitor_id) == (district.community_3.pk, None, None)
        assert (record.due_at, turns.clock_of(record).unit_id) == (due, district.community_3.pk)
        assert CareTurn.objects.get().street_id == district.street_2.pk
        told = InboxItem.objects.get(user_id=cast.cw_3.user_id)
        assert "重点关爱对象迁入：王建国（独居老人）" in told.title
        assert not CareRecord.objects.visible_to(cast.cw).exists()
        assert CareRecord.objects.visible_to(cast.cw_3).get() == record

    def test_into_another_grid_who_visits_for_the_community_stays(
        self, listed, person, household, cast, district, now
    ) -> None:  # fmt: skip
        who = person()
        by_community = listed(who, visitor_id=cast.cw.user_id)
        by_grid = listed(who, code="illness", visitor_id=cast.gw.user_id)
        new = household(unit=district.grid_2)
        join(person_id=who.pk, joining=Joining(household_id=new.pk, relation="head"), by=cast.cw, now=now)
        by_community.refresh_from_db()
        by_grid.refresh_from_db()
        assert (by_community.visitor_id, by_grid.visitor_id) == (cast.cw.user_id, None)
        assert {by_community.grid_id, by_grid.grid_id} == {district.grid_2.pk}
        assert not InboxItem.objects.filter(title__contains="迁入").exists()


class TestGone:
    @pytest.mark.parametrize(("gone", "how"), [("die", "died"), ("leave", "left")])
    def test_all_care_ends(self, listed, person, cast, now, gone, how) -> None:
        who = person()
        listed(who)
        paused = listed(who, code="illness")
        pause_visits(record_id=paused.pk, until=date(2026, 12, 20), reason="hospital", by=cast.cw, now=now)
        if gone == "die":
            die(person_id=who.pk, on=TODAY, by=cast.cw, now=now)
        else:
            leave(person_id=who.pk, on=TODAY, to="哈尔滨市", by=cast.cw, now=now)
        assert set(CareRecord.objects.values_list("state", "ended_how", "until_on")) == {("ended", how, TODAY)}
        assert not Clock.objects.filter(state__in=Clock.OPEN).exists()
        assert set(CareTurn.objects.values_list("state", flat=True)) == {"cancelled"}

    def test_a_death_before_the_listing_ends_it_on_the_day_of_the_listing(self, listed, person, cast, now) -> None:
        who = person()
        record = listed(who)
        die(person_id=who.pk, on=TODAY - timedelta(days=9), by=cast.cw, now=now)
        record.refresh_from_db()
        assert record.until_on == record.since == TODAY


class TestMerged:
    def test_two_on_one_list_become_one_with_the_closer_rhythm(self, listed, person, visit, cast, now) -> None:
        keep, drop = person(), person("王建国")
        kept = listed(keep, level="B", words="")
        other = listed(drop, level="A", words="每日服降压药")
        only = listed(drop, code="illness")
        visit(other, days=1)
        merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="重复登记", by=cast.cw, now=now + timedelta(days=2))
        for record in (kept, other, only):
            record.refresh_from_db()
        assert {kept.person_id, other.person_id, only.person_id} == {keep.pk}
        assert (kept.state, kept.level, kept.words) == ("open", "A", "每日服降压药")
        assert timezone.localdate(kept.due_at) == date(2026, 11, 30)
        assert (other.state, other.ended_how) == ("ended", "merged")
        assert only.state == "open"
        assert CareRecord.objects.open().filter(person=keep).count() == 2
        assert CareEvent.objects.filter(record=kept, kind="merged").exists()

    def test_a_pause_that_only_one_knew_of_is_over(self, listed, person, cast, now) -> None:
        keep, drop = person(), person("王建国")
        kept, other = listed(keep), listed(drop)
        pause_visits(record_id=kept.pk, until=date(2026, 12, 20), reason="away", by=cast.cw, now=now)
        merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="重复登记", by=cast.cw, now=now)
        kept.refresh_from_db()
        assert kept.state == "open"
        assert Clock.objects.filter(state__in=Clock.OPEN).count() == 1
        assert other.pk != kept.pk
