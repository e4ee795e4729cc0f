"""Every service by everybody: who may succeeds and is on record, who may not is refused, and nothing has changed.

What is expected comes from rights.md by way of `expected.py`, and not from the tables that the application reads.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection

from governance.audit import actions
from governance.audit.models import Entry
from governance.errors import DomainError, NotAllowed, NotFound
from governance.scope import Actor
from tests.walk.database import changed, fingerprint, undone
from tests.walk.expected import ALSO, MAY, OWN, WHEREVER
from tests.walk.own import BEGUN
from tests.walk.people import BESIDE, UNITS, people_of
from tests.walk.samples import SAMPLES
from tests.walk.sampling import Sample, World

pytestmark = pytest.mark.django_db

PEOPLE = people_of(UNITS | BESIDE)
# The first of each role, for what is everybody's own.
ONE_OF_EACH = list({person[:2]: person for person in reversed(PEOPLE)}.values())
OF_A_ROLE = [name for name, sample in SAMPLES.items() if sample.name in MAY]
OF_ONES_OWN = [name for name, sample in SAMPLES.items() if sample.name in OWN]
# Those that are called with a thing that may be another's.
OF_A_PERSON = [name for name in OF_ONES_OWN if SAMPLES[name] not in BEGUN]
RECORD = "audit_entry"


def refusals_of(sample: Sample, person: str) -> tuple[type[DomainError], ...]:
    """What the person is refused with, one of these; nothing for who may."""
    may = MAY[sample.name].split()
    elsewhere = person.partition("@")[2] in BESIDE
    if person in may or (person[:2] in may and (not elsewhere or sample.name in WHEREVER)):
        return ()
    if person[:2] in may:
        return (sample.stranger,)
    if any(one.partition("@")[0] == person[:2] for one in may) or person[:2] in ALSO.get(sample.name, "").split():
        # The right, but for another place.
        return (NotAllowed, sample.stranger)
    # To who has no right at all, what lies in another district need not even be there.
    return (NotAllowed, NotFound) if elsewhere else (NotAllowed,)


def who_may(sample: Sample) -> list[str]:
    """Everybody who may."""
    return [person for person in PEOPLE if not refusals_of(sample, person)]


def caller_of(sample: Sample) -> str:
    """Somebody who may."""
    return who_may(sample)[0] if sample.name in MAY else "GW@grid_1"


def refused(
    world: World, sample: Sample, thing: Any, person: str, expected: tuple[type[DomainError], ...]
) -> list[str]:
    """What is wrong with the refusal; empty when it is as expected, and in Chinese."""
    try:
        sample.call(world, thing, world.actor(person))
    except DomainError as refusal:
        if type(refusal) not in expected:
            return [f"{person}: {type(refusal).__name__} ({refusal.message}), not {expected}"]
        return [] if re.search("[一-鿿]", refusal.message) else [f"{person}: {refusal.message!r} says nothing"]
    return [f"{person}: success, not {expected}"]


def succeeded(world: World, sample: Sample, thing: Any, by: Actor) -> None:
    """Call it, and look at what was told, what was changed, and what is on record: this, and nothing besides."""
    before, last = fingerprint(), Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    result = sample.call(world, thing, by)
    connection.check_constraints()
    rows = sample.rows(world, thing, result)
    new = Entry.objects.filter(pk__gt=last).order_by("pk")
    assert [(entry.action, entry.subject_type, entry.subject_id) for entry in new] == rows
    who = {(entry.user_id, entry.posting_id, entry.unit_id, entry.role) for entry in new}
    assert who <= {(by.user_id, by.posting_id, by.unit_id, by.role)}
    assert [entry.action for entry in new if actions.label_of(entry.action) == entry.action] == []
    assert bool(rows) != bool(sample.unrecorded)
    assert set(changed(before, fingerprint())) == set(sample.changes.split()) | ({RECORD} if rows else set())
    assert sample.then(world, thing, result)


@pytest.mark.parametrize("name", OF_A_ROLE)
def test_who_may_not(world: World, name: str) -> None:
    sample = SAMPLES[name]
    with undone():
        thing = sample.make(world, world.actor(caller_of(sample)))
        before = fingerprint()
        found = []
        # Nothing is undone in between: what any of them had changed would show.
        for person in PEOPLE:
            if expected := refusals_of(sample, person):
                found += refused(world, sample, thing, person, expected)
        assert found == []
        assert changed(before, fingerprint()) == []


@pytest.mark.parametrize("name", OF_A_ROLE)
def test_who_may(world: World, name: str) -> None:
    sample = SAMPLES[name]
    for person in who_may(sample):
        with undone():
            by = world.actor(person)
            succeeded(world, sample, sample.make(world, by), by)


@pytest.mark.parametrize("name", OF_ONES_OWN)
def test_everybody_may_with_their_own(world: World, name: str) -> None:
    sample = SAMPLES[name]
    for person in ONE_OF_EACH:
        with undone():
            by = world.actor(person)
            succeeded(world, sample, sample.make(world, by), by)


@pytest.mark.parametrize("name", OF_A_PERSON)
def test_nobody_may_with_anothers(world: World, name: str) -> None:
    sample, owner = SAMPLES[name], caller_of(SAMPLES[name])
    with undone():
        thing = sample.make(world, world.actor(owner))
        before = fingerprint()
        others = [person for person in PEOPLE if person != owner]
        found = [told for person in others for told in refused(world, sample, thing, person, (sample.stranger,))]
        assert found == []
        assert changed(before, fingerprint()) == []


def test_reading_all_reads_nobody_elses(world: World) -> None:
    sample = SAMPLES["governance.outbox.services.mark_all_read"]
    owner = caller_of(sample)
    with undone():
        thing = sample.make(world, world.actor(owner))
        before = fingerprint()
        assert {sample.call(world, thing, world.actor(person)) for person in PEOPLE if person != owner} == {0}
        assert changed(before, fingerprint()) == []
