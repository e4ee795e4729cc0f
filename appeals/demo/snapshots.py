"""A few snapshot reports 随手拍 of residents and couriers that were handled and closed, and the points for them.

Every step is taken through the services, so points follow by the rules, as in life. After the people and the budgets.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from appeals.demo.past import Cast, client_key
from appeals.demo.present import Line
from appeals.demo.story import Story, tell
from appeals.models import Appeal
from governance.errors import DomainError
from governance.privacy import open_sealed
from grids.models import Unit
from members import identity
from members.models import Courier, Person
from points.earning import settling
from points.models import Claim

REPORTS, CHANNEL = 24, "snapshot"
# Far behind the numbers of the other stories.
_FIRST = 9_000_000
# How long after the report each step comes.
_STEPS = (
    ("register", timedelta()), ("dispatch", timedelta(hours=1)), ("accept", timedelta(hours=3)),
    ("resolve", timedelta(hours=22)), ("visit", timedelta(hours=28)),
)  # fmt: skip


def fill(*, now: datetime, progress: Callable[[int], Any] = lambda n: None) -> None:
    """Play them, and decide what they earned; what an earlier, killed run has done is refused and passed over."""
    grids = {unit.pk: unit for unit in Unit.objects.open().filter(kind="grid").select_related("street", "community")}
    cast = Cast.read(now)
    for number, person in enumerate(_reporters(), start=_FIRST):
        story = _story(number, person, grids[person.grid_id or 0])
        if not Appeal.objects.filter(client_key=client_key(number)).exists():
            _play(Line(story, cast), now - timedelta(days=2 + number % 9, hours=number % 5))
        progress(1)
    for claim_id in Claim.objects.filter(kind="snapshot", state="waiting").order_by("pk").values_list("pk", flat=True):
        with suppress(DomainError):
            settling.settle(claim_id=claim_id, now=now)


def _reporters() -> Iterator[Person]:
    """Couriers and residents whose number is theirs alone, from communities all over the district."""
    rows = Person.objects.here().exclude(grid=None).exclude(phone_sealed="").defer("search")
    couriers = list(rows.filter(pk__in=Courier.objects.open().values("person")).order_by("pk")[: REPORTS // 2])
    places = Unit.objects.open().filter(kind="community").order_by("code").values_list("pk", flat=True)
    rest = rows.exclude(pk__in=[courier.pk for courier in couriers]).order_by("pk")
    others = (rest.filter(community=pk).first() for pk in places[:60:3])
    found = 0
    for person in [*couriers, *(one for one in others if one is not None)]:
        same = Person.objects.filter(phone_index=person.phone_index, district_id=person.district_id)
        if found < REPORTS and same.count() == 1:
            found += 1
            yield person


def _story(number: int, person: Person, grid: Unit) -> Story:
    """Of a matter that the street's own line handles, where the person lives, under their own number."""
    told = next(story for place in count(number * 40) if not (story := tell(place, [grid])).goes_to_department)
    phone = open_sealed(person.phone_sealed, context=identity.phone_context(person))
    return replace(
        told, number=number, channel=CHANNEL, complainant=person.name, phone=phone, luck=random.Random(number)
    )


def _play(line: Line, at: datetime) -> None:
    for step, after in _STEPS:
        with suppress(DomainError):
            getattr(line, step)(at + after)
