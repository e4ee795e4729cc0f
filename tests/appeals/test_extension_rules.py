"""Extension 延期, beyond its way: the tiers, what the complainant is told, what lapses, and what the lock is for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appeals import services
from appeals.models import Appeal, Extension
from appeals.sampling import must_be_visited
from appeals.units import hand_over
from governance import privacy
from governance.audit.models import Entry
from governance.deadlines.models import Firing
from governance.deadlines.sweeping import sweep
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.files.models import Attachment
from governance.outbox.models import Delivery, InboxItem, Reminder
from tests.appeals.asking import REASON, ask_more, clock, decide_more, evidence


def only(appeal: Appeal) -> Extension:
    return Extension.objects.get(appeal=appeal)


@pytest.fixture
def contacted(in_progress, cast, now) -> Appeal:
    """In progress with the department, whose first contact is made: no other limit is in the way."""
    return services.contact(appeal_id=in_progress.pk, words="已电话联系。", by=cast.ds, now=now)


@pytest.fixture
def asked(contacted, cast, now) -> Appeal:
    """The department has asked the district centre, which dispatched, for three working days."""
    return ask_more(contacted, cast.ds, now)


class TestAsking:
    def test_a_request_stands_with_its_evidence_and_its_own_clock(self, asked, cast, district) -> None:
        request = only(asked)
        decision = clock(asked, "extension_decision")
        assert (decision.detail_id, decision.unit_id, decision.state) == (request.pk, district.district.pk, "running")
        entry = asked.entries.get(kind="ask_extension")
        assert (entry.words, Attachment.objects.get(subject_id=asked.pk).entry_id) == (REASON, entry.pk)
        assert Entry.objects.filter(action="appeal.ask_extension", subject_id=asked.pk).exists()
        assert InboxItem.objects.filter(user_id=cast.dc.user_id, title__contains="延期申请待审批").exists()

    @pytest.mark.parametrize("amount", [10**30, "3", True, None, 2.5])
    def test_an_amount_is_a_number_of_days(self, contacted, cast, now, amount) -> None:
        with pytest.raises(InvalidInput) as refusal:
            ask_more(contacted, cast.ds, now, amount)
        assert refusal.value.field == "amount"

    def test_evidence_is_ones_own(self, contacted, cast, now) -> None:
        with pytest.raises(InvalidInput):
            ask_more(contacted, cast.ds, now, attachment_ids=evidence(cast.dc, now))
        assert not Extension.objects.exists()

    @pytest.mark.parametrize("who", ["dc", "dl", "sl", "ss", "cs", "cw", "gw"])
    def test_only_by_the_unit_that_it_lies_with(self, contacted, cast, now, who) -> None:
        with pytest.raises((NotAllowed, NotFound)):
            ask_more(contacted, getattr(cast, who), now)

    def test_not_after_the_end(self, resolved, cast, now) -> None:
        with pytest.raises(IllegalState):
            ask_more(resolved, cast.ds, now)

    def test_to_the_last_moment_and_not_a_second_longer(self, contacted, cast) -> None:
        due = clock(contacted, "resolve").due_at
        with pytest.raises(IllegalState, match="时限已过"):
            ask_more(contacted, cast.ds, due + timedelta(seconds=1))
        ask_more(contacted, cast.ds, due)
        assert only(contacted).granted is None

    def test_what_was_refused_does_not_count(self, contacted, cast, now) -> None:
        for _ in range(4):
            ask_more(contacted, cast.ds, now)
            decide_more(contacted, cast.dc, now, grant=False)
        ask_more(contacted, cast.ds, now)
        assert list(Extension.objects.order_by("pk").values_list("granted", flat=True)) == [False] * 4 + [None]

    def test_an_assisting_unit_only_once_it_has_accepted(self, contacted, cast, district, now) -> None:
        services.add_assisting(appeal_id=contacted.pk, unit_ids=[district.department_2.pk], by=cast.dc, now=now)
        with pytest.raises(IllegalState):
            ask_more(contacted, cast.ds_2, now)
        services.accept(appeal_id=contacted.pk, by=cast.ds_2, now=now)
        ask_more(contacted, cast.ds_2, now)
        decide_more(contacted, cast.dc, now)
        # The complainant waits for the whole, and is told of that alone.
        assert not contacted.entries.filter(kind="extended").exists()
        assert not Delivery.objects.exists()

    def test_after_an_unsatisfied_visit_the_re_handling_is_extended(self, resolved, cast, now) -> None:
        report = services.VisitReport(
            method="phone", reached=True, solved=False, satisfaction="unsatisfied", words="还是老样子"
        )
        services.visit(appeal_id=resolved.pk, report=report, by=cast.ss, now=now)
        old = clock(resolved, "rehandle").due_at
        ask_more(resolved, cast.ds, now)
        decide_more(resolved, cast.dc, now)
        assert (only(resolved).clock_kind, clock(resolved, "rehandle").due_at > old) == ("rehandle", True)


class TestTiers:
    def test_a_communitys_secretary_for_its_grid(self, registered, cast, district, now) -> None:
        appeal = registered(by=cast.cw, unit_id=district.grid_1.pk)
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.grid_1.pk, by=cast.cw, now=now)
        services.accept(appeal_id=appeal.pk, by=cast.gw, now=now)
        ask_more(appeal, cast.gw, now)
        for other in ("cw", "ss", "sl", "gw"):
            with pytest.raises(NotAllowed):
                decide_more(appeal, getattr(cast, other), now)
        decide_more(appeal, cast.cs, now)
        assert only(appeal).granted is True

    def test_who_dispatched_to_itself_is_decided_from_above(self, registered, cast, district, now) -> None:
        appeal = registered(by=cast.cw, unit_id=district.community_1.pk)
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.community_1.pk, by=cast.cw, now=now)
        services.accept(appeal_id=appeal.pk, by=cast.cw, now=now)
        ask_more(appeal, cast.cw, now)
        assert only(appeal).decider_id == district.street_1.pk
        with pytest.raises(NotAllowed):
            decide_more(appeal, cast.cs, now)

    def test_nobody_stands_above_the_district_centre(self, registered, cast, district, now) -> None:
        appeal = registered(unit_id=district.community_1.pk)
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.district.pk, by=cast.dc, now=now)
        services.accept(appeal_id=appeal.pk, by=cast.dc, now=now)
        with pytest.raises(IllegalState):
            ask_more(appeal, cast.dc, now)

    def test_never_by_the_person_who_asked(self, in_community, cast, now) -> None:
        ask_more(in_community, cast.cw, now)
        # The same person, acting in another posting.
        Extension.objects.update(asked_by_user=cast.sl.user_id)
        with pytest.raises(NotAllowed):
            decide_more(in_community, cast.sl, now)


class TestDecision:
    def test_the_complainant_is_told(self, asked, cast, now) -> None:
        decide_more(asked, cast.dc, now)
        assert "12月3日" in asked.entries.get(kind="extended").data["public"]
        message = Delivery.objects.get(channel="sms")
        assert privacy.open_sealed(message.address_sealed, context=message.address_context) == "13812344080"
        assert asked.number in message.payload["text"]
        assert "12月3日" in message.payload["text"]
        assert REASON not in message.payload["text"]

    def test_so_are_those_who_were_merged_into_it(self, asked, registered, cast, now) -> None:
        child = registered(title="同一部电梯", phone="13912344081")
        services.merge(appeal_id=child.pk, into_id=asked.pk, by=cast.dc, now=now)
        decide_more(asked, cast.dc, now)
        texts = [one.payload["text"] for one in Delivery.objects.filter(channel="sms").order_by("pk")]
        assert [asked.number in texts[0], child.number in texts[1]] == [True, True]

    @pytest.mark.parametrize("facts", [{"phone": ""}, {"phone": "0459-6812345"}, {"channel": "hotline"}])
    def test_no_text_without_a_mobile_nor_beside_the_hotline(self, registered, cast, district, now, facts) -> None:
        appeal = registered(unit_id=district.community_1.pk, **facts)
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
        services.accept(appeal_id=appeal.pk, by=cast.ds, now=now)
        ask_more(appeal, cast.ds, now)
        decide_more(appeal, cast.dc, now)
        assert appeal.entries.filter(kind="extended").exists()
        assert not Delivery.objects.filter(channel="sms").exists()

    def test_refused_tells_nobody_outside_and_draws_a_visit(self, asked, cast, now) -> None:
        decide_more(asked, cast.dc, now, grant=False)
        assert not asked.entries.filter(kind="extended").exists()
        assert not Delivery.objects.exists()
        assert must_be_visited(Appeal.objects.get(pk=asked.pk))

    def test_what_fired_before_a_late_decision_stays_and_fires_again(self, contacted, cast) -> None:
        due = clock(contacted, "resolve").due_at
        ask_more(contacted, cast.ds, due - timedelta(hours=1))
        decide_more(contacted, cast.dc, due + timedelta(hours=2))
        running = clock(contacted, "resolve")
        assert running.due_at - due == timedelta(days=3)
        assert Firing.objects.filter(clock=running, action="red").count() == 1
        sweep(running.due_at + timedelta(seconds=1))
        assert Firing.objects.filter(clock=running, action="red").count() == 2

    def test_a_late_decision_is_shown_as_that_clocks(self, asked, cast) -> None:
        sweep(clock(asked, "extension_decision").due_at + timedelta(minutes=1))
        assert "延期审批" in asked.entries.get(kind="card_over", data__clock="extension_decision").words
        assert Reminder.objects.filter(user_id=cast.dc.user_id, level="over", body__contains="延期审批").exists()
        asked.refresh_from_db()
        assert (asked.clock_kind, asked.late_step) == ("extension_decision", "延期审批")

    def test_only_once(self, asked, cast, now) -> None:
        decide_more(asked, cast.dc, now)
        with pytest.raises(NotAllowed, match="已"):
            decide_more(asked, cast.dc, now)

    def test_a_request_that_is_not_there(self, asked, cast, now) -> None:
        with pytest.raises(InvalidInput):
            decide_more(asked, cast.dc, now, extension_id=only(asked).pk + 1)


class TestLapse:
    def lapsed(self, appeal: Appeal) -> None:
        assert (only(appeal).granted, only(appeal).lapsed_at is not None) == (None, True)
        assert clock(appeal, "extension_decision").state == "cancelled"
        assert appeal.entries.filter(kind="extension_lapsed").count() == 1

    def test_with_a_transfer(self, asked, cast, district, now) -> None:
        to = district.department_2.pk
        services.transfer(appeal_id=asked.pk, to_unit_id=to, words="改由住建局办理", by=cast.dc, now=now)
        self.lapsed(asked)
        with pytest.raises((NotAllowed, IllegalState)):
            decide_more(asked, cast.dc, now)

    def test_with_a_merger(self, asked, registered, cast, now) -> None:
        services.merge(appeal_id=asked.pk, into_id=registered().pk, by=cast.dc, now=now)
        self.lapsed(asked)

    def test_a_unit_that_is_closed_hands_on_what_it_must_decide(self, in_community, cast, district, now) -> None:
        ask_more(in_community, cast.cw, now)
        hand_over(unit_id=district.street_1.pk, successor_id=district.street_2.pk, by=cast.dc, now=now)
        assert only(in_community).decider_id == district.street_2.pk

    def test_a_successor_that_would_decide_for_itself_does_not(self, in_community, cast, district, now) -> None:
        ask_more(in_community, cast.cw, now)
        hand_over(unit_id=district.community_1.pk, successor_id=district.street_1.pk, by=cast.dc, now=now)
        assert only(in_community).lapsed_at == now
        assert clock(in_community, "extension_decision").state == "cancelled"


def test_without_the_lock_both_decisions_would_count(asked, now) -> None:
    """The harm that the lock prevents (see test_two_deciders_at_once_make_one_decision): both read it as waiting."""
    first, second = only(asked), only(asked)
    for request, verdict in ((first, True), (second, False)):
        assert request.granted is None
        request.granted, request.due_after = verdict, now if verdict else None
        request.save(update_fields=["granted", "due_after"])
    # The later one has undone what the complainant was told of already.
    assert only(asked).granted is False
