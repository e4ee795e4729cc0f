"""From the dispatch to the closing: states, parts, clocks, messages, and what is refused."""

from datetime import timedelta

import pytest

from appeals import services
from appeals.models import Appeal, SendBack
from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.models import InboxItem
from tests.appeals.conftest import REPLY, RESULT


def clocks(appeal: Appeal) -> dict[str, str]:
    """The state of each kind's newest clock."""
    return dict(Clock.objects.filter(subject_id=appeal.pk).order_by("id").values_list("kind", "state"))


def audited(appeal: Appeal, action: str) -> bool:
    return Entry.objects.filter(subject_id=appeal.pk, action=action).exists()


class TestDispatch:
    def test_goes_to_the_unit_with_its_clocks_and_message(self, dispatched, cast, district) -> None:
        assert (dispatched.state, dispatched.lead_unit_id) == ("dispatched", district.department_1.pk)
        running = {
            "dispatch": "met", "accept": "running", "first_contact": "running", "resolve": "running",
            "send_back_window": "running",
        }  # fmt: skip
        assert clocks(dispatched) == running
        assert (dispatched.clock_kind, dispatched.due_at) == (
            "resolve",
            Clock.objects.get(subject_id=dispatched.pk, kind="resolve").due_at,
        )
        assert InboxItem.objects.filter(user_id=cast.ds.user_id, subject_id=dispatched.pk).exists()
        assert audited(dispatched, "appeal.dispatch")

    @pytest.mark.parametrize(
        ("who", "to"),
        [("dc", "community_1"), ("ss", "street_2"), ("ss", "district"), ("ss", "department_1"), ("cw", "street_1"),
         ("cw", "community_2"), ("cw", "grid_3"), ("ss", "community_3")],
    )  # fmt: skip
    def test_never_upward_or_sideways(self, registered, cast, district, now, who: str, to: str) -> None:
        appeal = registered(by=getattr(cast, who))
        with pytest.raises(NotAllowed):
            services.dispatch(appeal_id=appeal.pk, to_unit_id=getattr(district, to).pk, by=getattr(cast, who), now=now)
        appeal.refresh_from_db()
        assert appeal.state == "registered"

    @pytest.mark.parametrize(
        ("who", "to"),
        [("dc", "street_1"), ("dc", "department_2"), ("dc", "district"), ("ss", "community_2"), ("ss", "grid_1"),
         ("ss", "squad_1"), ("ss", "street_1"), ("cw", "grid_2"), ("cw", "community_1")],
    )  # fmt: skip
    def test_downward_and_to_oneself(self, registered, cast, district, now, who: str, to: str) -> None:
        appeal = registered(by=getattr(cast, who))
        unit = getattr(district, to)
        services.dispatch(appeal_id=appeal.pk, to_unit_id=unit.pk, by=getattr(cast, who), now=now)
        appeal.refresh_from_db()
        assert (appeal.state, appeal.lead_unit_id) == ("dispatched", unit.pk)

    def test_assisting_units_have_their_own_clocks(self, registered, cast, district, now) -> None:
        appeal = registered()
        services.dispatch(
            appeal_id=appeal.pk, to_unit_id=district.street_1.pk, assisting_unit_ids=[district.department_1.pk],
            by=cast.dc, now=now,
        )  # fmt: skip
        kinds = Clock.objects.filter(subject_id=appeal.pk, unit_id=district.department_1.pk)
        assert sorted(kinds.values_list("kind", flat=True)) == ["accept", "resolve"]
        appeal = services.accept(appeal_id=appeal.pk, by=cast.ds, now=now)
        assert appeal.state == "dispatched"
        services.accept(appeal_id=appeal.pk, by=cast.ss, now=now)
        services.finish_assisting(appeal_id=appeal.pk, result="已现场核查并出具意见。", by=cast.ds, now=now)
        assert set(kinds.values_list("state", flat=True)) == {"met"}

    def test_a_stale_form_is_told_so(self, registered, cast, district, now) -> None:
        appeal = registered()
        with pytest.raises(IllegalState, match="别人已处理"):
            services.dispatch(
                appeal_id=appeal.pk, to_unit_id=district.street_1.pk, by=cast.dc, now=now, revision=appeal.revision + 1
            )

    def test_one_refusal_does_not_hold_up_the_others(self, registered, dispatched, cast, district, now) -> None:
        fresh = registered()
        ids = [dispatched.pk, fresh.pk]
        results = services.dispatch_many(appeal_ids=ids, to_unit_id=district.street_1.pk, by=cast.dc, now=now)
        assert [bool(result.problem) for result in results] == [True, False]
        fresh.refresh_from_db()
        assert fresh.state == "dispatched"

    def test_the_line_goes_down_street_community_grid(self, registered, cast, district, now) -> None:
        appeal = registered()
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.street_1.pk, by=cast.dc, now=now)
        first_due = Clock.objects.get(subject_id=appeal.pk, kind="resolve").due_at
        later = now + timedelta(hours=1)
        services.pass_down(appeal_id=appeal.pk, to_unit_id=district.community_1.pk, by=cast.ss, now=later)
        services.accept(appeal_id=appeal.pk, by=cast.cw, now=later)
        appeal = services.pass_down(appeal_id=appeal.pk, to_unit_id=district.grid_1.pk, by=cast.cw, now=later)
        assert (appeal.lead_unit_id, appeal.desk_unit_id) == (district.grid_1.pk, district.community_1.pk)
        resolve = Clock.objects.get(subject_id=appeal.pk, kind="resolve")
        # Handing on never buys time; the clock answers for whom the appeal lies with.
        assert (resolve.due_at, resolve.unit_id) == (first_due, district.grid_1.pk)
        with pytest.raises(NotAllowed):
            services.accept(appeal_id=appeal.pk, by=cast.cw, now=later)
        assert services.accept(appeal_id=appeal.pk, by=cast.gw, now=later).state == "in_progress"


class TestSendBack:
    WORDS = "该道路属市级养护，不在我局职责内。"

    def send_back(self, appeal, by, now):
        return services.send_back(appeal_id=appeal.pk, reason="not_my_duty", words=self.WORDS, by=by, now=now)

    def test_returns_for_adjudication_and_the_first_clock_runs_on(self, dispatched, cast, now) -> None:
        due = Clock.objects.get(subject_id=dispatched.pk, kind="resolve").due_at
        appeal = self.send_back(dispatched, cast.ds, now + timedelta(hours=1))
        assert (appeal.state, appeal.send_back_pending, appeal.lead_unit_id) == ("registered", True, None)
        resolve = Clock.objects.get(subject_id=dispatched.pk, kind="resolve")
        assert (resolve.state, resolve.due_at) == ("running", due)
        assert appeal.due_at == due
        assert InboxItem.objects.filter(user_id=cast.dc.user_id, title__contains="退单").exists()

    def test_needs_a_decision_before_another_dispatch(self, dispatched, cast, district, now) -> None:
        self.send_back(dispatched, cast.ds, now)
        with pytest.raises(IllegalState, match="裁定"):
            services.dispatch(appeal_id=dispatched.pk, to_unit_id=district.street_1.pk, by=cast.dc, now=now)

    def test_upheld_goes_elsewhere_on_the_first_clock(self, dispatched, cast, district, now) -> None:
        due = Clock.objects.get(subject_id=dispatched.pk, kind="resolve").due_at
        self.send_back(dispatched, cast.ds, now)
        appeal = services.adjudicate(
            appeal_id=dispatched.pk, uphold=True, words="退单成立，改派住建局。", to_unit_id=district.department_2.pk,
            by=cast.dc, now=now + timedelta(hours=2),
        )  # fmt: skip
        assert (appeal.state, appeal.lead_unit_id, appeal.due_at) == ("dispatched", district.department_2.pk, due)
        assert SendBack.objects.get().upheld is True

    def test_refused_goes_back_and_cannot_be_returned_again(self, dispatched, cast, district, now) -> None:
        self.send_back(dispatched, cast.ds, now)
        later = now + timedelta(hours=1)
        appeal = services.adjudicate(appeal_id=dispatched.pk, uphold=False, words="属你局职责。", by=cast.dc, now=later)
        assert (appeal.state, appeal.lead_unit_id) == ("dispatched", district.department_1.pk)
        assert SendBack.objects.get().upheld is False
        with pytest.raises(IllegalState, match="首接负责"):
            self.send_back(dispatched, cast.ds, later + timedelta(seconds=1))

    def test_the_window_lapses(self, dispatched, cast, now) -> None:
        with pytest.raises(IllegalState, match="首接负责"):
            self.send_back(dispatched, cast.ds, now + timedelta(days=2))

    def test_not_after_acceptance(self, in_progress, cast, now) -> None:
        with pytest.raises(IllegalState):
            self.send_back(in_progress, cast.ds, now)


class TestSteps:
    def test_recall_returns_it_to_the_desk(self, dispatched, cast, now) -> None:
        appeal = services.recall(appeal_id=dispatched.pk, words="派错单位。", by=cast.dc, now=now)
        assert (appeal.state, appeal.lead_unit_id) == ("registered", None)
        assert clocks(appeal)["accept"] == "cancelled"
        assert clocks(appeal)["resolve"] == "running"

    def test_transfer_moves_it_on_the_same_clock(self, in_progress, cast, district, now) -> None:
        due = in_progress.due_at
        appeal = services.transfer(
            appeal_id=in_progress.pk, to_unit_id=district.department_2.pk, words="职责调整。", by=cast.dc, now=now
        )
        assert (appeal.state, appeal.lead_unit_id, appeal.due_at) == ("dispatched", district.department_2.pk, due)

    def test_report_up_moves_the_desk(self, registered, cast, district, now) -> None:
        appeal = registered(by=cast.cw)
        appeal = services.report_up(appeal_id=appeal.pk, words="需多部门协调。", by=cast.cw, now=now)
        assert appeal.desk_unit_id == district.street_1.pk
        with pytest.raises(NotAllowed):
            services.dispatch(appeal_id=appeal.pk, to_unit_id=district.grid_1.pk, by=cast.cw, now=now)

    def test_contact_meets_its_clock_once(self, in_progress, cast, now) -> None:
        services.contact(appeal_id=in_progress.pk, words="已电话联系诉求人。", by=cast.ds, now=now)
        assert clocks(in_progress)["first_contact"] == "met"
        services.contact(appeal_id=in_progress.pk, words="再次联系。", by=cast.ds, now=now)
        assert in_progress.entries.filter(kind="contact").count() == 2

    def test_resolving_late_is_kept_as_late(self, in_progress, cast, now) -> None:
        appeal = services.resolve(
            appeal_id=in_progress.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now + timedelta(days=30)
        )
        assert clocks(appeal)["resolve"] == "missed"
        assert appeal.entries.get(kind="resolve").data["late"] is True

    @pytest.mark.parametrize(("result", "reply", "field"), [("短", REPLY, "result"), (RESULT, "短", "public_reply")])
    def test_a_result_must_say_something(self, in_progress, cast, now, result: str, reply: str, field: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            services.resolve(appeal_id=in_progress.pk, result=result, public_reply=reply, by=cast.ds, now=now)
        assert refusal.value.field == field

    def test_outside_the_scope_there_is_no_such_appeal(self, dispatched, cast, now) -> None:
        for outsider in (cast.ds_2, cast.cw_3, cast.ss_2, cast.gw_2):
            with pytest.raises(NotFound):
                services.accept(appeal_id=dispatched.pk, by=outsider, now=now)


class TestVisit:
    def report(self, **changes):
        values = {"method": "phone", "reached": True, "solved": True, "satisfaction": "satisfied"}
        return services.VisitReport(**(values | changes))

    def test_satisfied_closes(self, closed, now) -> None:
        assert (closed.state, closed.close_kind, closed.closed_at) == ("closed", "satisfied", now)
        assert clocks(closed)["visit"] == "met"
        assert closed.due_at is None

    def test_unsatisfied_goes_back_with_the_rehandle_clock(self, resolved, cast, district, now) -> None:
        report = self.report(solved=False, satisfaction="unsatisfied", words="电梯昨日又停运。")
        appeal = services.visit(appeal_id=resolved.pk, report=report, by=cast.ss, now=now)
        assert (appeal.state, appeal.lead_unit_id, appeal.rehandles) == ("in_progress", district.department_1.pk, 1)
        assert appeal.clock_kind == "rehandle"
        again = services.resolve(appeal_id=appeal.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
        assert (again.state, clocks(again)["rehandle"]) == ("resolved", "met")

    def test_unsatisfied_twice_is_supervised(self, resolved, cast, now) -> None:
        report = self.report(solved=False, satisfaction="unsatisfied", words="仍未解决，反复停运。")
        services.visit(appeal_id=resolved.pk, report=report, by=cast.ss, now=now)
        services.resolve(appeal_id=resolved.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
        appeal = services.visit(appeal_id=resolved.pk, report=report, by=cast.ss, now=now)
        assert (appeal.is_supervised, appeal.rehandles) == (True, 2)

    def test_three_calls_that_nobody_answers_close_it_as_such(self, resolved, cast, now) -> None:
        report = self.report(reached=False, solved=None, satisfaction="")
        for hours in (0, 5):
            at = now + timedelta(hours=hours)
            assert services.visit(appeal_id=resolved.pk, report=report, by=cast.ss, now=at).state == "resolved"
        at = now + timedelta(days=1)
        appeal = services.visit(appeal_id=resolved.pk, report=report, by=cast.ss, now=at)
        assert (appeal.state, appeal.close_kind) == ("closed", "unreachable")

    def test_never_by_who_handled_it(self, registered, cast, district, now) -> None:
        appeal = registered(by=cast.cw)
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.community_1.pk, by=cast.cw, now=now)
        services.accept(appeal_id=appeal.pk, by=cast.cw, now=now)
        appeal = services.resolve(appeal_id=appeal.pk, result=RESULT, public_reply=REPLY, by=cast.cw, now=now)
        assert appeal.desk_unit_id == district.street_1.pk
        for handler in (cast.cw, cast.cs):
            with pytest.raises(NotAllowed):
                services.visit(appeal_id=appeal.pk, report=self.report(), by=handler, now=now)
        assert services.visit(appeal_id=appeal.pk, report=self.report(), by=cast.ss, now=now).state == "closed"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"method": "letter"}, "method"), ({"solved": None}, "solved"), ({"satisfaction": ""}, "satisfaction"),
         ({"reached": False}, "reached"), ({"satisfaction": "unsatisfied", "words": ""}, "words")],
    )  # fmt: skip
    def test_both_questions_are_asked(self, resolved, cast, now, changes: dict, field: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            services.visit(appeal_id=resolved.pk, report=self.report(**changes), by=cast.ss, now=now)
        assert refusal.value.field == field


class TestSettling:
    def test_merge_and_unmerge(self, registered, cast, now) -> None:
        parent, child = registered(), registered(phone="13912344081")
        merged = services.merge(appeal_id=child.pk, into_id=parent.pk, words="同一电梯。", by=cast.dc, now=now)
        parent.refresh_from_db()
        assert (merged.state, merged.parent_id, parent.repeats) == ("merged", parent.pk, 1)
        assert "running" not in clocks(merged).values()
        back = services.unmerge(appeal_id=child.pk, words="并错了。", by=cast.dc, now=now)
        parent.refresh_from_db()
        assert (back.state, back.parent_id, parent.repeats) == ("registered", None, 0)
        assert clocks(back)["dispatch"] == "running"

    def test_merge_is_refused_where_it_makes_no_sense(self, registered, closed, cast, now) -> None:
        one, two, three = registered(), registered(), registered()
        services.merge(appeal_id=two.pk, into_id=one.pk, words="", by=cast.dc, now=now)
        for child, into in [(three, three), (three, two), (three, closed)]:
            with pytest.raises(InvalidInput):
                services.merge(appeal_id=child.pk, into_id=into.pk, words="", by=cast.dc, now=now)
        with pytest.raises(IllegalState):
            services.merge(appeal_id=one.pk, into_id=three.pk, words="", by=cast.dc, now=now)

    def test_reject_answers_the_complainant(self, registered, cast, now) -> None:
        appeal = registered()
        appeal = services.reject(
            appeal_id=appeal.pk, reason="in_court", words="法院已立案。", by=cast.dc, now=now,
            public_reply="该事项已进入诉讼程序，请依判决办理。",
        )  # fmt: skip
        assert (appeal.state, appeal.close_kind) == ("rejected", "rejected")
        assert "running" not in clocks(appeal).values()

    def test_reopen_hands_it_back(self, closed, cast, district, now) -> None:
        appeal = services.reopen(appeal_id=closed.pk, words="上级交办重新核查。", by=cast.dc, now=now)
        assert (appeal.state, appeal.lead_unit_id) == ("in_progress", district.department_1.pk)
        assert clocks(appeal)["rehandle"] == "running"


class TestReveal:
    def test_who_handles_it_sees_the_number_and_it_is_recorded(self, in_progress, cast, now) -> None:
        number = services.reveal(appeal_id=in_progress.pk, field="phone", reason="电话核实情况", by=cast.ds, now=now)
        assert number == "13812344080"
        look = Entry.objects.get(action="privacy.read", subject_id=in_progress.pk)
        assert (look.user_id, look.reason) == (cast.ds.user_id, "电话核实情况")

    def test_a_reason_is_needed(self, in_progress, cast, now) -> None:
        with pytest.raises(InvalidInput):
            services.reveal(appeal_id=in_progress.pk, field="phone", reason=" ", by=cast.ds, now=now)

    @pytest.mark.parametrize("who", ["dl", "sl", "cw", "ss", "gw"])
    def test_all_others_see_it_masked(self, registered, in_progress, cast, now, who: str) -> None:
        with pytest.raises((NotAllowed, NotFound)):
            services.reveal(appeal_id=in_progress.pk, field="phone", reason="想看看", by=getattr(cast, who), now=now)
        assert not Entry.objects.filter(action="privacy.read").exists()
