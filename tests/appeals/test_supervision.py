"""Supervision orders: who may order and answer, the answer limit, the review, and where an order goes with the work."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from appeals import services
from appeals.models import Appeal, SupervisionOrder
from appeals.units import hand_over, open_work
from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.deadlines.sweeping import sweep
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.outbox.models import InboxItem, Reminder
from tests.appeals.conftest import REPLY, RESULT

WORDS = "查明电梯反复停运的原因，三日内书面回复。"
ANSWER = "已约谈维保单位，周五前更换主板并每日巡检。"


def order_of(appeal: Appeal) -> SupervisionOrder:
    return SupervisionOrder.objects.get(appeal=appeal)


def answer_clock(order: SupervisionOrder) -> Clock:
    return Clock.objects.filter(kind="supervision_answer", detail_id=order.pk).latest("pk")


@pytest.fixture
def supervised(in_progress, cast, now) -> Appeal:
    """Ordered by the district centre, of the department that leads and has made its first contact."""
    services.contact(appeal_id=in_progress.pk, words="已电话联系。", by=cast.ds, now=now)
    return services.supervise(appeal_id=in_progress.pk, words=WORDS, by=cast.dc, now=now)


@pytest.fixture
def answered(supervised, cast, now) -> Appeal:
    return services.answer_supervision(appeal_id=supervised.pk, answer=ANSWER, by=cast.ds, now=now)


class TestOrder:
    def test_a_leader_orders_the_unit_that_it_lies_with(self, supervised, cast, district, now) -> None:
        order = order_of(supervised)
        assert (order.number, order.unit_id, order.origin) == (
            "DB20261123-001", district.department_1.pk, SupervisionOrder.LEADER,
        )  # fmt: skip
        assert supervised.is_supervised
        clock = answer_clock(order)
        assert (clock.state, clock.unit_id, clock.due_at) == ("running", district.department_1.pk, order.due_at)
        assert supervised.entries.get(kind="supervise").data["order"] == order.number
        assert Entry.objects.filter(action="appeal.supervise", subject_id=supervised.pk).exists()
        assert InboxItem.objects.filter(user_id=cast.ds.user_id, title__contains=order.number).exists()

    def test_numbers_count_on(self, supervised, registered, cast, district, now) -> None:
        other = registered(unit_id=district.community_1.pk, by=cast.cw)
        services.supervise(appeal_id=other.pk, words=WORDS, by=cast.dl, now=now)
        assert order_of(other).number == "DB20261123-002"
        # It waits for its dispatch on the community's desk.
        assert order_of(other).unit_id == district.community_1.pk

    def test_no_second_order_to_the_same_unit_in_a_round(self, supervised, cast, now) -> None:
        services.supervise(appeal_id=supervised.pk, words="第二次催办，今日必须到场。", by=cast.dl, now=now)
        assert SupervisionOrder.objects.count() == 1
        assert supervised.entries.filter(kind="supervise").latest("pk").data["again"] is True
        assert InboxItem.objects.filter(user_id=cast.ds.user_id, title__startswith="再次督办").exists()

    @pytest.mark.parametrize("who", ["sl", "ss", "cs", "cw", "ds"])
    def test_not_by_others(self, in_progress, cast, now, who: str) -> None:
        # A street's leader stands above the street's units, and not above a department of the district.
        with pytest.raises(NotAllowed):
            services.supervise(appeal_id=in_progress.pk, words=WORDS, by=getattr(cast, who), now=now)
        assert not SupervisionOrder.objects.exists()

    def test_a_streets_leader_orders_below(self, registered, cast, district, now) -> None:
        appeal = registered(by=cast.cw)
        services.supervise(appeal_id=appeal.pk, words=WORDS, by=cast.sl, now=now)
        assert order_of(appeal).issued_by_unit_id == district.street_1.pk

    def test_nobody_orders_the_own_unit(self, registered, cast, now) -> None:
        with pytest.raises(NotAllowed):
            services.supervise(appeal_id=registered().pk, words=WORDS, by=cast.dc, now=now)

    def test_not_when_it_has_ended(self, closed, cast, now) -> None:
        with pytest.raises(IllegalState):
            services.supervise(appeal_id=closed.pk, words=WORDS, by=cast.dc, now=now)

    def test_words_are_needed(self, in_progress, cast, now) -> None:
        with pytest.raises(InvalidInput) as refusal:
            services.supervise(appeal_id=in_progress.pk, words="查", by=cast.dc, now=now)
        assert refusal.value.field == "words"


class TestAnswer:
    def test_in_time(self, answered, cast) -> None:
        order = order_of(answered)
        assert (order.state, order.answer, order.is_late) == ("answered", ANSWER, False)
        assert answer_clock(order).state == "met"
        assert InboxItem.objects.filter(user_id=cast.dc.user_id, title__contains="待审核").exists()
        assert Entry.objects.filter(action="appeal.answer_supervision", subject_id=answered.pk).exists()

    def test_too_late_draws_its_cards(self, supervised, cast) -> None:
        order = order_of(supervised)
        late = order.due_at + timedelta(minutes=1)
        sweep(late)
        order.refresh_from_db()
        supervised.refresh_from_db()
        assert (order.is_late, supervised.card, supervised.clock_kind) == (True, "red", "supervision_answer")
        services.answer_supervision(appeal_id=supervised.pk, answer=ANSWER, by=cast.ds, now=late)
        order.refresh_from_db()
        assert (order.state, order.is_late, answer_clock(order).state) == ("answered", True, "missed")

    @pytest.mark.parametrize("who", ["dc", "ss", "cs"])
    def test_only_by_the_unit_named(self, supervised, cast, now, who: str) -> None:
        with pytest.raises(NotAllowed):
            services.answer_supervision(appeal_id=supervised.pk, answer=ANSWER, by=getattr(cast, who), now=now)

    def test_only_once(self, answered, cast, now) -> None:
        with pytest.raises(NotAllowed, match="没有要求"):
            services.answer_supervision(appeal_id=answered.pk, answer=ANSWER, by=cast.ds, now=now)

    def test_another_order_cannot_be_named(self, supervised, cast, now) -> None:
        with pytest.raises(InvalidInput):
            services.answer_supervision(appeal_id=supervised.pk, answer=ANSWER, order_id=10**9, by=cast.ds, now=now)

    def test_after_the_closing_too(self, supervised, cast, now) -> None:
        services.resolve(appeal_id=supervised.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
        report = services.VisitReport(method="phone", reached=True, solved=True, satisfaction="satisfied")
        appeal = services.visit(appeal_id=supervised.pk, report=report, by=cast.ss, now=now)
        assert (appeal.state, appeal.is_supervised) == ("closed", True)
        services.answer_supervision(appeal_id=appeal.pk, answer=ANSWER, by=cast.ds, now=now)
        appeal = services.review_supervision(appeal_id=appeal.pk, accept=True, by=cast.dc, now=now)
        assert (appeal.state, appeal.is_supervised) == ("closed", False)


class TestReview:
    def test_accepted_closes_the_order(self, answered, cast, now) -> None:
        appeal = services.review_supervision(appeal_id=answered.pk, accept=True, words="", by=cast.dc, now=now)
        order = order_of(appeal)
        assert (order.state, order.closed_how, appeal.is_supervised) == ("closed", "accepted", False)
        assert Entry.objects.filter(action="appeal.review_supervision", subject_id=appeal.pk).exists()

    def test_returned_once_on_a_new_limit(self, answered, cast, now) -> None:
        later = now + timedelta(days=1)
        services.review_supervision(appeal_id=answered.pk, accept=False, words="缺少完成时间。", by=cast.dc, now=later)
        order = order_of(answered)
        clock = answer_clock(order)
        assert (order.state, order.returns, clock.state, clock.started_at) == ("open", 1, "running", later)
        assert order.due_at == clock.due_at
        services.answer_supervision(appeal_id=answered.pk, answer=ANSWER + "周五完成。", by=cast.ds, now=later)
        with pytest.raises(IllegalState, match="退回过一次"):
            services.review_supervision(appeal_id=answered.pk, accept=False, words="还是不够。", by=cast.dc, now=later)

    @pytest.mark.parametrize("who", ["sl", "ss"])
    def test_not_by_another_unit(self, answered, cast, now, who: str) -> None:
        with pytest.raises(NotAllowed):
            services.review_supervision(appeal_id=answered.pk, accept=True, by=getattr(cast, who), now=now)

    def test_not_before_the_answer(self, supervised, cast, now) -> None:
        with pytest.raises(NotAllowed):
            services.review_supervision(appeal_id=supervised.pk, accept=True, by=cast.dc, now=now)

    def test_a_return_needs_words(self, answered, cast, now) -> None:
        with pytest.raises(InvalidInput):
            services.review_supervision(appeal_id=answered.pk, accept=False, words="", by=cast.dc, now=now)

    def test_never_by_who_answered(self, answered, cast, now) -> None:
        SupervisionOrder.objects.update(answered_by_user=cast.dc.user_id)
        with pytest.raises(NotAllowed, match="自己审核"):
            services.review_supervision(appeal_id=answered.pk, accept=True, by=cast.dc, now=now)


class TestGoingWithTheWork:
    def test_to_the_new_lead_on_the_same_clock(self, supervised, cast, district, now) -> None:
        due = order_of(supervised).due_at
        services.transfer(
            appeal_id=supervised.pk, to_unit_id=district.department_2.pk, words="职责调整。", by=cast.dc, now=now
        )
        order = order_of(supervised)
        assert (order.unit_id, order.due_at) == (district.department_2.pk, due)
        assert answer_clock(order).unit_id == district.department_2.pk
        assert supervised.entries.filter(kind="supervision_moved").count() == 1
        assert InboxItem.objects.filter(user_id=cast.ds_2.user_id, title__contains="随单转来").exists()
        with pytest.raises(NotAllowed):
            services.answer_supervision(appeal_id=supervised.pk, answer=ANSWER, by=cast.ds, now=now)

    def test_an_answered_one_stays(self, answered, cast, district, now) -> None:
        services.transfer(
            appeal_id=answered.pk, to_unit_id=district.department_2.pk, words="职责调整。", by=cast.dc, now=now
        )
        assert order_of(answered).unit_id == district.department_1.pk
        # An insufficient answer is completed by who has the work now.
        services.review_supervision(appeal_id=answered.pk, accept=False, words="请补充措施。", by=cast.dc, now=now)
        assert order_of(answered).unit_id == district.department_2.pk

    def test_a_recall_leaves_it_until_the_next_dispatch(self, dispatched, cast, district, now) -> None:
        services.supervise(appeal_id=dispatched.pk, words=WORDS, by=cast.dl, now=now)
        services.recall(appeal_id=dispatched.pk, words="派错单位。", by=cast.dc, now=now)
        assert order_of(dispatched).unit_id == district.department_1.pk
        services.dispatch(appeal_id=dispatched.pk, to_unit_id=district.street_1.pk, by=cast.dc, now=now)
        assert order_of(dispatched).unit_id == district.street_1.pk

    def test_the_desks_order_goes_with_the_dispatch(self, registered, cast, district, now) -> None:
        appeal = registered(by=cast.cw)
        services.supervise(appeal_id=appeal.pk, words=WORDS, by=cast.dl, now=now)
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.grid_1.pk, by=cast.cw, now=now)
        assert order_of(appeal).unit_id == district.grid_1.pk

    def test_two_meet_in_one(self, supervised, cast, district, now) -> None:
        first = order_of(supervised)
        services.transfer(
            appeal_id=supervised.pk, to_unit_id=district.department_2.pk, words="职责调整。", by=cast.dc, now=now
        )
        SupervisionOrder.objects.filter(pk=first.pk).update(unit=district.department_1)
        services.supervise(appeal_id=supervised.pk, words=WORDS, by=cast.dl, now=now)
        services.accept(appeal_id=supervised.pk, by=cast.ds_2, now=now)
        services.transfer(
            appeal_id=supervised.pk, to_unit_id=district.department_1.pk, words="还是你局。", by=cast.dc, now=now
        )
        states = dict(SupervisionOrder.objects.values_list("closed_how", "state"))
        assert states == {"joined": "closed", "": "open"}
        assert Clock.objects.filter(kind="supervision_answer", state="running").count() == 1

    def test_a_merger_ends_it(self, supervised, registered, cast, now) -> None:
        appeal = services.merge(appeal_id=supervised.pk, into_id=registered().pk, by=cast.dc, now=now)
        order = order_of(appeal)
        assert (order.state, order.closed_how, appeal.is_supervised) == ("closed", "appeal_ended", False)
        assert answer_clock(order).state == "cancelled"


class TestOfItself:
    def test_the_ladder_makes_one_order(self, in_progress, cast, district, now) -> None:
        services.contact(appeal_id=in_progress.pk, words="已电话联系。", by=cast.ds, now=now)
        due = Clock.objects.get(subject_id=in_progress.pk, kind="resolve").due_at
        for days in (10, 10, 11):
            sweep(due + timedelta(days=days))
        order = order_of(in_progress)
        assert (order.origin, order.unit_id, order.issued_by_unit_id, order.issued_by_name) == (
            "ladder", district.department_1.pk, district.district.pk, "系统",
        )  # fmt: skip
        assert answer_clock(order).state == "running"
        in_progress.refresh_from_db()
        assert in_progress.is_supervised
        assert in_progress.entries.filter(kind="supervise").count() == 1

    def test_the_ladder_under_a_leaders_order_only_says_so(self, supervised, cast, now) -> None:
        due = Clock.objects.get(subject_id=supervised.pk, kind="resolve").due_at
        sweep(due + timedelta(days=7))
        assert SupervisionOrder.objects.count() == 1
        assert "不另下达" in supervised.entries.filter(kind="supervise").latest("pk").words

    def test_the_rungs_reach_leaders_and_not_all_staff(self, in_progress, cast, now) -> None:
        due = Clock.objects.get(subject_id=in_progress.pk, kind="resolve").due_at

        def told(actor, words: str) -> bool:
            return Reminder.objects.filter(user_id=actor.user_id, title__contains=words).exists()

        sweep(due + timedelta(days=14))
        assert told(cast.sl, "报街道书记")
        assert not told(cast.ss, "报街道书记")
        # A department has no street above it: the centre hears of it.
        assert told(cast.dc, "报街道书记")
        assert not told(cast.dl, "报街道书记")
        assert told(cast.dl, "区领导清单")

    def test_a_second_unsatisfied_visit_makes_one(self, resolved, cast, district, now) -> None:
        report = services.VisitReport(
            method="phone", reached=True, solved=False, satisfaction="unsatisfied", words="仍未解决，反复停运。"
        )
        services.visit(appeal_id=resolved.pk, report=report, by=cast.ss, now=now)
        assert not SupervisionOrder.objects.exists()
        services.resolve(appeal_id=resolved.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
        appeal = services.visit(appeal_id=resolved.pk, report=report, by=cast.ss, now=now)
        order = order_of(appeal)
        assert (order.origin, order.unit_id, order.round) == ("visit", district.department_1.pk, 3)
        assert (appeal.is_supervised, appeal.state) == (True, "in_progress")
        assert InboxItem.objects.filter(user_id=cast.dc.user_id, title__contains=order.number).exists()


def test_a_closed_unit_hands_its_orders_on(supervised, cast, district, now: datetime) -> None:
    hand_over(unit_id=district.department_1.pk, successor_id=district.department_2.pk, by=cast.dc, now=now)
    order = order_of(supervised)
    assert order.unit_id == district.department_2.pk
    services.answer_supervision(appeal_id=supervised.pk, answer=ANSWER, by=cast.ds_2, now=now)


def test_a_closed_unit_hands_on_the_order_of_an_appeal_that_has_ended(supervised, cast, district, now) -> None:
    services.resolve(appeal_id=supervised.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
    report = services.VisitReport(method="phone", reached=True, solved=True, satisfaction="satisfied")
    services.visit(appeal_id=supervised.pk, report=report, by=cast.ss, now=now)
    assert [work.count for work in open_work([district.department_1.pk])][-1] == 1
    hand_over(unit_id=district.department_1.pk, successor_id=district.department_2.pk, by=cast.dc, now=now)
    assert order_of(supervised).unit_id == district.department_2.pk
    supervised.refresh_from_db()
    assert (supervised.state, supervised.is_supervised) == ("closed", True)
    # Its successor never had the appeal, and sees it for as long as it has to answer.
    services.answer_supervision(appeal_id=supervised.pk, answer=ANSWER, by=cast.ds_2, now=now)
    services.review_supervision(appeal_id=supervised.pk, accept=True, by=cast.dc, now=now)
    assert not Appeal.objects.visible_to(cast.ds_2).filter(pk=supervised.pk).exists()
