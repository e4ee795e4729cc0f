"""Visits: in time, late, in vain, during a pause; what follows, who is told, and each warning once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from governance.audit.models import Entry
from governance.deadlines.models import Clock, Firing
from governance.deadlines.sweeping import sweep
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.files import selectors as file_selectors
from governance.files import services as files
from governance.outbox.models import InboxItem, Reminder
from members.care.services.listing import end_record
from members.care.services.pausing import pause_visits, resume_visits
from members.care.services.visiting import Seen, record_visit
from members.models import CareEvent, CareRecord, CareTurn
from tests.files.crafted import picture, upload
from tests.fixtures import Cast

pytestmark = pytest.mark.django_db


def due_day(record: CareRecord) -> date:
    record.refresh_from_db()
    return timezone.localdate(record.due_at)


class TestRecorded:
    def test_in_time_the_turn_is_met_and_the_next_counts_from_the_visit(self, listed, visit, cast, now) -> None:
        record = listed()
        made = visit(record, days=6)
        assert due_day(record) == date(2026, 12, 6)
        first, second = CareTurn.objects.order_by("pk")
        assert (first.state, made.turn_id, second.state) == ("met", first.pk, "open")
        assert record.last_visit_at == now + timedelta(days=6)
        assert [clock.state for clock in Clock.objects.order_by("pk")] == [Clock.MET, Clock.RUNNING]
        entry = Entry.objects.get(action="care.visit")
        assert (entry.subject_id, entry.user_id, entry.after["found"]) == (record.pk, cast.gw.user_id, "正常")

    def test_on_the_last_day_at_any_hour(self, listed, visit) -> None:
        record = listed()
        visit(record, days=7.5)
        assert CareTurn.objects.earliest("pk").state == "met"

    def test_late_the_turn_is_missed_whatever_day_is_written(self, listed, visit, now) -> None:
        record = listed()
        visit(record, days=8, at=now + timedelta(days=6))
        first = CareTurn.objects.earliest("pk")
        assert (first.state, Clock.objects.earliest("pk").state) == ("missed", Clock.MISSED)
        # What was due is carried out first: the red card stands, though the sweep was not there yet.
        assert list(CareEvent.objects.filter(record=record, kind__in=("yellow", "red")).values_list("kind", flat=True))
        assert due_day(record) == date(2026, 12, 6)
        assert record.card == ""

    def test_nobody_seen_is_kept_and_the_turn_goes_on(self, listed, visit, cast) -> None:
        record = listed()
        due = record.due_at
        visit(record, days=2, found="absent")
        record.refresh_from_db()
        assert (record.due_at, record.last_visit_at, record.visits.count()) == (due, None, 1)
        assert not InboxItem.objects.filter(user_id=cast.cs.user_id).exists()
        visit(record, days=3, found="absent")
        assert InboxItem.objects.get(user_id=cast.cs.user_id).title == "连续 2 次没有见到：王建国（独居老人）"
        visit(record, days=4)
        visit(record, days=5, found="absent")
        assert InboxItem.objects.filter(user_id=cast.cs.user_id).count() == 1

    def test_during_a_pause_it_begins_a_turn_that_waits(self, listed, visit, cast, now) -> None:
        record = listed()
        pause_visits(record_id=record.pk, until=date(2026, 12, 20), reason="hospital", by=cast.cw, now=now)
        visit(record, days=12)
        record.refresh_from_db()
        assert (record.state, record.due_at, CareTurn.objects.earliest("pk").state) == ("paused", None, "met")
        resume_visits(record_id=record.pk, by=cast.cw, now=now + timedelta(days=14))
        assert due_day(record) == date(2026, 12, 14)

    def test_with_photos_for_those_who_see_the_care(self, listed, cast, now, settings, tmp_path) -> None:
        settings.MEDIA_ROOT = tmp_path
        record = listed()
        photo = files.store(upload=upload("客厅.jpg", picture()), kind="photo", by=cast.gw, now=now)
        seen = Seen(at=now, how="home", found="ok", attachment_ids=[photo.pk])
        record_visit(record_id=record.pk, seen=seen, by=cast.gw, now=now)
        assert file_selectors.visible(photo.pk, cast.ss) == photo
        for stranger in (cast.gw_2, cast.dc, cast.dl, cast.cw_2):
            with pytest.raises(NotFound):
                file_selectors.visible(photo.pk, stranger)


class TestRefused:
    def test_moments_that_cannot_be(self, listed, visit, now) -> None:
        record = listed()
        with pytest.raises(InvalidInput, match="不能晚于现在"):
            visit(record, days=1, at=now + timedelta(days=2))
        with pytest.raises(InvalidInput, match="列入名单"):
            visit(record, days=1, at=now - timedelta(days=2))
        visit(record, days=2)
        with pytest.raises(InvalidInput, match="早于上一次走访"):
            visit(record, days=3, at=now + timedelta(days=1))

    def test_help_needs_words_and_words_have_no_numbers(self, listed, visit) -> None:
        record = listed()
        for found, words in (("help", " "), ("ok", "儿子电话13812345678")):
            with pytest.raises(InvalidInput) as refused:
                visit(record, found=found, words=words)
            assert refused.value.field == "words"

    def test_a_visit_that_somebody_else_wrote_down_meanwhile(self, listed, visit, cast) -> None:
        record = listed()
        seen = CareTurn.objects.get().pk
        visit(record, days=1, turn_id=seen)
        with pytest.raises(IllegalState, match="已登记"):
            visit(record, days=1, by=cast.cw, turn_id=seen)
        assert record.visits.count() == 1

    def test_who_may(self, listed, visit, cast, now) -> None:
        record = listed()
        for by in (cast.sl, cast.dc, cast.dl):
            with pytest.raises(NotAllowed):
                visit(record, by=by)
        for by in (cast.gw_2, cast.cw_2, cast.ss_2):
            with pytest.raises(NotFound):
                visit(record, by=by)
        for days, by in enumerate((cast.ss, cast.cs, cast.cw, cast.gw, cast.pg)):
            visit(record, days=days, by=by)
        end_record(
            record_id=record.pk, on=date(2026, 12, 1), how="other", words="搬走", by=cast.cw,
            now=now + timedelta(days=8),
        )  # fmt: skip
        with pytest.raises(IllegalState, match="结束"):
            visit(record, days=9)


class TestSwept:
    def test_each_warning_once_in_order_to_those_concerned(self, listed, cast: Cast, now) -> None:
        record = listed()
        for hours in range(0, 24 * 30, 7):
            sweep(now + timedelta(hours=hours))
        steps = list(CareEvent.objects.filter(record=record).order_by("pk").values_list("kind", flat=True))
        assert steps == ["listed", "yellow", "red", "care_secretary", "care_street"]
        assert Firing.objects.count() == 4
        told = {
            action: set(Reminder.objects.filter(key__endswith=f":{action}").values_list("user_id", flat=True))
            for action in steps[1:]
        }
        workers = {cast.gw.user_id, cast.pg.user_id}
        assert told["yellow"] == told["red"] == workers
        assert told["care_secretary"] == workers | {cast.cs.user_id}
        assert told["care_street"] == workers | {cast.cs.user_id, cast.sl.user_id, cast.ss.user_id}
        record.refresh_from_db()
        assert record.card == "red"
        assert Entry.objects.filter(action="care.red", user_id=0).count() == 1

    def test_the_named_visitor_is_reminded_alone(self, listed, cast, now) -> None:
        listed(visitor_id=cast.cw.user_id)
        sweep(now + timedelta(days=7))
        assert set(Reminder.objects.values_list("user_id", flat=True)) == {cast.cw.user_id}

    def test_the_list_shows_the_yellow_card(self, listed, now) -> None:
        record = listed()
        sweep(now + timedelta(days=7))
        record.refresh_from_db()
        assert record.card == "yellow"
