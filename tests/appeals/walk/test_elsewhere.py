"""Services that are about no appeal, by everybody: success with its audit row, a refusal that changes nothing."""

from __future__ import annotations

import pytest

from governance.audit import actions
from governance.audit.models import Entry
from governance.errors import DomainError, IllegalState, NotAllowed, NotFound
from tests.appeals.walk.elsewhere import SAMPLES, Elsewhere
from tests.appeals.walk.expected import ELSEWHERE
from tests.appeals.walk.scenes import World
from tests.walk.database import changed, fingerprint, undone
from tests.walk.people import PEOPLE

pytestmark = pytest.mark.django_db


def who_may(name: str) -> list[str]:
    sample = SAMPLES[name]
    return [who for who in PEOPLE if who[:2] in ELSEWHERE[name].split() and (not sample.who or who in sample.who)]


def test_each_has_a_sample() -> None:
    assert set(SAMPLES) == set(ELSEWHERE)


@pytest.mark.parametrize("name", SAMPLES)
def test_who_may(world: World, name: str) -> None:
    sample = SAMPLES[name]
    may = who_may(name)
    with undone():
        thing = sample.make(world)
        before = fingerprint()
        found = [f"{who}: {told}" for who in PEOPLE if who not in may for told in _refused(world, sample, thing, who)]
        assert found == []
        assert changed(before, fingerprint()) == []
        for who in may:
            with undone():
                by, entries = world.actor(who), Entry.objects.count()
                sample.call(world, thing, by)
                more = Entry.objects.count() - entries
                told = set(Entry.objects.order_by("-pk").values_list("action", "user_id")[:more])
                assert (sample.action, by.user_id) in told
                assert actions.label_of(sample.action) != sample.action


def _refused(world: World, sample: Elsewhere, thing: object, who: str) -> list[str]:
    try:
        sample.call(world, thing, world.actor(who))
    except (NotAllowed, NotFound):
        return []
    except DomainError as refusal:
        return [f"{type(refusal).__name__} ({refusal.message})"]
    return ["success"]


@pytest.mark.parametrize("name", [name for name, sample in SAMPLES.items() if sample.spoil])
def test_in_a_state_that_refuses_it(world: World, name: str) -> None:
    sample = SAMPLES[name]
    with undone():
        thing = sample.make(world)
        sample.spoil(thing)
        before = fingerprint()
        with pytest.raises(IllegalState):
            sample.call(world, thing, world.actor(who_may(name)[0]))
        assert changed(before, fingerprint()) == []
