"""What the city hotline returns is work: on whose desk, within which limit, and what may be done with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from appeals import clocks, desk, services
from appeals.models import Appeal, HotlineReturn
from appeals.units import hand_over, open_work
from governance.audit.models import Entry
from governance.deadlines.models import PolicyVersion
from governance.deadlines.sweeping import sweep
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox import retrying
from governance.outbox.delivery import deliver_next
from governance.outbox.models import Delivery, InboxItem
from tests.appeals.asking import REASON, ask_more, ask_to_lie, clock, decide_more, decide_to_lie
from tests.appeals.conftest import REPLY, refuse_newest

CORRECTED = "您反映的电梯主板已于十一月二十日更换，当日恢复运行。"
AGAIN = "答复与现场不符，请重新办理。"
UNSATISFIED = services.VisitReport(method="phone", reached=True, solved=False, satisfaction="unsatisfied", words=AGAIN)
SATISFIED = services.VisitReport(method="phone", reached=True, solved=True, satisfaction="satisfied")


def sent(appeal: Appeal) -> list[dict]:
    """What was queued for the city, in order."""
    return [d.payload for d in Delivery.objects.filter(stream=f"hotline:{appeal.pk}").order_by("sequence")]


def resend(appeal: Appeal, by, now, **values) -> Appeal:
    given = {"public_reply": CORRECTED} | values
    return services.resend_to_hotline(appeal_id=appeal.pk, by=by, now=now, **given)


def drain(now) -> None:
    while deliver_next(now=now) is not None:
        pass


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def appeal(returned) -> Appeal:
    """The appeal whose reply was refused."""
    return returned.appeal


@pytest.fixture
def asked(city, registered, cast, district, now) -> Appeal:
    """In progress with the department, dispatched by the centre; the city has refused the request for more time."""
    appeal = registered(unit_id=district.community_1.pk, channel="hotline", source_number="DQ2026030200018")
    services.dispatch(appeal_id=appeal.pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
    services.accept(appeal_id=appeal.pk, by=cast.ds, now=now)
    ask_more(appeal, cast.ds, now)
    refuse_newest(city, now, "同类事项不予延期")
    return Appeal.objects.get(pk=appeal.pk)


class TestTaken:
    def test_with_what_was_sent_and_a_limit_for_the_desk(self, returned, appeal, cast, district) -> None:
        assert (returned.event, returned.sequence, returned.code) == ("resolved", 4, "R01")
        assert (returned.reason, returned.reply, returned.state) == ("答复未说明完成时间", REPLY, "open")
        assert returned.delivery == Delivery.objects.get(sequence=4)
        limit = clock(appeal, "hotline_return")
        assert (limit.detail_id, limit.unit_id, limit.state) == (returned.pk, district.street_1.pk, "running")
        # Taken at ten, with an hour and a half for lunch: four working hours end in the afternoon of the same day.
        assert limit.due_at.date() == returned.received_at.date()
        told = InboxItem.objects.filter(title__startswith="热线退回", level="over")
        assert told.filter(user_id=cast.ss.user_id).exists()

    def test_lies_before_the_desk_and_nobody_else(self, appeal, cast) -> None:
        piles = {name: {pile.key: list(pile.appeals) for pile in desk.piles(getattr(cast, name))}
                 for name in ("ss", "dc", "ss_2", "ds")}  # fmt: skip
        assert piles["ss"]["hotline_return"] == [appeal]
        assert piles["dc"]["hotline_return"] == piles["ss_2"]["hotline_return"] == []
        assert "hotline_return" not in piles["ds"]

    def test_under_a_policy_without_the_limit_no_clock_starts(self, city, resolved_for_the_city, now) -> None:
        version = resolved_for_the_city.policy_version
        terms = {kind: term for kind, term in version.terms.items() if kind != "hotline_return"}
        PolicyVersion.objects.filter(pk=version.pk).update(terms=terms)
        assert refuse_newest(city, now).state == "open"
        assert "hotline_return" not in {clock.kind for clock in clocks.all_clocks(resolved_for_the_city)}

    def test_late_it_draws_a_card_for_the_desk(self, appeal, cast, now) -> None:
        sweep(clock(appeal, "hotline_return").due_at + timedelta(minutes=1))
        appeal.refresh_from_db()
        assert (appeal.card, appeal.clock_kind, appeal.late_step) == ("red", "hotline_return", "热线退回")
        assert "热线退回" in appeal.entries.get(kind="card_over").words
        resend(appeal, cast.ss, now + timedelta(days=2))
        appeal.refresh_from_db()
        assert (appeal.card, appeal.clock_kind) == ("", "visit")
        assert clock(appeal, "hotline_return").state == "missed"

    def test_refused_once_more_it_opens_again_in_one_row(self, city, returned, appeal, cast, now) -> None:
        services.set_aside_return(appeal_id=appeal.pk, words="已与市热线沟通。", by=cast.ss, now=now)
        retrying.retry(delivery_ids=[returned.delivery_id], by=cast.dc, now=now)
        assert refuse_newest(city, now, "仍未说明完成时间").pk == returned.pk
        row = HotlineReturn.objects.get()
        assert (row.state, row.reason, row.done_at, row.done_by_name) == ("open", "仍未说明完成时间", None, "")
        assert appeal.entries.filter(kind="hotline_returned").count() == 2
        assert clock(appeal, "hotline_return").state == "running"
        assert InboxItem.objects.filter(user_id=cast.ss.user_id, body="仍未说明完成时间").exists()

    @pytest.mark.parametrize("words", ["\\ud800\\u0000 理由", "理由\\u200b"])
    def test_words_that_no_database_keeps_are_cleaned(self, city, resolved_for_the_city, now, words) -> None:
        assert refuse_newest(city, now, words).reason == "理由"


class TestCorrected:
    def test_the_corrected_reply_goes_with_a_sequence_of_its_own(self, city, returned, appeal, cast, now) -> None:
        resend(appeal, cast.ss, now, words="补充了完成时间")
        drain(now)
        event = list(city.taken.values())[-1]
        assert (event["event"], event["sequence"], event["answers"]) == ("corrected", 5, 4)
        assert (event["reply"], event["explanation"]) == (CORRECTED, "补充了完成时间")
        appeal.refresh_from_db()
        assert (appeal.public_reply, appeal.state) == (CORRECTED, "resolved")
        entry = appeal.entries.get(kind="resend_to_hotline")
        assert (entry.data["before"], entry.data["public_reply"]) == (REPLY, CORRECTED)
        row = Entry.objects.get(action="appeal.resend_to_hotline")
        assert (row.before["public_reply"], row.after["public_reply"]) == (REPLY, CORRECTED)
        returned.refresh_from_db()
        assert (returned.state, returned.done_by_name, returned.done_words) == (
            "resent", cast.ss.user_name, "补充了完成时间",
        )  # fmt: skip
        assert returned.done_by_unit_id == cast.ss.unit_id
        assert clock(appeal, "hotline_return").state == "met"

    @pytest.mark.parametrize("reply", ["", "太短", REPLY, f"  {REPLY}\n", "长" * 10_001])
    def test_by_another_reply_of_some_length(self, appeal, cast, now, reply) -> None:
        with pytest.raises(InvalidInput) as refusal:
            resend(appeal, cast.ss, now, public_reply=reply)
        assert refusal.value.field == "public_reply"
        assert len(sent(appeal)) == 4

    def test_once(self, appeal, cast, now) -> None:
        resend(appeal, cast.ss, now)
        with pytest.raises(IllegalState, match="没有待处理的热线退回"):
            resend(appeal, cast.ss, now)
        assert len(sent(appeal)) == 5

    def test_by_the_desk_or_above_it(self, appeal, cast, now) -> None:
        for name, refusal in (("ds", NotAllowed), ("cw", NotAllowed), ("gw", NotFound), ("ss_2", NotFound)):
            with pytest.raises(refusal):
                resend(appeal, getattr(cast, name), now)
        assert resend(appeal, cast.dc, now).public_reply == CORRECTED

    def test_the_corrected_one_may_be_returned_as_well(self, city, appeal, cast, now) -> None:
        resend(appeal, cast.ss, now)
        second = refuse_newest(city, now, "请写明责任单位")
        assert (second.event, second.sequence, second.reply) == ("corrected", 5, CORRECTED)
        resend(appeal, cast.ss, now, public_reply=f"{CORRECTED}责任单位为区住建局。")
        assert [event["event"] for event in sent(appeal)][-2:] == ["corrected", "corrected"]
        assert not HotlineReturn.objects.filter(state="open").exists()

    def test_not_while_the_channel_is_off(self, appeal, cast, now, settings) -> None:
        settings.OUTBOX_CHANNELS = {}
        with pytest.raises(IllegalState, match="没有启用"):
            resend(appeal, cast.ss, now)
        services.set_aside_return(appeal_id=appeal.pk, words="通道停用，电话报告。", by=cast.ss, now=now)

    def test_after_the_closing_too(self, appeal, cast, now) -> None:
        services.visit(appeal_id=appeal.pk, report=SATISFIED, by=cast.ss, now=now)
        assert clock(appeal, "hotline_return").state == "running"
        assert resend(appeal, cast.ss, now).state == "closed"
        assert [event["event"] for event in sent(appeal)][-2:] == ["closed", "corrected"]

    def test_which_one_is_said_where_several_wait(self, city, returned, appeal, cast, now) -> None:
        services.visit(appeal_id=appeal.pk, report=SATISFIED, by=cast.ss, now=now)
        closing = refuse_newest(city, now, "归档过早")
        resend(appeal, cast.ss, now, return_id=closing.pk)
        assert list(HotlineReturn.objects.filter(state="open")) == [returned]
        with pytest.raises(InvalidInput):
            resend(appeal, cast.ss, now, return_id=closing.pk)


class TestMerged:
    @pytest.fixture
    def child(self, city, registered, cast, district, now) -> Appeal:
        """Of the hotline, merged into another of the hotline that the department has resolved."""
        parent = registered(unit_id=district.community_1.pk, channel="hotline", source_number="DQ1")
        child = registered(unit_id=district.community_1.pk, channel="hotline", source_number="DQ2")
        services.dispatch(appeal_id=parent.pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
        services.accept(appeal_id=parent.pk, by=cast.ds, now=now)
        services.merge(appeal_id=child.pk, into_id=parent.pk, by=cast.dc, now=now)
        result = "已联系维修单位到场更换主板，电梯当日恢复运行。"
        services.resolve(appeal_id=parent.pk, result=result, public_reply=REPLY, by=cast.ds, now=now)
        return Appeal.objects.get(pk=child.pk)

    def test_those_merged_into_it_are_told_of_the_correction(self, city, child, cast, now) -> None:
        Delivery.objects.filter(stream=f"hotline:{child.pk}").update(state=Delivery.SENT)
        refuse_newest(city, now)
        resend(child.parent, cast.ss, now)
        event = sent(child)[-1]
        assert (event["event"], event["reply"], event["hotline_number"]) == ("corrected", CORRECTED, "DQ2")
        assert "answers" not in event

    def test_its_own_return_is_answered_for_itself(self, city, child, cast, now) -> None:
        Delivery.objects.filter(stream=f"hotline:{child.parent_id}").update(state=Delivery.SENT)
        assert refuse_newest(city, now).appeal == child
        before = sent(child.parent)
        resend(child, cast.dc, now)
        assert (sent(child)[-1]["reply"], sent(child.parent)) == (CORRECTED, before)
        child.refresh_from_db()
        assert (child.state, child.public_reply, child.parent.public_reply) == ("merged", CORRECTED, REPLY)

    def test_not_while_the_one_that_carries_on_is_handled_anew(self, city, child, cast, now) -> None:
        Delivery.objects.filter(stream=f"hotline:{child.parent_id}").update(state=Delivery.SENT)
        refuse_newest(city, now)
        services.visit(appeal_id=child.parent_id, report=UNSATISFIED, by=cast.ss, now=now)
        with pytest.raises(IllegalState, match="重新办理"):
            resend(child, cast.dc, now)


class TestDoneAnew:
    def test_who_handled_it_has_it_back(self, returned, appeal, cast, district, now) -> None:
        again = services.rework_for_hotline(appeal_id=appeal.pk, words=AGAIN, by=cast.ss, now=now)
        assert (again.state, again.lead_unit_id, again.resolved_at) == ("in_progress", district.department_1.pk, None)
        assert clock(appeal, "rehandle").state == "running"
        assert clock(appeal, "visit").state == "cancelled"
        returned.refresh_from_db()
        assert (returned.state, returned.done_words) == ("reworked", AGAIN)
        assert sent(appeal)[-1]["event"] == "reopened"
        assert Entry.objects.filter(action="appeal.rework_for_hotline", subject_id=appeal.pk).count() == 1
        assert not appeal.entries.filter(kind="hotline_answered").exists()

    def test_an_unsatisfied_visit_answers_it_as_well(self, returned, appeal, cast, now) -> None:
        services.visit(appeal_id=appeal.pk, report=UNSATISFIED, by=cast.ss, now=now)
        returned.refresh_from_db()
        assert (returned.state, returned.done_by_name) == ("reworked", cast.ss.user_name)
        assert appeal.entries.get(kind="hotline_answered").data == {"event": "resolved", "sequence": 4}
        assert clock(appeal, "hotline_return").state == "met"

    def test_so_does_the_complainants_own_word(self, returned, appeal, now) -> None:
        services.complainant_unsatisfied(appeal_id=appeal.pk, words=AGAIN, now=now)
        returned.refresh_from_db()
        assert (returned.state, returned.done_by_name, returned.done_by_unit) == ("reworked", "诉求人", None)

    def test_not_of_what_is_handled(self, asked, cast, now) -> None:
        with pytest.raises(IllegalState):
            services.rework_for_hotline(appeal_id=asked.pk, words=AGAIN, by=cast.dc, now=now)

    def test_with_words(self, appeal, cast, now) -> None:
        with pytest.raises(InvalidInput):
            services.rework_for_hotline(appeal_id=appeal.pk, words="重办", by=cast.ss, now=now)


class TestSetAside:
    def test_nothing_is_sent(self, returned, appeal, cast, now) -> None:
        words = "已与市热线沟通，答复有效。"
        services.set_aside_return(appeal_id=appeal.pk, words=words, by=cast.ss, now=now)
        returned.refresh_from_db()
        assert (returned.state, returned.done_words, len(sent(appeal))) == ("set_aside", words, 4)
        assert Entry.objects.filter(action="appeal.set_aside_return", subject_id=appeal.pk).count() == 1
        assert appeal.entries.get(kind="set_aside_return").data["code"] == "R01"

    @pytest.mark.parametrize("words", ["", "知道了", "　 \n 已阅 "])
    def test_with_words(self, appeal, cast, now, words) -> None:
        with pytest.raises(InvalidInput):
            services.set_aside_return(appeal_id=appeal.pk, words=words, by=cast.ss, now=now)


class TestExtension:
    def test_what_the_city_refused_is_told_again_with_an_explanation(self, city, asked, cast, now) -> None:
        later = now + timedelta(hours=1)
        services.resend_to_hotline(appeal_id=asked.pk, words="厂家停产，须定制。", by=cast.dc, now=later)
        first, again = sent(asked)[-2:]
        assert (again["event"], again["sequence"], again["answers"]) == ("extension_requested", 5, 4)
        assert (again["reason"], again["amount"], again["unit"]) == (REASON, 3, "working_days")
        assert (again["happened_at"], again["explanation"]) == (first["happened_at"], "厂家停产，须定制。")
        assert deliver_next(now=later) is True
        assert asked.entries.get(kind="resend_to_hotline").words == "厂家停产，须定制。"

    def test_not_without_one(self, asked, cast, now) -> None:
        with pytest.raises(InvalidInput) as refusal:
            services.resend_to_hotline(appeal_id=asked.pk, words="请准", by=cast.dc, now=now)
        assert refusal.value.field == "words"

    def test_or_taken_note_of(self, asked, cast, now) -> None:
        services.set_aside_return(appeal_id=asked.pk, words="知悉，按原时限办理。", by=cast.dc, now=now)
        assert not HotlineReturn.objects.filter(state="open").exists()

    def test_a_granted_one_that_the_city_refuses(self, city, asked, cast, now) -> None:
        decide_more(asked, cast.dc, now)
        returned = refuse_newest(city, now, "不予延期")
        assert (returned.event, returned.sequence) == ("extension_granted", 5)
        services.resend_to_hotline(
            appeal_id=asked.pk, words="厂家停产，须定制。", return_id=returned.pk, by=cast.dc, now=now
        )
        assert sent(asked)[-1]["due_at"] == sent(asked)[-2]["due_at"]

    def test_its_limit_runs_on_while_the_work_is_put_aside(self, asked, cast, now) -> None:
        ask_to_lie(asked, cast.ds, now, timezone.localdate(now) + timedelta(days=90))
        decide_to_lie(asked, cast.dc, now)
        assert (clock(asked, "resolve").state, clock(asked, "hotline_return").state) == ("paused", "running")

    def test_and_after_a_merger(self, asked, registered, cast, now) -> None:
        services.merge(appeal_id=asked.pk, into_id=registered().pk, by=cast.dc, now=now)
        assert (clock(asked, "resolve").state, clock(asked, "hotline_return").state) == ("cancelled", "running")
        services.set_aside_return(appeal_id=asked.pk, words="已并案，不再延期。", by=cast.dc, now=now)
        assert clock(asked, "hotline_return").state == "met"

    def test_it_goes_with_the_appeal_to_another_desk(self, asked, cast, district, now) -> None:
        assert clock(asked, "hotline_return").unit_id == district.district.pk
        result = "已联系维修单位到场更换主板，电梯当日恢复运行。"
        services.resolve(appeal_id=asked.pk, result=result, public_reply=REPLY, by=cast.ds, now=now)
        assert clock(asked, "hotline_return").unit_id == district.street_1.pk
        assert [pile.appeals.count() for pile in desk.piles(cast.ss) if pile.key == "hotline_return"] == [1]


def test_a_closed_desks_returns_go_to_its_successor(returned, appeal, cast, district, now) -> None:
    services.visit(appeal_id=appeal.pk, report=SATISFIED, by=cast.ss, now=now)
    counts = {work.label: work.count for work in open_work([district.street_1.pk])}
    assert counts["待处理的热线退回"] == 1
    hand_over(unit_id=district.street_1.pk, successor_id=district.street_2.pk, by=cast.dc, now=now)
    appeal.refresh_from_db()
    assert (appeal.desk_unit, appeal.state) == (district.street_2, "closed")
    assert clock(appeal, "hotline_return").unit_id == district.street_2.pk
