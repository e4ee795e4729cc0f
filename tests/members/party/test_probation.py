"""The clock of a probation: from the admission to some days after its end; who is late, and whose."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.deadlines.services import sweep
from governance.outbox.models import Reminder
from members.models import PartyMembership
from members.party import clocks, selectors, units
from members.party.services import memberships, organisations, transfers
from members.services import households
from members.tasks import begin_probations
from tests.signing import client_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
ENDS = date(2026, 11, 20)
# Thirty days after that, at the end of the day (16:00 UTC is midnight here).
LIMIT = datetime(2026, 12, 20, 15, 59, 59, tzinfo=UTC)


@pytest.fixture
def one(member) -> PartyMembership:
    """Whose year ended three days ago."""
    return member("赵雪", kind="probationary", joined_party_on=date(2025, 11, 20))


def clock_of(membership) -> Clock:
    return Clock.objects.get(kind="party_probation", subject_id=membership.pk)


def told_of(membership, level: str) -> set[int]:
    return set(Reminder.objects.filter(subject_id=membership.pk, level=level).values_list("user_id", flat=True))


class TestClock:
    def test_from_the_admission_to_the_days_after_the_end(self, one, member, party) -> None:
        member("李秀兰")
        clock = Clock.objects.get(kind="party_probation")
        assert (clock.subject_type, clock.subject_id) == ("members.partymembership", one.pk)
        assert (clock.due_at, clock.state) == (LIMIT, Clock.RUNNING)
        assert clock.unit_id == party.branch.community_id
        assert timezone.localdate(clock.started_at) == one.joined_party_on

    def test_made_full_in_time(self, one, cast, now) -> None:
        memberships.make_full(membership_id=one.pk, on=TODAY, by=cast.cs, now=now)
        assert clock_of(one).state == Clock.MET

    def test_who_decides_is_reminded_before(self, one, member, cast, now) -> None:
        near = member("刘敏", kind="probationary", joined_party_on=date(2025, 12, 10))
        sweep(now)
        assert told_of(one, "soon") == told_of(near, "soon") == {cast.cs.user_id}
        titles = dict(Reminder.objects.filter(level="soon").values_list("subject_id", "title"))
        assert "请讨论转正" in titles[one.pk]
        assert "即将届满" in titles[near.pk]
        assert not any(name in title for name in ("赵雪", "刘敏") for title in titles.values())

    def test_late_is_told_above_and_stays_missed(self, one, cast, now) -> None:
        later = LIMIT + timedelta(minutes=1)
        sweep(later)
        assert {cast.cs.user_id, cast.ss.user_id} <= told_of(one, "over")
        assert cast.dc.user_id not in told_of(one, "over")
        assert Entry.objects.filter(action="party.party_probation.party_late", subject_id=one.pk).count() == 1
        sweep(later)
        assert Entry.objects.filter(action="party.party_probation.party_late", subject_id=one.pk).count() == 1
        sweep(LIMIT + timedelta(days=31))
        assert cast.dc.user_id in told_of(one, "over")
        memberships.make_full(membership_id=one.pk, on=TODAY, by=cast.cs, now=LIMIT + timedelta(days=32))
        assert clock_of(one).state == Clock.MISSED

    def test_prolonging_decides_and_begins_the_next(self, one, cast, now) -> None:
        memberships.prolong(membership_id=one.pk, months=6, words="需继续考察", by=cast.cs, now=now)
        first, second = Clock.objects.filter(kind="party_probation", subject_id=one.pk).order_by("pk")
        assert (first.state, second.state) == (Clock.MET, Clock.RUNNING)
        assert timezone.localdate(second.started_at) == ENDS
        assert timezone.localdate(second.due_at) == date(2027, 6, 19)

    def test_prolonging_before_the_end_begins_today(self, member, cast, now) -> None:
        early = member("刘敏", kind="probationary", joined_party_on=date(2026, 1, 10))
        memberships.prolong(membership_id=early.pk, months=6, words="需继续考察", by=cast.cs, now=now)
        running = clocks.probation_of(early)
        assert timezone.localdate(running.started_at) == TODAY
        assert timezone.localdate(running.due_at) == date(2027, 8, 9)

    def test_being_left_out_is_a_decision(self, one, cast, now) -> None:
        memberships.end_member(
            membership_id=one.pk, how="withdrawn", on=TODAY, words="取消预备党员资格", by=cast.cs, now=now
        )
        assert clock_of(one).state == Clock.MET

    def test_a_death_is_none(self, one, cast, now) -> None:
        households.die(person_id=one.person_id, on=TODAY, by=cast.cw, now=now)
        assert clock_of(one).state == Clock.CANCELLED

    def test_another_day_of_admission_counts_anew(self, one, cast, now) -> None:
        facts = memberships.Facts(kind="probationary", joined_party_on=date(2026, 2, 1))
        memberships.change_member(membership_id=one.pk, facts=facts, by=cast.cs, now=now)
        assert timezone.localdate(clocks.probation_of(one).due_at) == date(2027, 3, 3)
        facts = memberships.Facts(kind="probationary", joined_party_on=date(2026, 2, 1), employer="第一采油厂")
        memberships.change_member(membership_id=one.pk, facts=facts, by=cast.cs, now=now)
        states = Clock.objects.filter(kind="party_probation").order_by("pk").values_list("state", flat=True)
        assert list(states) == [Clock.CANCELLED, Clock.RUNNING]


class TestWhose:
    def test_a_transfer_takes_it_along_as_late_as_it_was(self, one, party, cast, now) -> None:
        later = LIMIT + timedelta(days=1)
        sweep(later)
        given = transfers.hand_over(
            membership_id=one.pk, to_organisation_id=party.branch_2.pk, reason="已迁居", by=cast.cs, now=later
        )
        transfers.receive(transfer_id=given.pk, by=cast.cs_2, now=later)
        new = PartyMembership.objects.current().get(person=one.person)
        assert clock_of(one).state == Clock.CANCELLED
        clock = clock_of(new)
        assert (clock.unit_id, clock.due_at) == (party.branch_2.community_id, LIMIT)
        sweep(later)
        assert cast.cs_2.user_id in told_of(new, "over")

    def test_a_merged_organisation_hands_it_on(self, one, party, cast, now) -> None:
        organisations.merge(
            organisation_id=party.branch.pk, into_id=party.featured.pk, on=TODAY, words="网格调整", by=cast.cs, now=now
        )
        new = PartyMembership.objects.current().get(person=one.person)
        assert new.organisation == party.featured
        assert (clock_of(one).state, clock_of(new).state) == (Clock.CANCELLED, Clock.RUNNING)

    def test_one_from_outside_has_its_clock(self, person, party, cast, now) -> None:
        facts = memberships.Facts(kind="probationary", joined_party_on=date(2026, 1, 10))
        transfers.take_from_outside(
            organisation_id=party.branch.pk, person_id=person("孙丽").pk, facts=facts, place="哈尔滨市某区委",
            letter_number="哈组转2026-7", letter_on=TODAY, by=cast.cs, now=now,
        )  # fmt: skip
        assert Clock.objects.get(kind="party_probation").state == Clock.RUNNING

    def test_it_follows_the_unit_that_decides(self, one, party, cast, district, now) -> None:
        """Here a grid that comes under another community, with its branch."""
        grid = district.grid_1
        grid.parent, grid.community = district.community_2, district.community_2
        grid.save()
        units.unit_moved(unit=grid, before={}, by=cast.dc, now=now)
        assert clock_of(one).unit_id == district.community_2.pk


class TestBefore:
    """Members who were on record before there was a clock."""

    @pytest.fixture
    def old(self, one) -> PartyMembership:
        Clock.objects.filter(kind="party_probation").delete()
        return one

    def test_they_get_theirs_once(self, old, member, cast, now) -> None:
        member("李秀兰")
        gone = member("刘敏", kind="probationary", joined_party_on=date(2026, 1, 10))
        memberships.end_member(membership_id=gone.pk, how="expelled", on=TODAY, words="决定", by=cast.cs, now=now)
        assert clocks.begin_missing(now) == 1
        assert clock_of(old).due_at == LIMIT
        assert clocks.begin_missing(now) == 0
        assert clocks.open_probations().count() == 1

    def test_who_is_past_is_late_at_once(self, old, cast) -> None:
        later = LIMIT + timedelta(days=3)
        clocks.begin_missing(later)
        sweep(later)
        assert cast.ss.user_id in told_of(old, "over")
        assert clock_of(old).overdue_since == LIMIT

    def test_the_task_and_its_place_in_the_schedule(self, old, settings) -> None:
        begin_probations()
        assert clock_of(old).due_at == LIMIT
        assert settings.CELERY_BEAT_SCHEDULE["begin-probations"]["task"] == begin_probations.name

    def test_decided_without_one(self, old, cast, now) -> None:
        memberships.make_full(membership_id=old.pk, on=TODAY, by=cast.cs, now=now)
        assert not Clock.objects.filter(kind="party_probation").exists()


class TestLists:
    def test_who_is_late_and_whose(self, one, member, party, cast) -> None:
        member("刘敏", kind="probationary", joined_party_on=date(2026, 1, 10))
        assert not selectors.probation_late(PartyMembership.objects.all()).exists()
        sweep(LIMIT + timedelta(days=1))
        assert selectors.probation_late(PartyMembership.objects.all()).get() == one
        for actor, late in ((cast.cs, 1), (cast.ss, 1), (cast.dc, 1), (cast.cs_2, 0)):
            rows = selectors.figures(actor, TODAY)
            assert sum(row.late_probations for row in rows) == late
        client = client_of(cast.cs)
        listed = client.get(reverse("members:party_members"), {"tab": "late"}).content.decode()
        assert "赵雪" in listed
        assert "刘敏" not in listed
        page = client.get(reverse("members:party_member", args=[one.pk])).content.decode()
        assert "应在 2026-12-20 前讨论转正，已超期" in page
        figures = client_of(cast.ss).get(reverse("members:party_figures")).content.decode()
        assert f"tab=late&amp;place={party.branch.community_id}" in figures
