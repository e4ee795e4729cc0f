"""Shelving 挂账: asked for by the lead, decided above it; what stands still, what comes back, with how much left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.utils import timezone

from appeals import requests, services
from appeals.models import Appeal, Shelving
from appeals.units import hand_over
from governance.audit.models import Entry
from governance.calendars.loading import working_calendar
from governance.deadlines.models import Clock
from governance.deadlines.sweeping import sweep
from governance.errors import DomainError, IllegalState, InvalidInput, NotAllowed, NotFound
from governance.files.models import Attachment
from governance.outbox.models import InboxItem, Reminder
from tests.appeals.asking import WAITING, ask_more, ask_to_lie, clock, decide_more, decide_to_lie, evidence
from tests.appeals.conftest import REPLY, RESULT

# Monday; the fixed now is Monday 23 November 2026.
LONG = date(2027, 4, 12)
# A Saturday within thirty days.
SATURDAY = date(2026, 12, 12)
OPENING = datetime(2027, 4, 12, 0, 30, tzinfo=UTC)


def only(appeal: Appeal) -> Shelving:
    return Shelving.objects.get(appeal=appeal)


def left(one: Clock, now: datetime) -> int:
    """The working seconds that are left of a running clock."""
    return working_calendar().working_seconds_between(now, one.due_at)


@pytest.fixture
def asked(in_progress, cast, now) -> Appeal:
    """The department asks for the spring."""
    return ask_to_lie(in_progress, cast.ds, now, LONG)


@pytest.fixture
def shelved(asked, cast, now) -> Appeal:
    """The district centre has agreed."""
    return decide_to_lie(asked, cast.dc, now)


class TestAsking:
    def test_a_request_stands_with_its_evidence(self, asked, cast, district) -> None:
        request = only(asked)
        assert (request.granted, request.kind, request.review_on) == (None, "season", LONG)
        assert request.decider_id == district.district.pk
        assert asked.state == "in_progress"
        entry = asked.entries.get(kind="ask_shelving")
        assert entry.words == WAITING
        assert Attachment.objects.get(subject_id=asked.pk).entry_id == entry.pk
        assert Entry.objects.filter(action="appeal.ask_shelving", subject_id=asked.pk).exists()
        assert InboxItem.objects.filter(user_id=cast.dc.user_id, title__contains="挂账申请待审批").exists()

    @pytest.mark.parametrize("days", [-400, -1, 0, 181, 3_000_00])
    def test_the_review_lies_within_180_days(self, in_progress, cast, now, days) -> None:
        with pytest.raises(InvalidInput) as refusal:
            ask_to_lie(in_progress, cast.ds, now, timezone.localdate(now) + timedelta(days=days))
        assert refusal.value.field == "review_on"

    @pytest.mark.parametrize("days", [1, 180])
    def test_its_ends_belong_to_it(self, in_progress, cast, now, days) -> None:
        ask_to_lie(in_progress, cast.ds, now, timezone.localdate(now) + timedelta(days=days))
        assert Shelving.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "value"), [("reason", "等一等"), ("kind", "holiday"), ("kind", ""), ("attachment_ids", [])]
    )
    def test_what_it_needs(self, in_progress, cast, now, field, value) -> None:
        with pytest.raises(InvalidInput) as refusal:
            ask_to_lie(in_progress, cast.ds, now, LONG, **{field: value})
        assert refusal.value.field == {"attachment_ids": "attachments"}.get(field, field)
        assert not Shelving.objects.exists()

    @pytest.mark.parametrize("who", ["dc", "dl", "sl", "ss", "cs", "cw", "gw"])
    def test_only_by_the_lead(self, in_progress, cast, now, who) -> None:
        with pytest.raises((NotAllowed, NotFound)):
            ask_to_lie(in_progress, getattr(cast, who), now, LONG)

    def test_not_by_a_helper(self, in_progress, cast, district, now) -> None:
        services.add_assisting(appeal_id=in_progress.pk, unit_ids=[district.department_2.pk], by=cast.dc, now=now)
        services.accept(appeal_id=in_progress.pk, by=cast.ds_2, now=now)
        with pytest.raises(NotAllowed):
            ask_to_lie(in_progress, cast.ds_2, now, LONG)

    def test_one_at_a_time(self, asked, cast, now) -> None:
        with pytest.raises(IllegalState, match="等待审批"):
            ask_to_lie(asked, cast.ds, now, LONG)

    def test_not_before_the_acceptance(self, dispatched, cast, now) -> None:
        with pytest.raises(IllegalState):
            ask_to_lie(dispatched, cast.ds, now, LONG)


class TestTiers:
    def test_up_to_thirty_days_the_streets_leader(self, in_community, cast, district, now) -> None:
        ask_to_lie(in_community, cast.cw, now, timezone.localdate(now) + timedelta(days=30))
        assert only(in_community).decider_id == district.street_1.pk
        for other in ("ss", "cs", "cw", "dl"):
            with pytest.raises(NotAllowed):
                decide_to_lie(in_community, getattr(cast, other), now)
        assert decide_to_lie(in_community, cast.sl, now).state == "shelved"
        assert clock(in_community, "shelve_review").unit_id == district.street_1.pk

    def test_the_district_centre_may_decide_a_short_one_too(self, in_community, cast, district, now) -> None:
        ask_to_lie(in_community, cast.cw, now, SATURDAY)
        decide_to_lie(in_community, cast.dc, now)
        assert clock(in_community, "shelve_review").unit_id == district.district.pk

    def test_above_thirty_the_district_centre_alone(self, in_community, cast, now) -> None:
        ask_to_lie(in_community, cast.cw, now, timezone.localdate(now) + timedelta(days=31))
        with pytest.raises(NotAllowed):
            decide_to_lie(in_community, cast.sl, now)
        assert decide_to_lie(in_community, cast.dc, now).state == "shelved"

    def test_a_street_that_leads_does_not_decide_its_own(self, registered, cast, district, now) -> None:
        appeal = registered(unit_id=district.community_1.pk)
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.street_1.pk, by=cast.dc, now=now)
        services.accept(appeal_id=appeal.pk, by=cast.ss, now=now)
        ask_to_lie(appeal, cast.ss, now, SATURDAY)
        with pytest.raises(NotAllowed):
            decide_to_lie(appeal, cast.sl, now)
        assert decide_to_lie(appeal, cast.dc, now).state == "shelved"

    def test_nobody_stands_above_the_district_centre(self, registered, cast, district, now) -> None:
        appeal = registered(unit_id=district.community_1.pk)
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.district.pk, by=cast.dc, now=now)
        services.accept(appeal_id=appeal.pk, by=cast.dc, now=now)
        with pytest.raises(IllegalState):
            ask_to_lie(appeal, cast.dc, now, LONG)


class TestShelved:
    def test_all_clocks_stand_still_but_the_review(self, shelved, cast, district) -> None:
        states = dict(Clock.objects.filter(subject_id=shelved.pk).values_list("kind", "state"))
        assert (states["resolve"], states["first_contact"], states["shelve_review"]) == ("paused", "paused", "running")
        review = clock(shelved, "shelve_review")
        assert (review.due_at, review.unit_id) == (OPENING, district.district.pk)
        assert (shelved.state, shelved.clock_kind, shelved.due_at) == ("shelved", "shelve_review", OPENING)
        assert Entry.objects.filter(action="appeal.decide_shelving", subject_id=shelved.pk).exists()
        assert InboxItem.objects.filter(user_id=cast.ds.user_id, title__contains="同意挂账").exists()

    def test_helpers_clocks_too(self, in_progress, cast, district, now) -> None:
        services.add_assisting(appeal_id=in_progress.pk, unit_ids=[district.department_2.pk], by=cast.dc, now=now)
        ask_to_lie(in_progress, cast.ds, now, LONG)
        decide_to_lie(in_progress, cast.dc, now)
        helper = Clock.objects.filter(subject_id=in_progress.pk, unit_id=district.department_2.pk)
        assert set(helper.values_list("state", flat=True)) == {"paused"}
        sweep(OPENING - timedelta(days=30))
        assert not in_progress.entries.filter(kind="card_over").exists()

    def test_a_review_on_a_day_off_is_at_the_next_opening(self, in_community, cast, now) -> None:
        ask_to_lie(in_community, cast.cw, now, SATURDAY)
        appeal = decide_to_lie(in_community, cast.sl, now)
        assert appeal.due_at == datetime(2026, 12, 14, 0, 30, tzinfo=UTC)

    def test_refused_leaves_all_as_it_was(self, asked, cast, now) -> None:
        before = clock(asked, "resolve").due_at
        appeal = decide_to_lie(asked, cast.dc, now, grant=False)
        assert (appeal.state, clock(asked, "resolve").state, clock(asked, "resolve").due_at) == (
            "in_progress", "running", before,
        )  # fmt: skip
        assert only(asked).granted is False
        assert not Clock.objects.filter(kind="shelve_review").exists()

    def test_a_waiting_extension_lapses(self, asked, cast, now) -> None:
        ask_more(asked, cast.ds, now)
        decide_to_lie(asked, cast.dc, now)
        assert clock(asked, "extension_decision").state == "cancelled"
        assert asked.entries.filter(kind="extension_lapsed").count() == 1

    def test_what_was_extended_keeps_its_time(self, in_progress, cast, now) -> None:
        ask_more(in_progress, cast.ds, now)
        decide_more(in_progress, cast.dc, now)
        had = left(clock(in_progress, "resolve"), now)
        ask_to_lie(in_progress, cast.ds, now, LONG)
        decide_to_lie(in_progress, cast.dc, now)
        sweep(OPENING + timedelta(seconds=1))
        assert left(clock(in_progress, "resolve"), OPENING + timedelta(seconds=1)) == had

    def test_not_once_the_review_date_has_passed(self, asked, cast) -> None:
        with pytest.raises(DomainError):
            decide_to_lie(asked, cast.dc, OPENING + timedelta(days=1))
        assert only(asked).granted is None

    @pytest.mark.parametrize("step", ["resolve", "transfer", "edit", "merge", "recall", "contact", "ask_extension"])
    def test_the_work_itself_waits(self, shelved, registered, cast, district, now, step) -> None:
        calls = {
            "resolve": {"result": RESULT, "public_reply": REPLY, "by": cast.ds},
            "transfer": {"to_unit_id": district.department_2.pk, "words": "改由住建局办理", "by": cast.dc},
            "edit": {"correction": services.Correction(title="新的标题"), "by": cast.dc},
            "merge": {"into_id": registered().pk, "by": cast.dc},
            "recall": {"words": "收回", "by": cast.dc},
            "contact": {"words": "已经联系", "by": cast.ds},
            "ask_extension": {"amount": 1, "reason": WAITING, "attachment_ids": evidence(cast.ds, now), "by": cast.ds},
        }
        with pytest.raises(IllegalState, match="挂账"):
            getattr(services, step)(appeal_id=shelved.pk, now=now, **calls[step])

    def test_words_and_supervision_go_on(self, shelved, registered, cast, now) -> None:
        services.note(appeal_id=shelved.pk, words="资金计划已上报市里。", by=cast.ds, now=now)
        services.supervise(appeal_id=shelved.pk, words="请说明开工准备情况。", by=cast.dl, now=now)
        assert clock(shelved, "supervision_answer").state == "running"
        services.answer_supervision(appeal_id=shelved.pk, answer="设计图纸已完成，待解冻。", by=cast.ds, now=now)

    def test_another_of_the_same_matter_is_merged_into_it(self, shelved, registered, cast, now) -> None:
        child = registered(title="同一处路面")
        services.merge(appeal_id=child.pk, into_id=shelved.pk, by=cast.dc, now=now)
        assert Appeal.objects.get(pk=shelved.pk).state == "shelved"


class TestBack:
    def test_a_warning_seven_days_before(self, shelved, cast) -> None:
        sweep(OPENING - timedelta(days=7) + timedelta(minutes=1))
        assert shelved.entries.filter(kind="card_soon", data__clock="shelve_review").exists()
        assert Reminder.objects.filter(user_id=cast.dc.user_id, body__contains="挂账复核").exists()
        assert Appeal.objects.get(pk=shelved.pk).state == "shelved"

    def test_by_itself_on_the_review_date_with_exactly_what_was_left(self, shelved, cast, now) -> None:
        had = {kind: clock(shelved, kind) for kind in ("resolve", "first_contact")}
        rest = {kind: one.remaining_seconds for kind, one in had.items()}
        back = OPENING + timedelta(seconds=5)
        sweep(back)
        appeal = Appeal.objects.get(pk=shelved.pk)
        assert (appeal.state, appeal.clock_kind) == ("in_progress", "resolve")
        for kind, seconds in rest.items():
            assert (clock(appeal, kind).state, left(clock(appeal, kind), back)) == ("running", seconds)
        assert clock(appeal, "shelve_review").state != "running"
        entry = appeal.entries.latest("pk")
        assert (entry.from_state, entry.to_state, entry.user_id) == ("shelved", "in_progress", 0)
        assert Entry.objects.filter(action="appeal.review_shelved", subject_id=appeal.pk).exists()
        for person in (cast.ds, cast.dc):
            assert InboxItem.objects.filter(user_id=person.user_id, title__contains="恢复办理").exists()
        assert (only(appeal).ended_at, only(appeal).ended_how) == (back, "review")
        sweep(back)
        assert appeal.entries.filter(from_state="shelved", to_state="in_progress").count() == 1

    def test_an_overdue_one_stays_exactly_as_overdue(self, in_progress, cast, now) -> None:
        due = clock(in_progress, "resolve").due_at
        late = due + timedelta(hours=1)
        ask_to_lie(in_progress, cast.ds, late, LONG)
        appeal = decide_to_lie(in_progress, cast.dc, late)
        assert appeal.card == ""
        sweep(OPENING + timedelta(seconds=1))
        appeal.refresh_from_db()
        assert (appeal.state, appeal.card) == ("in_progress", "red")
        again = clock(appeal, "resolve")
        assert working_calendar().working_seconds_between(again.due_at, OPENING) == pytest.approx(3600, abs=1)

    @pytest.mark.parametrize("who", ["ds", "dc"])
    def test_by_hand_by_the_lead_or_who_dispatched(self, shelved, cast, now, who) -> None:
        later, rest = now + timedelta(days=40, hours=2), clock(shelved, "resolve").remaining_seconds
        appeal = services.reactivate(
            appeal_id=shelved.pk, words="资金已到位，恢复施工。", by=getattr(cast, who), now=later
        )
        assert (appeal.state, left(clock(appeal, "resolve"), later)) == ("in_progress", rest)
        assert clock(appeal, "shelve_review").state == "cancelled"
        assert (only(appeal).ended_how, appeal.entries.latest("pk").kind) == ("by_hand", "reactivate")
        assert Entry.objects.filter(action="appeal.reactivate", subject_id=appeal.pk).exists()
        sweep(OPENING + timedelta(days=1))
        assert not appeal.entries.filter(from_state="shelved", user_id=0).exists()

    def test_by_hand_after_the_review_date_and_before_the_sweep(self, shelved, cast) -> None:
        late = OPENING + timedelta(minutes=3)
        appeal = services.reactivate(appeal_id=shelved.pk, words="资金已到位，恢复施工。", by=cast.ds, now=late)
        assert Appeal.objects.get(pk=appeal.pk).state == "in_progress"
        assert clock(appeal, "resolve").state == "running"
        assert only(appeal).ended_at == late

    @pytest.mark.parametrize("who", ["sl", "ss", "cs", "dl", "cw"])
    def test_not_by_others(self, shelved, cast, now, who) -> None:
        with pytest.raises(NotAllowed):
            services.reactivate(appeal_id=shelved.pk, words="资金已到位，恢复施工。", by=getattr(cast, who), now=now)

    def test_only_what_is_shelved(self, in_progress, cast, now) -> None:
        with pytest.raises(IllegalState):
            services.reactivate(appeal_id=in_progress.pk, words="资金已到位，恢复施工。", by=cast.ds, now=now)

    def test_shelved_again_the_total_is_known(self, shelved, cast, now) -> None:
        back = now + timedelta(days=10)
        services.reactivate(appeal_id=shelved.pk, words="资金已到位，恢复施工。", by=cast.ds, now=back)
        ask_to_lie(shelved, cast.ds, back, LONG)
        decide_to_lie(shelved, cast.dc, back)
        total = requests.lain(shelved, back + timedelta(days=5))
        assert (total.times, total.days) == (2, 15)

    def test_a_unit_that_is_closed_hands_it_on(self, shelved, cast, district, now) -> None:
        hand_over(unit_id=district.department_1.pk, successor_id=district.department_2.pk, by=cast.dc, now=now)
        sweep(OPENING + timedelta(seconds=1))
        appeal = Appeal.objects.get(pk=shelved.pk)
        assert (appeal.state, appeal.lead_unit_id) == ("in_progress", district.department_2.pk)


@pytest.mark.django_db(transaction=True)
def test_taken_up_by_hand_while_the_review_comes_happens_once(shelved, cast) -> None:
    moment, gate, refused = OPENING + timedelta(seconds=2), Barrier(2), []

    def by_hand() -> None:
        gate.wait()
        try:
            services.reactivate(appeal_id=shelved.pk, words="资金已到位，恢复施工。", by=cast.ds, now=moment)
        except DomainError as refusal:
            refused.append(refusal)
        finally:
            connections.close_all()

    def by_itself() -> None:
        gate.wait()
        try:
            sweep(moment)
        finally:
            connections.close_all()

    threads = [Thread(target=by_hand), Thread(target=by_itself)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    sweep(moment)
    appeal = Appeal.objects.get(pk=shelved.pk)
    assert appeal.state == "in_progress"
    assert (clock(appeal, "resolve").state, only(appeal).ended_at) == ("running", moment)
    assert appeal.entries.filter(from_state="shelved", to_state="in_progress").count() == 1
