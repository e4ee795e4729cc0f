"""The table of steps, walked: every step from every state by every role, against the table and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from itertools import product

import pytest

from accounts.rights import RIGHTS
from appeals import services
from appeals.models import Appeal
from appeals.services._run import check
from appeals.standing import stands
from appeals.workflow import STATES, STEPS
from governance.errors import IllegalState, NotAllowed
from governance.scope import Actor

ROLES = ["dl", "dc", "sl", "ss", "cs", "cw", "gw", "pg", "ds", "au", "se", "sy"]


def test_every_state_can_be_left_or_is_an_end() -> None:
    left = {source for step in STEPS.values() for source in step.sources if step.targets - {source}}
    assert set(STATES) - left == {"rejected"}
    entered = {target for step in STEPS.values() for target in step.targets} | {"registered"}
    assert set(STATES) - entered == set()


def test_every_step_names_a_right_that_exists() -> None:
    assert {step.right for step in STEPS.values()} <= set(RIGHTS)


@pytest.fixture
def in_state(registered: Callable[..., Appeal], dispatched: Appeal) -> Callable[[str], Appeal]:
    """An appeal that claims a state (not saved): what is checked reads the state alone."""

    def make(state: str) -> Appeal:
        dispatched.state = state
        return dispatched

    return make


def test_no_role_has_the_complainants_own_word() -> None:
    assert RIGHTS[STEPS["not_solved"].right] == frozenset()


WHO_MAY = {"supervise": {"dl", "dc"}, "answer_supervision": {"ds"}, "review_supervision": {"dl", "dc"}}


@pytest.mark.parametrize(
    ("name", "order"), [("supervise", ""), ("answer_supervision", "open"), ("review_supervision", "answered")]
)
def test_who_may_take_the_steps_of_a_supervision_order(in_progress, cast, now, name: str, order: str) -> None:
    """Of an appeal that a department leads; the order, where there is one, is the district's."""
    if order:
        services.supervise(appeal_id=in_progress.pk, words="请查明原因并回复。", by=cast.dc, now=now)
    if order == "answered":
        services.answer_supervision(appeal_id=in_progress.pk, answer="已安排维修，周五完成。", by=cast.ds, now=now)
    in_progress.refresh_from_db()
    may = {role for role in ROLES if _may(name, in_progress, getattr(cast, role))}
    assert may == WHO_MAY[name]


def _may(name: str, appeal: Appeal, by: Actor) -> bool:
    try:
        check(STEPS[name], appeal, by)
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("name", STEPS)
def test_every_pair_of_state_and_role(in_state, cast, name: str) -> None:
    step = STEPS[name]
    for state, role in product(STATES, ROLES):
        actor, appeal = getattr(cast, role), in_state(state)
        if actor.role not in RIGHTS[step.right]:
            with pytest.raises(NotAllowed):
                check(step, appeal, actor)
        elif state not in step.sources:
            with pytest.raises(IllegalState):
                check(step, appeal, actor)
        else:
            # State and right are there: what remains is the standing of the unit.
            with nullcontext() if stands(step.who, appeal, actor) else pytest.raises(NotAllowed):
                check(step, appeal, actor)
