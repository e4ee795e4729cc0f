"""A change of category, urgency or kind restarts nothing: limits are counted anew from the same start, on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appeals import clocks, services
from appeals.models import Appeal, Assignment, Category
from appeals.services import Correction
from governance.deadlines.models import Clock, Firing
from governance.deadlines.sweeping import sweep

ILLEGAL, WATER, PLANNING = (
    "城乡建设/城乡规划/违章建筑", "城乡建设/城市建设和市政管理/自来水供应", "城乡建设/城乡规划",
)  # fmt: skip


@pytest.fixture
def correct(cast):
    """`correct(appeal, at, **facts)`: correct the facts; the appeal as it then stands."""

    def run(appeal: Appeal, at, **facts) -> Appeal:
        services.edit(appeal_id=appeal.pk, correction=Correction(**facts), by=cast.dc, now=at)
        return Appeal.objects.get(pk=appeal.pk)

    return run


def category(path: str) -> int:
    return Category.objects.get(path=path).pk


def running(appeal: Appeal) -> dict[str, Clock]:
    return {clock.kind: clock for clock in clocks.open_clocks(appeal)}


def entries(appeal: Appeal, *kinds: str) -> list[str]:
    return list(appeal.entries.filter(kind__in=kinds).order_by("pk").values_list("words", flat=True))


def test_the_limit_counts_anew_from_the_same_start_and_the_history_says_so(in_progress, correct, now) -> None:
    before = running(in_progress)["resolve"]
    later = now + timedelta(hours=2)
    appeal = correct(in_progress, later, handling_kind="complex")
    after = running(appeal)["resolve"]
    assert (after.pk, after.started_at, after.term["amount"]) == (before.pk, before.started_at, 15)
    assert after.due_at == clocks.limit(appeal, "resolve", before.started_at)
    assert (appeal.policy_version.policy.code, appeal.clock_kind, appeal.due_at) == ("complex", "resolve", after.due_at)
    told = entries(appeal, "edit", "policy_changed", "clock_moved")
    assert told[1] == "时限方案由“一般诉求”改为“复杂诉求”，各项时限从原来的起点重新计算。"
    assert [words[:6] for words in told[2:]] == ["办结时限由 "]


def test_a_change_within_the_same_policy_says_nothing_of_limits(in_progress, correct, now) -> None:
    version, due_at = in_progress.policy_version_id, in_progress.due_at
    appeal = correct(in_progress, now, urgency=1)
    assert (appeal.policy_version_id, appeal.due_at) == (version, due_at)
    assert entries(appeal, "policy_changed", "clock_moved") == []


def test_before_the_dispatch_the_dispatch_limit_follows(registered, correct, district, now) -> None:
    appeal = registered(unit_id=district.community_1.pk)
    later = now + timedelta(minutes=30)
    appeal = correct(appeal, later, category_id=category(WATER))
    dispatch = running(appeal)["dispatch"]
    assert dispatch.due_at == now + timedelta(hours=2)
    assert appeal.due_at == dispatch.due_at


def test_a_limit_that_was_missed_under_the_old_policy_stays_on_record(in_progress, correct, cast, now) -> None:
    services.contact(appeal_id=in_progress.pk, words="已与诉求人电话联系。", by=cast.ds, now=now)
    late = running(in_progress)["resolve"].due_at + timedelta(seconds=1)
    sweep(late)
    appeal = Appeal.objects.get(pk=in_progress.pk)
    assert (appeal.card, appeal.red_cards) == ("red", 1)
    appeal = correct(appeal, late, handling_kind="complex")
    assert (appeal.card, appeal.red_cards) == ("", 1)
    assert Firing.objects.filter(clock=running(appeal)["resolve"], action="red").count() == 1


def test_a_shorter_limit_that_has_passed_is_due_now(in_progress, correct, now) -> None:
    later = now + timedelta(days=2)
    appeal = correct(in_progress, later, handling_kind="enquiry")
    assert running(appeal)["resolve"].due_at == later.replace(microsecond=0)


def test_stages_come_with_the_category_counted_from_the_dispatch_and_go_with_it(in_progress, correct, now) -> None:
    later = now + timedelta(hours=1)
    appeal = correct(in_progress, later, category_id=category(ILLEGAL))
    stage = running(appeal)["stage_stop"]
    assert (stage.started_at, stage.unit_id) == (in_progress.first_dispatched_at, in_progress.lead_unit_id)
    assert "新的时限方案有“责令停工”环节" in entries(appeal, "clock_moved")[-3]
    appeal = correct(appeal, later, category_id=category(PLANNING))
    assert not [kind for kind in running(appeal) if kind.startswith("stage_")]
    assert "新的时限方案没有强制拆除时限，不再计时" in entries(appeal, "clock_moved")


def test_a_stage_that_was_noted_as_not_needed_does_not_come_back(in_progress, correct, cast, now) -> None:
    appeal = correct(in_progress, now, category_id=category(ILLEGAL))
    services.finish_stage(
        appeal_id=appeal.pk, stage="stage_stop", words="当事人已自行停工。", is_needed=False, by=cast.ds, now=now
    )
    appeal = correct(appeal, now, category_id=category(PLANNING))
    appeal = correct(appeal, now, category_id=category(ILLEGAL))
    assert sorted(kind for kind in running(appeal) if kind.startswith("stage_")) == ["stage_demolish", "stage_penalty"]


def test_the_window_for_a_return_follows(dispatched, correct, now) -> None:
    version = dispatched.policy_version
    assert version is not None
    appeal = correct(dispatched, now, category_id=category(WATER))
    window = running(appeal)["send_back_window"]
    assert Assignment.objects.get(pk=window.detail_id).send_back_until == window.due_at


def test_the_version_of_the_day_of_registration_counts(in_progress, correct, now) -> None:
    from governance.deadlines.models import Policy, PolicyVersion

    policy = Policy.objects.get(code="complex")
    terms = policy.versions.get().terms
    newer = terms | {"resolve": terms["resolve"] | {"amount": 30}}
    PolicyVersion.objects.create(policy=policy, number=2, effective_from=now + timedelta(hours=1), terms=newer)
    appeal = correct(in_progress, now + timedelta(days=1), handling_kind="complex")
    assert running(appeal)["resolve"].term["amount"] == 15
