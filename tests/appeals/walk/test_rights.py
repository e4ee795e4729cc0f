"""Every service by everybody: who may succeeds, who may not is refused, and then nothing at all has changed.

What is expected comes from rights.md by way of `expected.py`, and not from the tables that the application reads.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from governance.errors import DomainError, IllegalState, NotAllowed, NotFound
from tests.appeals.walk.checking import problems_after
from tests.appeals.walk.expected import RULES, SEES_ITS_TERRITORY
from tests.appeals.walk.samples import SAMPLES
from tests.appeals.walk.scenes import SCENES, SITUATIONS, Case, Scene, World, sees, standings
from tests.walk.database import changed, fingerprint, undone
from tests.walk.people import PEOPLE

pytestmark = pytest.mark.django_db


def expected_of(name: str, scene: Scene, person: str) -> type[DomainError] | None:
    """None for who may; NotFound for who does not see the appeal; NotAllowed for all others."""
    sample = SAMPLES[name]
    situation = SITUATIONS[sample.situation]
    if not sees(scene, situation, person, SEES_ITS_TERRITORY):
        return NotFound
    standing = standings_for(name, scene, person)
    if not RULES[name].allows(person[:2], standing):
        return NotAllowed
    return IllegalState if sample.makes_no_sense_for in standing else None


def standings_for(name: str, scene: Scene, person: str) -> set[str]:
    """How the person stands to the appeal, and to the request or the visit that the step is about."""
    unit = person.partition("@")[2]
    found = standings(scene, SITUATIONS[SAMPLES[name].situation], person)
    decider = {"decide_extension": scene.lengthens, "decide_shelving": scene.shelves}.get(name)
    found |= {"decider"} if unit == decider else set()
    found |= {"district_centre"} if person == "DC@district" else set()
    return found | ({"visitor"} if found & {"desk", "above"} and unit != scene.lead else set())


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
@pytest.mark.parametrize("name", SAMPLES)
def test_who_may(world: World, name: str, scene: Scene) -> None:
    sample = SAMPLES[name]
    case = Case(world, scene, world.appeal(scene, sample.situation))
    values = {person: sample.values(case, person) for person in PEOPLE}
    expected = {person: expected_of(name, scene, person) for person in PEOPLE}
    refused = {person: kind for person, kind in expected.items() if kind is not None}
    found = []
    before = fingerprint()
    # Nothing is undone in between: what any of them had changed would show.
    for person, kind in refused.items():
        found += _refusal(partial(case.call, sample.service, person, **values[person]), kind, person)
    assert found == []
    assert changed(before, fingerprint()) == []
    for person in expected.keys() - refused.keys():
        with undone():
            found += [f"{person}: {problem}" for problem in _success(case, name, person, values[person])]
    assert found == []


def _refusal(call: partial, expected: type[DomainError], person: str) -> list[str]:
    try:
        call()
    except DomainError as refusal:
        told = type(refusal)
        return [] if told is expected else [f"{person}: {told.__name__} ({refusal.message}), not {expected.__name__}"]
    return [f"{person}: success, not {expected.__name__}"]


def _success(case: Case, name: str, person: str, values: dict[str, Any]) -> list[str]:
    sample, by = SAMPLES[name], case.world.actor(person)
    try:
        case.call(sample.service, person, **values)
    except DomainError as refusal:
        return [f"{type(refusal).__name__} ({refusal.message}), not a success"]
    to = sample.leads_to(standings_for(name, case.scene, person))
    return problems_after(case.appeal.pk, to=to, kind=sample.kind, by=by, revision=case.appeal.revision)


def test_every_rule_is_somebodys() -> None:
    """Each step succeeds for somebody in some scene: a rule that lets nobody through would prove nothing."""
    may = {name for name in SAMPLES for scene in SCENES.values() for who in PEOPLE if not expected_of(name, scene, who)}
    assert may == set(SAMPLES)
