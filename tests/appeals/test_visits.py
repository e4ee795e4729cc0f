"""Follow-up visits: who is visited, what counts as an attempt, what sends back, and the complainant's own word."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from appeals import sampling, services
from appeals.models import Appeal, SupervisionOrder, Visit
from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.models import InboxItem
from governance.scope import Role
from tests.appeals.conftest import REPLY, RESULT
from tests.fixtures import make_posting

NOBODY = services.VisitReport(method="phone", reached=False)


def heard(**changes) -> services.VisitReport:
    values = {"method": "phone", "reached": True, "solved": True, "satisfaction": "satisfied"}
    return services.VisitReport(**(values | changes))


class TestAttempts:
    def visit(self, appeal: Appeal, cast, at: datetime) -> Appeal:
        return services.visit(appeal_id=appeal.pk, report=NOBODY, by=cast.ss, now=at)

    def test_three_in_a_morning_are_one(self, resolved, cast, now) -> None:
        for minutes in (0, 20, 40):
            appeal = self.visit(resolved, cast, now + timedelta(minutes=minutes))
        assert (appeal.state, appeal.visit_attempts) == ("resolved", 1)
        assert list(Visit.objects.order_by("pk").values_list("counts", flat=True)) == [True, False, False]

    def test_morning_and_afternoon_are_two_and_the_next_day_closes(self, resolved, cast, now) -> None:
        self.visit(resolved, cast, now)
        assert self.visit(resolved, cast, now + timedelta(hours=5)).visit_attempts == 2
        appeal = self.visit(resolved, cast, now + timedelta(days=1))
        assert (appeal.state, appeal.close_kind, appeal.satisfaction) == ("closed", "unreachable", "")

    def test_a_sunday_counts_for_nothing_but_is_kept(self, resolved, cast, now) -> None:
        appeal = self.visit(resolved, cast, now + timedelta(days=6))
        assert appeal.visit_attempts == 0
        assert Visit.objects.get().counts is False

    def test_a_round_begins_anew(self, resolved, cast, now) -> None:
        self.visit(resolved, cast, now)
        self.visit(resolved, cast, now + timedelta(hours=5))
        later = now + timedelta(days=1)
        report = heard(solved=False, satisfaction="unsatisfied", words="昨晚又停了。")
        services.visit(appeal_id=resolved.pk, report=report, by=cast.ss, now=later)
        services.resolve(appeal_id=resolved.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=later)
        assert self.visit(resolved, cast, later).visit_attempts == 1


class TestSolvedAndSatisfied:
    def test_not_solved_goes_back_however_content(self, resolved, cast, now) -> None:
        report = heard(solved=False, satisfaction="basically", words="态度不错，但还没修好。")
        appeal = services.visit(appeal_id=resolved.pk, report=report, by=cast.ss, now=now)
        assert (appeal.state, appeal.rehandles, appeal.satisfaction) == ("in_progress", 1, "basically")

    def test_unless_it_was_explained(self, resolved, cast, now) -> None:
        report = heard(solved=False, satisfaction="basically", explained=True, words="超出保修范围，诉求人理解。")
        appeal = services.visit(appeal_id=resolved.pk, report=report, by=cast.ss, now=now)
        assert (appeal.state, appeal.close_kind) == ("closed", "explained")
        assert Visit.objects.get().explained is True

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"explained": True}, "explained"),
            ({"solved": False, "satisfaction": "unsatisfied", "explained": True, "words": "无法办理。"}, "explained"),
            ({"solved": False, "satisfaction": "basically", "words": ""}, "words"),
            ({"solved": False, "satisfaction": "basically", "explained": True, "words": ""}, "words"),
            ({"method": "web"}, "method"),
        ],
    )
    def test_what_makes_no_sense(self, resolved, cast, now, changes: dict, field: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            services.visit(appeal_id=resolved.pk, report=heard(**changes), by=cast.ss, now=now)
        assert refusal.value.field == field


class TestWhoVisits:
    def test_not_who_also_works_at_a_unit_that_handled_it(self, resolved, cast, district, now) -> None:
        make_posting(Role.DEPARTMENT_STAFF, district.department_1, username=f"ss-{district.street_1.code}")
        with pytest.raises(NotAllowed, match="任职"):
            services.visit(appeal_id=resolved.pk, report=heard(), by=cast.ss, now=now)

    def test_not_who_made_the_first_contact_from_another_post(self, in_progress, cast, district, now) -> None:
        services.contact(appeal_id=in_progress.pk, words="已电话联系。", by=cast.ds, now=now)
        services.resolve(appeal_id=in_progress.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
        moved = replace(cast.ss, user_id=cast.ds.user_id)
        with pytest.raises(NotAllowed):
            services.visit(appeal_id=in_progress.pk, report=heard(), by=moved, now=now)

    def test_not_a_unit_that_assisted(self, registered, cast, district, now) -> None:
        appeal = registered(unit_id=district.community_1.pk, by=cast.ss)
        services.dispatch(
            appeal_id=appeal.pk, to_unit_id=district.squad_1.pk, assisting_unit_ids=[district.community_1.pk],
            by=cast.ss, now=now,
        )  # fmt: skip
        for by in (cast.squad, cast.cw):
            services.accept(appeal_id=appeal.pk, by=by, now=now)
        services.resolve(appeal_id=appeal.pk, result=RESULT, public_reply=REPLY, by=cast.squad, now=now)
        Appeal.objects.filter(pk=appeal.pk).update(desk_unit=district.community_1)
        with pytest.raises(NotAllowed):
            services.visit(appeal_id=appeal.pk, report=heard(), by=cast.cs, now=now)


class TestTheirOwnWord:
    WORDS = "电梯今天又停了，没有修好。"

    def say(self, appeal: Appeal, at: datetime, words: str = WORDS) -> Appeal:
        return services.complainant_unsatisfied(appeal_id=appeal.pk, words=words, now=at)

    def test_before_the_visit(self, resolved, cast, district, now) -> None:
        appeal = self.say(resolved, now)
        assert (appeal.state, appeal.lead_unit_id, appeal.rehandles) == ("in_progress", district.department_1.pk, 1)
        assert Clock.objects.get(subject_id=appeal.pk, kind="visit").state == "met"
        assert Clock.objects.get(subject_id=appeal.pk, kind="rehandle").state == "running"
        entry = appeal.entries.get(kind="not_solved")
        assert (entry.user_name, entry.words, entry.role) == ("诉求人", self.WORDS, "")
        visit = Visit.objects.get()
        assert (visit.method, visit.by_name, visit.by_unit_id, visit.solved) == ("web", "诉求人", None, False)
        assert Entry.objects.filter(action="appeal.not_solved", subject_id=appeal.pk).exists()
        assert InboxItem.objects.filter(user_id=cast.ds.user_id, title__startswith="诉求人反映未解决").exists()

    def test_within_ninety_days_of_the_closing(self, closed, now) -> None:
        with pytest.raises(IllegalState, match="90 天"):
            self.say(closed, now + timedelta(days=90, seconds=1))
        appeal = self.say(closed, now + timedelta(days=90))
        assert (appeal.state, appeal.closed_at, appeal.close_kind) == ("in_progress", None, "")

    def test_once_a_round(self, resolved, cast, now) -> None:
        self.say(resolved, now)
        with pytest.raises(IllegalState):
            self.say(resolved, now)

    def test_the_second_time_makes_a_supervision_order(self, resolved, cast, now) -> None:
        self.say(resolved, now)
        services.resolve(appeal_id=resolved.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
        appeal = self.say(resolved, now)
        assert (appeal.rehandles, appeal.is_supervised) == (2, True)
        assert SupervisionOrder.objects.get().origin == "visit"

    def test_of_a_merged_one_to_the_one_that_carries_on(self, resolved, registered, cast, now) -> None:
        child = registered(phone="13912344081")
        Appeal.objects.filter(pk=child.pk).update(state="merged", parent=resolved)
        appeal = self.say(child, now)
        assert (appeal.pk, appeal.state) == (resolved.pk, "in_progress")
        assert appeal.entries.get(kind="not_solved").data["child"] == child.number

    def test_not_while_it_is_handled(self, in_progress, now) -> None:
        with pytest.raises(IllegalState):
            self.say(in_progress, now)

    def test_words_are_needed(self, resolved, now) -> None:
        with pytest.raises(InvalidInput) as refusal:
            self.say(resolved, now, words="没")
        assert refusal.value.field == "words"

    def test_of_no_appeal(self, db, now) -> None:
        with pytest.raises(NotFound):
            services.complainant_unsatisfied(appeal_id=10**12, words=self.WORDS, now=now)


class TestSample:
    @pytest.fixture
    def rate(self, monkeypatch):
        """The policy's share of visits; a policy of the database has it in its terms."""

        def set_rate(percent: int) -> None:
            monkeypatch.setattr(sampling, "percent", lambda appeal: percent)

        return set_rate

    def resolve(self, appeal: Appeal, cast, at: datetime) -> Appeal:
        return services.resolve(appeal_id=appeal.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=at)

    def test_what_is_not_drawn_is_closed_at_once_and_says_the_rate(self, in_progress, cast, now, rate) -> None:
        rate(0)
        appeal = self.resolve(in_progress, cast, now)
        assert (appeal.state, appeal.close_kind, appeal.closed_at, appeal.satisfaction) == (
            "closed", "not_sampled", now, "",
        )  # fmt: skip
        assert not Clock.objects.filter(subject_id=appeal.pk, kind="visit").exists()
        kinds = list(appeal.entries.order_by("pk").values_list("kind", flat=True))
        assert kinds[-2:] == ["resolve", "not_sampled"]
        assert "0%" in appeal.entries.get(kind="not_sampled").words
        # The complainant may still say that it is not solved.
        again = services.complainant_unsatisfied(appeal_id=appeal.pk, words="根本没有人来修。", now=now)
        assert again.state == "in_progress"

    def test_the_draw_is_the_keys_alone(self, in_progress, settings) -> None:
        first = sampling.draw(in_progress)
        assert 0 <= first < 100
        assert sampling.draw(Appeal.objects.get(pk=in_progress.pk)) == first
        in_progress.handler_name, in_progress.result, in_progress.revision = "某人", "写法不同", 99
        assert sampling.draw(in_progress) == first
        in_progress.rehandles = 1
        assert sampling.draw(in_progress) != first

    def test_the_draw_is_even(self) -> None:
        draws = [sampling.draw(Appeal(number=f"MH20261123-{n:04d}")) for n in range(4_000)]
        for percent in (10, 30, 70):
            share = sum(draw < percent for draw in draws) / len(draws)
            assert abs(share - percent / 100) < 0.025

    @pytest.mark.parametrize(
        "fact", [{"rehandles": 1}, {"red_cards": 1}, {"repeats": 1}, {"urgency": 2}, {"is_supervised": True}]
    )
    def test_these_are_always_visited(self, in_progress, cast, now, rate, fact: dict) -> None:
        rate(0)
        Appeal.objects.filter(pk=in_progress.pk).update(**fact)
        assert self.resolve(in_progress, cast, now).state == "resolved"

    def test_so_is_what_was_late(self, in_progress, cast, now, rate) -> None:
        rate(0)
        assert self.resolve(in_progress, cast, now + timedelta(days=30)).state == "resolved"

    def test_so_is_what_was_once_supervised(self, in_progress, cast, now, rate) -> None:
        rate(0)
        services.supervise(appeal_id=in_progress.pk, words="请查明原因并回复。", by=cast.dc, now=now)
        services.answer_supervision(appeal_id=in_progress.pk, answer="已安排维修，周五完成。", by=cast.ds, now=now)
        services.review_supervision(appeal_id=in_progress.pk, accept=True, by=cast.dc, now=now)
        assert self.resolve(in_progress, cast, now).state == "resolved"

    def test_so_is_what_was_handled_on_the_spot(self, registered, cast, now, rate) -> None:
        rate(0)
        appeal = registered(by=cast.cw)
        appeal = services.handle_on_the_spot(
            appeal_id=appeal.pk, result="当场修好门禁。", public_reply="门禁已修好。", by=cast.cw, now=now
        )
        assert appeal.state == "resolved"
