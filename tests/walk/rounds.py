"""What is open to see of points, a member's own pages, and rounds 创先争优: samples for the walk of services."""

from __future__ import annotations

from points.rounds.statements import services as statements
from points.rounds.statements.periods import Period
from tests.walk.residents import _household, _person
from tests.walk.sampling import MADE, TODAY, WALKED, Sample

_PERIOD = Period(MADE.date(), TODAY)
_LOOK = "a look changes nothing, in whatever state somebody is"

STATEMENTS = [
    Sample(
        statements.look_at_person,
        lambda world, person, by: statements.look_at_person(person_id=person.pk, period=_PERIOD, by=by, now=WALKED),
        changes="",
        then=lambda world, person, result: result.pk == person.pk,
        rows=lambda world, person, result: [("points.statement_read", "members.person", person.pk)],
        make=_person,
        harmless=_LOOK,
    ),
    Sample(
        statements.look_at_household,
        lambda world, one, by: statements.look_at_household(household_id=one.pk, period=_PERIOD, by=by, now=WALKED),
        changes="",
        then=lambda world, one, result: result.pk == one.pk,
        rows=lambda world, one, result: [("points.statement_read", "members.household", one.pk)],
        make=_household,
        harmless=_LOOK,
    ),
]
SAMPLES: list[Sample] = [*STATEMENTS]
