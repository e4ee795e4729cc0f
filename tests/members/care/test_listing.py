"""On a list, corrected, paused, off it again; who may, what is refused, what stands on record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from governance.audit.models import Entry as AuditEntry
from governance.deadlines.models import Clock
from governance.deadlines.sweeping import sweep
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import Role
from members.care import turns
from members.care.services.listing import Entry, assign, change_record, end_record
from members.care.services.pausing import pause_visits, resume_visits
from members.models import CareEvent, CareRecord, CareTurn
from tests.fixtures import make_posting

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


class TestListed:
    def test_a_turn_begins_that_is_due_at_the_end_of_its_day(self, listed, cast, district, now) -> None:
        record = listed(words="高血压，每日服药")
        clock = turns.clock_of(record)
        assert timezone.localtime(record.due_at).isoformat() == "2026-11-30T23:59:59+08:00"
        assert (clock.kind, clock.due_at, clock.unit_id) == ("care_visit", record.due_at, district.grid_1.pk)
        turn = CareTurn.objects.get(record=record)
        assert (turn.state, turn.due_at, turn.grid_id) == ("open", record.due_at, district.grid_1.pk)
        entry = AuditEntry.objects.get(action="care.add")
        assert (entry.subject_id, entry.user_id) == (record.pk, cast.cw.user_id)
        assert "高血压" not in str(entry.after)
        assert CareEvent.objects.get(record=record).kind == "listed"

    def test_once_on_each_list(self, listed, person) -> None:
        who = person()
        listed(who)
        with pytest.raises(IllegalState, match="已在独居老人名单中"):
            listed(who)
        listed(who, code="illness")
        assert CareRecord.objects.count() == 2

    def test_who_may(self, listed, person, cast) -> None:
        who = person()
        for by in (cast.gw, cast.ss, cast.sl, cast.dc, cast.pg):
            with pytest.raises(NotAllowed):
                listed(who, by=by)
        with pytest.raises(NotFound):
            listed(who, by=cast.cw_2)
        listed(who, by=cast.cs)

    @pytest.mark.parametrize(
        ("code", "facts", "field"),
        [
            ("disabled", {"grounds": ""}, "grounds"),
            ("disabled", {"grounds": "残疾证 11010519491231002X42"}, "grounds"),
            ("alone", {"words": "联系儿子 13812345678"}, "words"),
            ("alone", {"level": "D"}, "level"),
            ("alone", {"since": date(2026, 12, 1)}, "since"),
            ("alone", {"visitor_id": 0}, "visitor"),
        ],
    )
    def test_bad_input_names_its_field(self, listed, code, facts, field) -> None:
        with pytest.raises(InvalidInput) as refused:
            listed(code=code, **facts)
        assert refused.value.field == field
        assert not CareRecord.objects.exists()

    def test_the_visitor_works_there(self, listed, person, cast, district) -> None:
        who = person()
        for stranger in (cast.gw_2, cast.cw_2, cast.ss):
            with pytest.raises(InvalidInput, match="在岗"):
                listed(who, visitor_id=stranger.user_id)
        assert listed(who, visitor_id=cast.pg.user_id).visitor_id == cast.pg.user_id


class TestChanged:
    def test_another_level_counts_from_the_same_start_and_makes_nobody_late(self, listed, cast, now) -> None:
        record = listed(level="B")
        started = turns.clock_of(record).started_at
        entry = Entry(level="A", grounds=record.grounds)
        later = now + timedelta(days=9)
        record = change_record(record_id=record.pk, entry=entry, by=cast.cw, now=later)
        clock = turns.clock_of(record)
        # A week from the start has passed: due now at the earliest, and not late before.
        assert clock.started_at == started
        assert clock.due_at >= later.replace(microsecond=0)
        assert record.due_at == clock.due_at
        assert record.policy_version.policy.code == "care-weekly"

    def test_nothing_changed_stale_and_ended_are_refused(self, listed, cast, now) -> None:
        record = listed()
        same = Entry(level="A", grounds=record.grounds, since=record.since)
        with pytest.raises(InvalidInput, match="没有改动"):
            change_record(record_id=record.pk, entry=same, by=cast.cw, now=now)
        with pytest.raises(IllegalState, match="别人已修改"):
            change_record(record_id=record.pk, entry=Entry(level="B"), revision=99, by=cast.cw, now=now)
        end_record(record_id=record.pk, on=TODAY, how="improved", words="已入住养老院", by=cast.cw, now=now)
        with pytest.raises(IllegalState, match="结束"):
            change_record(record_id=record.pk, entry=Entry(level="B"), by=cast.cw, now=now)


class TestEnded:
    def test_its_clock_is_cancelled_and_its_turn_counts_for_nothing(self, listed, cast, now) -> None:
        record = listed()
        end_record(record_id=record.pk, on=TODAY, how="declined", words="家属已接走", by=cast.cs, now=now)
        record.refresh_from_db()
        assert (record.state, record.until_on, record.due_at) == ("ended", TODAY, None)
        assert CareTurn.objects.get().state == "cancelled"
        assert Clock.objects.get().state == Clock.CANCELLED
        assert AuditEntry.objects.filter(action="care.end").count() == 1

    def test_what_was_late_stays_missed(self, listed, cast, now) -> None:
        record = listed()
        end_record(
            record_id=record.pk, on=TODAY, how="improved", words="不再独居", by=cast.cw, now=now + timedelta(days=9)
        )
        assert CareTurn.objects.get().state == "missed"

    def test_days_that_cannot_be(self, listed, cast, now) -> None:
        record = listed()
        for on in (date(2026, 11, 22), date(2026, 11, 24)):
            with pytest.raises(InvalidInput) as refused:
                end_record(record_id=record.pk, on=on, how="other", words="说明", by=cast.cw, now=now)
            assert refused.value.field == "on"


class TestPaused:
    def test_what_was_left_is_left_and_the_sweep_lets_it_go_on(self, listed, cast, now) -> None:
        record = listed()
        until = TODAY + timedelta(days=20)
        pause_visits(record_id=record.pk, until=until, reason="hospital", by=cast.cw, now=now + timedelta(days=2))
        record.refresh_from_db()
        assert (record.state, record.paused_until, record.due_at) == ("paused", until, None)
        sweep(now + timedelta(days=19))
        record.refresh_from_db()
        assert record.state == "paused"
        assert not CareEvent.objects.filter(kind__in=("yellow", "red")).exists()
        morning = timezone.make_aware(timezone.datetime(2026, 12, 14, 0, 1))
        sweep(morning)
        record.refresh_from_db()
        assert (record.state, record.paused_until) == ("open", None)
        # Five days and a half were left, to the end of their day.
        assert timezone.localdate(record.due_at) == date(2026, 12, 19)
        assert CareTurn.objects.get().due_at == record.due_at
        assert AuditEntry.objects.get(action="care.resume").user_id == 0

    def test_by_hand_and_what_is_refused(self, listed, cast, now) -> None:
        record = listed()
        with pytest.raises(IllegalState, match="没有暂停"):
            resume_visits(record_id=record.pk, by=cast.cw, now=now)
        for until in (TODAY - timedelta(days=1), TODAY + timedelta(days=500)):
            with pytest.raises(InvalidInput):
                pause_visits(record_id=record.pk, until=until, reason="away", by=cast.cw, now=now)
        with pytest.raises(NotAllowed):
            pause_visits(record_id=record.pk, until=TODAY, reason="away", by=cast.gw, now=now)
        pause_visits(record_id=record.pk, until=TODAY, reason="away", by=cast.cw, now=now)
        with pytest.raises(IllegalState, match="已暂停"):
            pause_visits(record_id=record.pk, until=TODAY, reason="away", by=cast.cw, now=now)
        resume_visits(record_id=record.pk, by=cast.cs, now=now + timedelta(hours=1))
        record.refresh_from_db()
        assert timezone.localdate(record.due_at) == date(2026, 12, 1)
        assert Clock.objects.filter(kind="care_pause").get().state == Clock.CANCELLED

    def test_an_overdue_turn_stays_as_overdue(self, listed, cast, now) -> None:
        record = listed()
        due = record.due_at
        late = now + timedelta(days=10)
        pause_visits(record_id=record.pk, until=date(2026, 12, 20), reason="away", by=cast.cw, now=late)
        record.refresh_from_db()
        assert (record.card, record.due_at) == ("red", due)
        resume_visits(record_id=record.pk, by=cast.cw, now=late + timedelta(days=5))
        record.refresh_from_db()
        assert record.card == "red"
        assert record.due_at - due == timedelta(days=5)

    def test_a_record_that_ends_has_no_clock_left(self, listed, cast, now) -> None:
        record = listed()
        pause_visits(record_id=record.pk, until=date(2026, 12, 20), reason="away", by=cast.cw, now=now)
        end_record(record_id=record.pk, on=TODAY, how="other", words="长期外出", by=cast.cw, now=now)
        assert not Clock.objects.filter(state__in=Clock.OPEN).exists()


class TestAssigned:
    def test_many_at_once_and_those_it_could_not_be(self, listed, person, cast, district, household, now) -> None:
        here = listed()
        there = listed(person("刘敏", into=household(unit=district.grid_2)))
        elsewhere = listed(person("赵雪", into=household(by=cast.cw_2, unit=district.community_2), by=cast.cw_2),
                           by=cast.cw_2)  # fmt: skip
        ids = [here.pk, there.pk, elsewhere.pk]
        done, refused = assign(record_ids=ids, visitor_id=cast.gw.user_id, by=cast.cs, now=now)
        assert done == 1
        assert [label for label, _ in refused] == ["刘敏（独居老人）"]
        assert CareRecord.objects.get(visitor=cast.gw.user_id) == here
        assert assign(record_ids=ids, visitor_id=None, by=cast.cs, now=now) == (1, [])
        assert AuditEntry.objects.filter(action="care.assign").count() == 2
        with pytest.raises(NotAllowed):
            assign(record_ids=ids, visitor_id=None, by=cast.ss, now=now)

    def test_a_posting_that_ended_is_no_visitors(self, listed, cast, district, now) -> None:
        posting = make_posting(Role.GRID_WORKER, district.grid_1, username="gw-gone")
        posting.ends_on = TODAY - timedelta(days=1)
        posting.save()
        with pytest.raises(InvalidInput):
            listed(visitor_id=posting.user_id)
