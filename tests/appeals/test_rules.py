"""Which policy an appeal follows, and open appeals under a new version of it."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appeals import clocks, services
from appeals.models import Appeal, Category, PolicyRule
from appeals.rules import Case, Rulebook, case_of
from appeals.services import adopt, policy_rules
from appeals.services.policy_rules import Conditions
from governance.audit.models import Entry
from governance.deadlines import adoption, policies
from governance.deadlines.models import Clock, Policy, PolicyVersion
from governance.deadlines.terms import Span, Terms, Unit
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.files import services as files
from governance.jobs import services as jobs
from governance.jobs.models import Job
from tests.files.crafted import picture, upload


@pytest.fixture
def evidence(cast, now):
    """A draft file of the department's staff."""
    draft = files.store(upload=upload("plan.jpg", picture()), kind="photo", by=cast.ds, now=now)
    return [draft.pk]


def policy(code: str) -> int:
    return Policy.objects.get(code=code).pk


def chosen(registered, **facts) -> str:
    return registered(**facts).policy_version.policy.code


class TestChoice:
    def test_urgency_channel_and_category_decide_the_nearest_first(self, registered, cast, now) -> None:
        main = Category.objects.get(path="城乡建设")
        leaf = Category.objects.filter(path__startswith="城乡建设/环境", level=3).first() or main

        def rule(code: str, **conditions) -> None:
            policy_rules.add_rule(conditions=Conditions(**conditions), policy_id=policy(code), by=cast.dc, now=now)

        assert chosen(registered, category_id=main.pk) == "ordinary"
        rule("utilities", channel="phone")
        assert chosen(registered) == "utilities"
        rule("life_safety", urgency=2)
        assert chosen(registered, urgency=2) == "life_safety"
        rule("complex", category_id=main.pk)
        assert chosen(registered, category_id=main.pk, urgency=2) == "complex"
        rule("enquiry", category_id=main.pk, urgency=2)
        assert chosen(registered, category_id=main.pk, urgency=2) == "enquiry"
        assert chosen(registered, category_id=leaf.pk, urgency=2) == "enquiry"

    def test_a_rule_is_kept_in_order(self, rules, cast, now) -> None:
        last = PolicyRule.objects.get(category=None, urgency=None, channel="", handling_kind="")
        with pytest.raises(IllegalState, match="必须保留"):
            policy_rules.remove_rule(rule_id=last.pk, by=cast.dc, now=now)
        with pytest.raises(InvalidInput, match="必须保留"):
            policy_rules.change_rule(
                rule_id=last.pk, conditions=Conditions(urgency=1), policy_id=last.policy_id, by=cast.dc, now=now
            )
        with pytest.raises(InvalidInput, match="完全相同"):
            policy_rules.add_rule(conditions=Conditions(), policy_id=last.policy_id, by=cast.dc, now=now)
        for bad in (Conditions(urgency=9), Conditions(channel="x"), Conditions(category_id=2**62)):
            with pytest.raises(InvalidInput):
                policy_rules.add_rule(conditions=bad, policy_id=last.policy_id, by=cast.dc, now=now)
        with pytest.raises(InvalidInput):
            policy_rules.add_rule(conditions=Conditions(urgency=1), policy_id=2**62, by=cast.dc, now=now)
        with pytest.raises(NotAllowed):
            policy_rules.add_rule(conditions=Conditions(urgency=1), policy_id=last.policy_id, by=cast.ss, now=now)
        with pytest.raises(NotFound):
            policy_rules.remove_rule(rule_id=2**62, by=cast.dc, now=now)
        made = policy_rules.add_rule(conditions=Conditions(urgency=1), policy_id=last.policy_id, by=cast.dc, now=now)
        policy_rules.remove_rule(rule_id=made.pk, by=cast.dc, now=now)
        actions = ["policy_rule.add", "policy_rule.remove"]
        assert list(Entry.objects.filter(action__in=actions).order_by("pk").values_list("action", flat=True)) == actions

    def test_without_any_rule_registering_says_what_to_do(self, registered) -> None:
        PolicyRule.objects.all().delete()
        with pytest.raises(IllegalState, match="时限规则"):
            registered()


# A tree of three levels: 1 above 2 above 3, and 4 beside them.
_LEVELS = {1: 1, 2: 2, 3: 3, 4: 1}
_LINES = {None: (), 1: (1,), 2: (2, 1), 3: (3, 2, 1), 4: (4,)}
_conditions = st.tuples(
    st.sampled_from([None, 1, 2, 3, 4]), st.sampled_from([None, 0, 2]), st.sampled_from(["", "phone", "grid"]),
    st.sampled_from(["", "ordinary", "complex"]),
)  # fmt: skip


def slow_choice(rules: list[PolicyRule], case: Case) -> PolicyRule:
    """Level by level from the case's own category upwards, then by what else is named, most first."""
    for category in (*case.categories, None):
        for named in ((1, 1, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)):
            for rule in rules:
                wanted = (
                    case.urgency if named[0] else None, case.channel if named[1] else "",
                    case.handling_kind if named[2] else "",
                )  # fmt: skip
                if rule.category_id == category and (rule.urgency, rule.channel, rule.handling_kind) == wanted:
                    return rule
    raise AssertionError


@given(wanted=st.sets(_conditions, max_size=25))
def test_the_rule_that_decides_is_the_one_that_a_search_level_by_level_finds(wanted) -> None:
    cases = [(None, None, "", ""), *sorted(wanted - {(None, None, "", "")}, key=repr)]
    rules = []
    for number, (category, urgency, channel, kind) in enumerate(cases, start=1):
        node = Category(pk=category, level=_LEVELS[category]) if category else None
        rules.append(PolicyRule(pk=number, category=node, urgency=urgency, channel=channel, handling_kind=kind))
    book = Rulebook(rules)
    for line, urgency, channel, kind in product(
        _LINES.values(), (0, 1, 2), ("phone", "grid", "walk"), ("ordinary", "complex", "enquiry")
    ):
        case = Case(line, urgency, channel, kind)
        assert book.rule_for(case).pk == slow_choice(rules, case).pk


class TestAdoption:
    @pytest.fixture
    def newer(self, in_progress, cast, now) -> PolicyVersion:
        """The appeal's policy with 9 working days, from now on."""
        old = in_progress.policy_version
        terms = Terms({**Terms.parse(old.terms).by_kind})
        longer = terms["resolve"].as_data() | Span(9, Unit.WORKING_DAYS).as_data()
        return policies.add_version(
            policy_id=old.policy_id, terms=Terms.parse({**terms.as_data(), "resolve": longer}), effective_from=None,
            note="会议纪要", by=cast.dc, now=now,
        )  # fmt: skip

    def test_an_open_appeal_keeps_its_version_until_somebody_decides(self, in_progress, newer, cast, now) -> None:
        assert Appeal.objects.get().policy_version_id != newer.pk
        assert adoption.waiting(newer) == 1
        effect = adoption.preview(newer.policy, Terms.parse(newer.terms), now)
        assert (effect.later, effect.earlier) == (1, 0)
        assert adopt.adopt([in_progress.pk], newer, cast.dc, now) == 1
        appeal = Appeal.objects.get()
        resolve = Clock.objects.get(subject_id=appeal.pk, kind="resolve")
        assert (appeal.policy_version_id, resolve.policy_version_id) == (newer.pk, newer.pk)
        assert resolve.due_at == clocks.limit(appeal, "resolve", in_progress.first_dispatched_at)
        words = list(appeal.entries.order_by("-pk").values_list("words", flat=True)[:2])
        assert words[1].startswith("时限方案“一般诉求”换用第 2 版")
        assert words[0].startswith("办结时限由 ")
        assert Entry.objects.filter(action="appeal.policy_adopted", subject_id=appeal.pk).count() == 1
        # What was shown before is what happened; and a second time there is nothing to do.
        assert resolve.due_at == effect.examples[0].new_due_at
        assert adopt.adopt([in_progress.pk], newer, cast.dc, now) == 0

    def test_a_shelved_appeal_keeps_its_review_and_gets_the_new_rest(
        self, in_progress, newer, cast, evidence, now
    ) -> None:
        services.ask_shelving(
            appeal_id=in_progress.pk, kind="policy", reason="等待上级出台电梯更新补助办法。",
            review_on=(now + timedelta(days=20)).date(), by=cast.ds, now=now,
            attachment_ids=evidence,
        )  # fmt: skip
        services.decide_shelving(appeal_id=in_progress.pk, grant=True, words="同意挂账。", by=cast.dc, now=now)
        review = Clock.objects.get(kind="shelve_review")
        assert adopt.adopt([in_progress.pk], newer, cast.dc, now) == 1
        paused = Clock.objects.get(kind="resolve", state="paused")
        assert paused.term["amount"] == 9
        assert Clock.objects.get(kind="shelve_review").due_at == review.due_at

    def test_in_the_background_and_refused_to_others(self, in_progress, newer, cast, now) -> None:
        with pytest.raises(NotAllowed):
            policies.apply_version(policy_id=newer.policy_id, by=cast.ss, now=now)
        with pytest.raises(NotAllowed):
            adopt.adopt([in_progress.pk], newer, cast.ss, now)
        job = policies.apply_version(policy_id=newer.policy_id, by=cast.dc, now=now)
        assert jobs.run(job_id=job.pk, now=now)
        assert "1 件" in Job.objects.get(pk=job.pk).message
        with pytest.raises(IllegalState, match="不需要换用"):
            policies.apply_version(policy_id=newer.policy_id, by=cast.dc, now=now)


def test_the_case_of_an_appeal_is_its_line_of_categories(rules) -> None:
    leaf = Category.objects.get(path="城乡建设/城乡规划/违章建筑")
    case = case_of(leaf, urgency=0, channel="phone", handling_kind="ordinary")
    assert [Category.objects.get(pk=pk).path for pk in case.categories] == [
        "城乡建设/城乡规划/违章建筑", "城乡建设/城乡规划", "城乡建设",
    ]  # fmt: skip
