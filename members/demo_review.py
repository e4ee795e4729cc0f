"""What waits for the communities of the demo: grid workers' proposals, and people who were put on record twice."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import Posting
from governance import privacy
from governance.scope import Role, place_of
from grids.models import Unit
from members import identity, proposing
from members.models import Person, Proposal, Stay
from members.services.persons import Facts

_NOTES = ("独居，子女在外地", "行动不便", "常年在外务工", "夜班，白天不便入户", "养犬一只")
_WORDS = ("入户走访时了解到", "邻居反映，已电话核实", "本人来电说明", "")
_TOWNS = ("哈尔滨市道里区", "大连市甘井子区", "绥化市北林区", "北京市昌平区")
_REFUSED = ("已电话核实，情况不属实", "本人称暂不迁出", "请补充迁往的地址后再报")
# One grid in so many has somebody on record twice.
_TWICE, _DRAWN_FROM = 6, 40


def fill(*, now: datetime, progress: Callable[[int], Any] = lambda n: None) -> None:
    """Put proposals of the last two weeks into most grids, and a second record of somebody into some; once."""
    if Proposal.objects.exists():
        return
    workers = {
        posting.unit_id: posting
        for posting in Posting.objects.filter(role=Role.GRID_WORKER, ends_on=None).select_related("user")
    }
    first, heads, asked = _first_of_grids(), _heads(), []
    with transaction.atomic(durable=True):
        for place, grid in enumerate(Unit.objects.open().filter(kind="grid").order_by("code")):
            rng = random.Random(f"review-{grid.code}")
            people = first[grid.pk]
            if people and grid.pk in workers:
                more = list(_propose(rng, people, heads, workers[grid.pk], now))
                asked += more
                progress(len(more))
            if people and place % _TWICE == 0:
                _second(rng, Person.objects.defer("search").get(pk=rng.choice(people)), now)
        Proposal.objects.bulk_create(asked, batch_size=500)


def _first_of_grids() -> dict[int, list[int]]:
    """Some people of each grid, from whom those that are asked about are drawn."""
    first: dict[int, list[int]] = defaultdict(list)
    here = Person.objects.here().filter(grid__isnull=False).order_by("pk").values_list("grid_id", "pk")
    for grid_id, pk in here.iterator(chunk_size=10_000):
        if len(first[grid_id]) < _DRAWN_FROM:
            first[grid_id].append(pk)
    return first


def _heads() -> set[int]:
    """Who is head would have to name the next one."""
    return set(Stay.objects.filter(until_on=None, relation="head").values_list("person_id", flat=True))


def _propose(
    rng: random.Random, people: list[int], heads: set[int], by: Posting, now: datetime
) -> Iterator[Proposal]:  # fmt: skip
    drawn = rng.sample(people, min(len(people), rng.choice((0, 1, 1, 2))))
    found = Person.objects.defer("search").in_bulk(drawn)
    for pk in drawn:
        yield _proposal(rng, found[pk], by, now - timedelta(hours=rng.randint(3, 14 * 24)), leads=pk in heads)


def _proposal(rng: random.Random, person: Person, by: Posting, at: datetime, *, leads: bool) -> Proposal:
    kind = "change" if leads else rng.choice(("change", "moved", "died" if _is_old(person, at) else "change"))
    made = Proposal(
        kind=kind, person=person, revision=person.revision, subject=person.name, words=rng.choice(_WORDS),
        seal_key=uuid.UUID(int=rng.getrandbits(128), version=4), proposed_by_user=by.user_id,
        proposed_by_name=by.user.name, proposed_at=at, **place_of(person),
    )  # fmt: skip
    if kind == "change":
        phone = f"1{rng.choice('3578')}{rng.randrange(10**9):09d}" if rng.random() < 0.4 else None
        proposing.put_change(made, Facts(notes=rng.choice(_NOTES), phone=phone))
    else:
        to = rng.choice(_TOWNS) if kind == "moved" else ""
        day = (at - timedelta(days=rng.randint(1, 9))).date()
        made.content = {"on": day.isoformat(), "to": to, "new_head_id": None, "new_head": ""}
    if rng.random() < 0.3:
        made.state, made.answer = "refused", rng.choice(_REFUSED)
        made.decided_by_name, made.decided_at = "社区工作者", at + timedelta(hours=rng.randint(1, 2))
    return made


def _is_old(person: Person, at: datetime) -> bool:
    return person.born_on is not None and at.year - person.born_on.year >= 70


def _second(rng: random.Random, person: Person, now: datetime) -> None:
    """Registered again by somebody who did not look: the same name and phone, no identity number, no home."""
    if not person.phone_sealed:
        return
    again = Person(
        seal_key=uuid.UUID(int=rng.getrandbits(128), version=4), made_at=now, changed_at=now, residence="resident",
        notes=rng.choice(_NOTES), **place_of(person),
    )  # fmt: skip
    identity.set_name(again, person.name)
    identity.set_phone(again, privacy.open_sealed(person.phone_sealed, context=identity.phone_context(person)))
    again.save()
