"""Every service in the states, and with the values, that refuse it: told in Chinese, and nothing has changed.

Who may not call it at all is told that, whatever the state: a state is for those to know who may see the thing.
"""

from __future__ import annotations

import re

import pytest

from tests.walk.database import changed, fingerprint, undone
from tests.walk.samples import SAMPLES
from tests.walk.sampling import Refused, Sample, World
from tests.walk.test_rights import OF_A_ROLE, PEOPLE, caller_of, refusals_of, refused

pytestmark = pytest.mark.django_db

CASES = [
    pytest.param(sample, case, id=f"{name}: {case.why}") for name, sample in SAMPLES.items() for case in sample.refused
]
SPOILT = [
    pytest.param(SAMPLES[name], case, id=f"{name}: {case.why}")
    for name in OF_A_ROLE for case in SAMPLES[name].refused if case.call is None
]  # fmt: skip


@pytest.mark.parametrize(("sample", "case"), CASES)
def test_refused(world: World, sample: Sample, case: Refused) -> None:
    with undone():
        by = world.actor(caller_of(sample))
        thing = sample.make(world, by)
        case.spoil(world, thing)
        before, call = fingerprint(), case.call or sample.call
        if case.error is None:
            assert call(world, thing, by) in (None, 0, thing)
        else:
            with pytest.raises(case.error, match=case.words) as told:
                call(world, thing, by)
            assert type(told.value) is case.error
            assert re.search("[一-鿿]", told.value.message)
        assert changed(before, fingerprint()) == []


@pytest.mark.parametrize(("sample", "case"), SPOILT)
def test_a_state_is_told_to_nobody_who_may_not_know(world: World, sample: Sample, case: Refused) -> None:
    with undone():
        thing = sample.make(world, world.actor(caller_of(sample)))
        case.spoil(world, thing)
        before = fingerprint()
        found = []
        for person in PEOPLE:
            if expected := refusals_of(sample, person):
                found += refused(world, sample, thing, person, expected)
        assert found == []
        assert changed(before, fingerprint()) == []
