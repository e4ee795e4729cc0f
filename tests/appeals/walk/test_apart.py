"""Services that the samples do not fit: registering, many at once, looking at a number, and those without a state."""

from __future__ import annotations

import pytest

from appeals import services
from appeals.models import Appeal, AppealEntry, Assignment
from appeals.workflow import STATES
from governance.audit.models import Entry
from governance.errors import InvalidInput, NotAllowed, NotFound
from tests.appeals.conftest import new_appeal
from tests.appeals.walk.checking import problems_after
from tests.appeals.walk.expected import ELSEWHERE, REGISTERS, RULES, SEES_ITS_TERRITORY
from tests.appeals.walk.samples import SAMPLES, WALKED_APART
from tests.appeals.walk.scenes import SCENES, SITUATIONS, WALKED, WORDS, Case, World, sees, standings
from tests.walk.collecting import public_functions, takes_by_keyword
from tests.walk.database import changed, fingerprint, undone
from tests.walk.people import PEOPLE

pytestmark = pytest.mark.django_db


def _write_services() -> set[str]:
    """Every public function of the package that writes: with keyword-only `by` and `now`, none of it private."""
    return {name for name, function in public_functions("appeals") if takes_by_keyword(function, "by", "now")}


def test_every_service_has_a_sample() -> None:
    """A service that nobody wrote a sample for fails here; so does a sample whose service is gone."""
    sampled = {f"{sample.service.__module__}.{sample.service.__name__}" for sample in SAMPLES.values()}
    apart = set(WALKED_APART) - {"appeals.services.visit.complainant_unsatisfied"}
    assert _write_services() == sampled | apart | set(ELSEWHERE)


def test_every_state_can_be_made(world: World) -> None:
    """Each state has a situation of its name, in every scene."""
    for scene in SCENES.values():
        assert {state: world.appeal(scene, state).state for state in STATES} == {state: state for state in STATES}


def test_every_rule_has_a_service() -> None:
    assert set(RULES) == set(SAMPLES) | {"dispatch_many", "reveal"}


def test_who_may_register(world: World) -> None:
    new = new_appeal(unit_id=world.id_of("grid_1"))
    may = [person for person in PEOPLE if person[:2] in REGISTERS.split()]
    before = fingerprint()
    for person in set(PEOPLE) - set(may):
        with pytest.raises(NotAllowed):
            services.register(new=new, by=world.actor(person), now=WALKED)
    assert changed(before, fingerprint()) == []
    for person in may:
        with undone():
            by = world.actor(person)
            made = services.register(new=new, by=by, now=WALKED)
            assert problems_after(made.pk, to="registered", kind="register", by=by, revision=0) == []


SPOT = {"result": "当场修好门禁。", "public_reply": "门禁已修好。"}


def test_who_may_register_what_is_done_already(world: World) -> None:
    for person in PEOPLE:
        with undone():
            by, may = world.actor(person), person[:2] in RULES["handle_on_the_spot"].roles.split()
            new = new_appeal(unit_id=world.id_of("grid_1"), **SPOT)
            if not may:
                with pytest.raises(NotAllowed):
                    services.register(new=new, by=by, now=WALKED)
                continue
            made = services.register(new=new, by=by, now=WALKED)
            assert problems_after(made.pk, to="resolved", kind="register", by=by, revision=0) == []


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_many_at_once_are_refused_one_by_one(world: World, scene) -> None:
    appeal = world.appeal(scene, "registered")
    before, may = fingerprint(), []
    for person in PEOPLE:
        if RULES["dispatch_many"].allows(person[:2], standings(scene, SITUATIONS["registered"], person)):
            may.append(person)
            continue
        by, seen = world.actor(person), sees(scene, SITUATIONS["registered"], person, SEES_ITS_TERRITORY)
        results = services.dispatch_many(appeal_ids=[appeal.pk], to_unit_id=by.unit_id, by=by, now=WALKED)
        assert [bool(result.problem) for result in results] == ([True] if seen else [])
    assert changed(before, fingerprint()) == []
    for person in may:
        with undone():
            by = world.actor(person)
            results = services.dispatch_many(appeal_ids=[appeal.pk], to_unit_id=by.unit_id, by=by, now=WALKED)
            assert [result.problem for result in results] == [""]
            assert problems_after(appeal.pk, to="dispatched", kind="dispatch", by=by, revision=appeal.revision) == []


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_many_are_merged_or_refused_one_by_one(world: World, scene) -> None:
    """Whoever may merge one may merge many; whoever sees one and may not is told so for each."""
    case = Case(world, scene, world.appeal(scene, "registered"))
    parent, ids = case.other(), [case.appeal.pk]
    before, may = fingerprint(), []
    for person in PEOPLE:
        by = world.actor(person)
        if RULES["merge"].allows(person[:2], standings(scene, SITUATIONS["registered"], person)):
            may.append(person)
            continue
        with undone():
            try:
                _, results = services.merge_many(appeal_ids=ids, into_id=parent, by=by, now=WALKED)
            except InvalidInput:
                continue
            assert [bool(result.problem) for result in results] == [True], person
    assert changed(before, fingerprint()) == []
    for person in may:
        with undone():
            by = world.actor(person)
            _, results = services.merge_many(appeal_ids=ids, into_id=parent, by=by, now=WALKED)
            assert [result.problem for result in results] == [""]
            assert problems_after(ids[0], to="merged", kind="merge", by=by, revision=case.appeal.revision) == []


# Whose the number is, by situation: "staff of the unit it lies with and the visitor".
LOOKS = {
    "registered": "desk above", "dispatched": "lead helper", "in_progress": "lead helper", "shelved": "lead helper",
    "resolved": "desk above", "closed": "", "merged": "", "rejected": "",
}  # fmt: skip


@pytest.mark.parametrize("situation", LOOKS)
@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_who_may_see_the_number(world: World, scene, situation: str) -> None:
    appeal, roles = world.appeal(scene, situation), RULES["reveal"].roles.split()
    ask = {"appeal_id": appeal.pk, "field": "phone", "reason": "联系诉求人", "now": WALKED}
    for person in PEOPLE:
        by = world.actor(person)
        seen = sees(scene, SITUATIONS[situation], person, SEES_ITS_TERRITORY)
        stands = standings(scene, SITUATIONS[situation], person) & set(LOOKS[situation].split())
        with undone():
            if seen and person[:2] in roles and stands:
                assert services.reveal(by=by, **ask) == "13812344080", person
                look = Entry.objects.latest("pk")
                assert (look.action, look.user_id, look.reason) == ("privacy.read", by.user_id, "联系诉求人")
                assert AppealEntry.objects.filter(appeal=appeal, kind="reveal", user_id=by.user_id).count() == 1
                assert Appeal.objects.get(pk=appeal.pk).revision == appeal.revision
            else:
                entries = Entry.objects.count()
                with pytest.raises(NotAllowed if seen else NotFound):
                    services.reveal(by=by, **ask)
                assert Entry.objects.count() == entries


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_a_helper_may_become_the_lead(world: World, scene) -> None:
    """Its helping part ends then: every unit has one part, which the database would insist on less kindly."""
    with undone():
        case = Case(world, scene, world.appeal(scene, "in_progress"))
        case.call(services.transfer, scene.dispatcher, to_unit_id=world.id_of(scene.helper), words=WORDS)
        _leads_now(case, "transfer", scene.dispatcher, scene.helper)


def test_a_helper_below_the_lead_may_become_it(world: World) -> None:
    scene = SCENES["street_to_community"]
    with undone():
        case = Case(world, scene, world.appeal(scene, "in_progress"))
        case.call(services.add_assisting, scene.dispatcher, unit_ids=[world.id_of("grid_3")])
        case = Case(world, scene, Appeal.objects.get(pk=case.appeal.pk))
        case.call(services.pass_down, scene.handler, to_unit_id=world.id_of("grid_3"))
        _leads_now(case, "pass_down", scene.handler, "grid_3")


def _leads_now(case: Case, kind: str, person: str, unit: str) -> None:
    by = case.world.actor(person)
    revision = case.appeal.revision
    assert problems_after(case.appeal.pk, to="dispatched", kind=kind, by=by, revision=revision) == []
    parts = Assignment.objects.filter(appeal=case.appeal, unit_id=case.world.id_of(unit)).order_by("pk")
    assert [(part.part, part.ended_how) for part in parts] == [("assisting", "transferred"), ("lead", "")]
