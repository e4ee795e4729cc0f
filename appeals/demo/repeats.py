"""Repeats of the demo: what people at the district's desk have marked, and one matter that many came with."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from accounts.acting import actor_of
from accounts.demo import USERNAMES
from accounts.models import User
from appeals.demo.texts import MATTERS
from appeals.models import Appeal, RepeatMark
from appeals.repeats.grouping import MASS_PEOPLE
from appeals.repeats.scanning import likeliest
from appeals.services import repeats
from governance.errors import DomainError
from governance.scope import Actor, Role

# Of the newest so many are looked at, and one in so many of what is likely is marked: the rest waits for a person.
_LOOKED_AT, _MARKED = 240, 2


def mark(now: datetime) -> None:
    """Mark them, unless an earlier run has."""
    if RepeatMark.objects.exists():
        return
    by = actor_of(User.objects.get(username=USERNAMES[Role.DISTRICT_CENTRE]), now=now)
    _many(by, now)
    newest = Appeal.objects.filter(parent=None).order_by("-registered_at", "-pk")[:_LOOKED_AT]
    for appeal in list(newest)[::_MARKED]:
        found = likeliest(appeal, by)
        if found is not None:
            _mark(appeal, found.appeal, by, now, found.score)


def _many(by: Actor, now: datetime) -> None:
    """What most people of one street came with in the last two months, marked as one."""
    lately = Appeal.objects.filter(registered_at__gte=now - timedelta(days=60), parent=None).exclude(street=None)
    crowds: dict[tuple[int | None, str], list[Appeal]] = {}
    for appeal in lately.defer("content", "search").order_by("registered_at", "pk"):
        crowds.setdefault((appeal.street_id, _matter_of(appeal.title)), []).append(appeal)
    crowds = {key: rows for key, rows in crowds.items() if key[1]}
    crowd = max(crowds.values(), key=len, default=[])[: MASS_PEOPLE + 2]
    for appeal in crowd[1:]:
        _mark(appeal, crowd[0], by, now, None)


def _matter_of(title: str) -> str:
    """What is left of a title without its place; "" for a matter that has none."""
    endings = (matter.title.removeprefix("{place}") for matter in MATTERS if matter.title.startswith("{place}"))
    return next((ending for ending in endings if title.endswith(ending)), "")


def _mark(appeal: Appeal, earlier: Appeal, by: Actor, now: datetime, score: int | None) -> None:
    with suppress(DomainError):
        repeats.mark_repeat(
            appeal_id=appeal.pk, earlier_id=earlier.pk, score=score, suggested=score is not None, by=by, now=now
        )
