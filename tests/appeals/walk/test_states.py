"""Every pair of states: what leads from one to the other does so, and no other step is let happen.

What is expected comes from workflow.md by way of `expected.LEADS`; that the application's own table says the same is
one test of its own.
"""

from __future__ import annotations

import inspect
from itertools import product

import pytest

from appeals import services
from appeals.models import Appeal
from appeals.services.visit import COMPLAINANT
from appeals.workflow import STATES, STEPS
from governance.errors import DomainError, IllegalState
from tests.appeals.walk.checking import problems_after
from tests.appeals.walk.expected import LEADS
from tests.appeals.walk.samples import SAMPLES
from tests.appeals.walk.scenes import SCENES, SITUATIONS, Case, World
from tests.appeals.walk.test_rights import expected_of
from tests.appeals.walk.ways import SCENE, WAYS, Way
from tests.walk.database import changed, fingerprint, undone
from tests.walk.people import PEOPLE

pytestmark = pytest.mark.django_db

ARROWS = [(state, step, to) for state, steps in LEADS.items() for step, ends in steps.items() for to in sorted(ends)]
# Who has the right to try: a step in the wrong state is refused for the state, whoever's turn it would be.
TRYING = {"handle_on_the_spot": "CW@community_1", "report_up": "SS@street_1"}


def way_of(state: str, step: str, to: str) -> Way:
    """The way that is written down, else the sample's own, by the first who may."""
    if (state, step, to) in WAYS:
        return WAYS[state, step, to]
    sample = SAMPLES[step]
    assert (SITUATIONS[sample.situation].state, sample.to) == (state, to), f"no way is known for {state} {step} {to}"
    return Way(next(who for who in PEOPLE if expected_of(step, SCENES[SCENE], who) is None), sample.situation)


@pytest.mark.parametrize(("state", "step", "to"), ARROWS, ids=[f"{a}-{step}-{b}" for a, step, b in ARROWS])
def test_leads_there(world: World, state: str, step: str, to: str) -> None:
    way = way_of(state, step, to)
    scene = SCENES[way.scene]
    case = Case(world, scene, world.appeal(scene, way.situation))
    with undone():
        way.prepare(case)
        appeal = Appeal.objects.get(pk=case.appeal.pk)
        assert appeal.state == state
        way.call(case, step)
        by = world.actor(way.person) if way.person else COMPLAINANT
        assert problems_after(appeal.pk, to=to, kind=step, by=by, revision=appeal.revision) == []


def test_the_applications_table_says_the_same() -> None:
    """Each step from each of its states to each of its ends; beside these a step may leave the state as it is."""
    claimed = {
        (state, name, to)
        for name, step in STEPS.items()
        for state in step.sources
        for to in step.targets or {state}
    }  # fmt: skip
    ours = set(ARROWS)
    assert claimed - ours == set()
    assert {arrow for arrow in ours - claimed if arrow[0] != arrow[2]} == set()
    assert {(state, name) for state, name, _ in ours} == {(state, name) for state, name, _ in claimed}


def test_every_pair_of_states_is_known() -> None:
    """64 pairs: those that no step joins are those that the design does not join."""
    assert set(LEADS) == set(STATES)
    joined = {(state, to) for state, _, to in ARROWS}
    may_join = {(state, to) for step in STEPS.values() for state, to in product(step.sources, step.targets)}
    assert may_join - joined == set()


@pytest.mark.parametrize("state", STATES)
def test_nothing_else_leads_anywhere(world: World, state: str) -> None:
    case = Case(world, SCENES[SCENE], world.appeal(SCENES[SCENE], state))
    steps = [name for name in SAMPLES if name not in LEADS[state]]
    people = {name: TRYING.get(name, "DC@district") for name in steps}
    values = {name: SAMPLES[name].values(case, people[name]) for name in steps}
    before = fingerprint()
    assert case.appeal.state == state
    found = [problem for name in steps for problem in _refused(name, case, people[name], values[name])]
    if "not_solved" not in LEADS[state]:
        with pytest.raises(IllegalState):
            services.complainant_unsatisfied(appeal_id=case.appeal.pk, words="问题没有解决。", now=case.now)
    assert found == []
    assert changed(before, fingerprint()) == []


def _refused(name: str, case: Case, person: str, values: dict) -> list[str]:
    try:
        case.call(SAMPLES[name].service, person, **values)
    except DomainError as refusal:
        return [] if type(refusal) is IllegalState else [f"{name}: {type(refusal).__name__} ({refusal.message})"]
    return [f"{name}: success"]


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "note"])
def test_a_page_opened_before_somebody_elses_step_changes_nothing(world: World, name: str) -> None:
    sample = SAMPLES[name]
    scene, person = next(
        (scene, who) for scene in SCENES.values() for who in PEOPLE if expected_of(name, scene, who) is None
    )
    case = Case(world, scene, world.appeal(scene, sample.situation))
    values = sample.values(case, person)
    before = fingerprint()
    assert "revision" in inspect.signature(sample.service).parameters
    with pytest.raises(IllegalState, match="别人已处理过"):
        case.call(sample.service, person, revision=case.appeal.revision - 1, **values)
    assert changed(before, fingerprint()) == []
