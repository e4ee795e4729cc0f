"""Appeals that may be the same matter, each with a score and with the reasons in words.

Three look-ups, each by an index and each bounded, however common phone, place or words are: the newest of the same
phone or identity number; the newest of the same grid (or community); and those that share a rare piece of the text, or
a rare pair.
Their rows are compared in Python. Source: workflow.md, "Repeat, mass and merged appeals"; ADR 74.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

from appeals import selectors
from appeals.models import Appeal, RepeatMark
from appeals.querysets import AppealQuerySet
from appeals.repeats.common import rare
from appeals.workflow import MERGED, OPEN
from governance import search
from governance.scope import Actor

# Below, nothing is shown; from STRONG on, two appeals are taken for the same until a person says otherwise.
SHOWN, STRONG = 30, 70
_SAME_PERSON, _SAME_CATEGORY, _ALL_WORDS = 50, 12, 60
_SAME_GRID, _SAME_COMMUNITY = 15, 8
# Metres → points; within the first a reader may take it for the same spot.
_NEAR = ((50, 25), (200, 15))
_LEAST_ALIKE = 0.3
# How many rows each look-up hands over to be compared, and how many a rare piece may have in the index.
_OF_PERSON, _OF_PLACE, _OF_WORDS, _INDEXED = 50, 200, 200, 2_000
_COMPARED_CHARACTERS = 300


@dataclass(frozen=True)
class Asked:
    """What is known of the appeal: one that is registered, or a form that is being filled in."""

    at: datetime
    title: str = ""
    content: str = ""
    phone_index: str = ""
    identity_index: str = ""
    category_id: int | None = None
    community_id: int | None = None
    grid_id: int | None = None
    lon: float | None = None
    lat: float | None = None
    appeal_id: int | None = None
    parent_id: int | None = None

    @cached_property
    def pieces(self) -> tuple[set[str], set[str]]:
        """Those of the title, and of the title and what is compared of the content."""
        title = search.pieces(self.title)
        return title, title | search.pieces(self.content[:_COMPARED_CHARACTERS])


@dataclass(frozen=True, slots=True)
class Candidate:
    """An appeal that may be the same matter. `score`: 0 to 100."""

    appeal: Appeal
    score: int
    reasons: tuple[str, ...] = field(default=())

    @property
    def is_strong(self) -> bool:
        """Whether it is taken for the same until a person says otherwise."""
        return self.score >= STRONG


def asked_by(appeal: Appeal) -> Asked:
    """What is known of a registered appeal."""
    return Asked(
        at=appeal.registered_at, title=appeal.title, content=appeal.content, phone_index=appeal.phone_index,
        identity_index=appeal.identity_index, category_id=appeal.category_id, community_id=appeal.community_id,
        grid_id=appeal.grid_id, lon=appeal.lon, lat=appeal.lat, appeal_id=appeal.pk, parent_id=appeal.parent_id,
    )  # fmt: skip


def candidates(asked: Asked, actor: Actor, limit: int = 8) -> list[Candidate]:
    """The likeliest appeals in the actor's scope, best first: of the last 90 days, and open ones of any age.

    What was merged stands for by its parent; what a person said to be another matter does not come again.
    """
    ids = _retrieve(asked, Appeal.objects.visible_to(actor))
    ids -= _known(asked)
    rows = selectors.for_page(actor).defer(None).defer("result", "public_reply", "search").filter(pk__in=ids)
    scored = [found for row in rows.order_by() if (found := _scored(asked, row)).score >= SHOWN]
    scored.sort(key=lambda one: (-one.score, -one.appeal.registered_at.timestamp(), -one.appeal.pk))
    best = _by_parents(scored[: 4 * limit], asked, actor)[:limit]
    selectors.name_rows([one.appeal for one in best])
    return best


def _retrieve(asked: Asked, visible: AppealQuerySet) -> set[int]:
    since = asked.at - selectors.REPEAT_PERIOD
    recent = visible.filter(Q(registered_at__gte=since) | Q(state__in=OPEN)).order_by("-registered_at", "-id")
    found: set[int] = set()
    for column in ("phone_index", "identity_index"):
        if value := getattr(asked, column):
            found.update(recent.filter(**{column: value}).values_list("pk", flat=True)[:_OF_PERSON])
    # The smallest place that is known: its newest, by the index of that place and the date.
    place = {"grid_id": asked.grid_id} if asked.grid_id else {"community_id": asked.community_id}
    if all(place.values()):
        near = visible.filter(**place, registered_at__gte=since).order_by("-registered_at", "-id")
        found.update(near.values_list("pk", flat=True)[:_OF_PLACE])
    if asked.community_id:
        old = visible.filter(community_id=asked.community_id, state__in=OPEN, registered_at__lt=since)
        found.update(old.order_by("-registered_at", "-id").values_list("pk", flat=True)[:_OF_PERSON])
    if (words := _rare_words(asked, since)) is not None:
        # No order in the database: it would tempt the planner to walk the dates, reading every text on its way.
        rows = visible.filter(search=words, registered_at__gte=since).order_by()
        fresh = sorted(rows.values_list("registered_at", "pk")[:_INDEXED], reverse=True)
        found.update(pk for _, pk in fresh[:_OF_WORDS])
    return found


def _rare_words(asked: Asked, since: datetime) -> SearchQuery | None:
    chosen = rare((piece for piece in asked.pieces[1] if len(piece) > 1), since, _INDEXED / 2)
    if not chosen:
        return None
    terms = [" & ".join(f"'{piece}'" for piece in pieces) for pieces in chosen]
    return SearchQuery(" | ".join(f"({term})" for term in terms), config="simple", search_type="raw")


def _known(asked: Asked) -> set[int]:
    """Itself, its parent, what it was marked to repeat, and what was said to be another matter."""
    known = {asked.appeal_id, asked.parent_id}
    if asked.appeal_id is not None:
        pairs = RepeatMark.objects.filter(Q(appeal_id=asked.appeal_id) | Q(earlier_id=asked.appeal_id), undone_at=None)
        for pair in pairs.values_list("appeal_id", "earlier_id"):
            known.update(pair)
        known.update(Appeal.objects.filter(parent_id=asked.appeal_id).values_list("pk", flat=True))
    return {one for one in known if one is not None}


def _scored(asked: Asked, row: Appeal) -> Candidate:
    """The points of one appeal, and why. The sum ends at 100."""
    parts: Iterable[tuple[float, str]] = (
        _person(asked, row), _place(asked, row), _category(asked, row), _words(asked, row),
    )  # fmt: skip
    counted = [(points, reason) for points, reason in parts if points]
    return Candidate(row, min(100, round(sum(points for points, _ in counted))), tuple(reason for _, reason in counted))


def _person(asked: Asked, row: Appeal) -> tuple[float, str]:
    if asked.phone_index and asked.phone_index == row.phone_index:
        return _SAME_PERSON, "同一电话"
    if asked.identity_index and asked.identity_index == row.identity_index:
        return _SAME_PERSON, "同一证件号"
    return 0, ""


def _place(asked: Asked, row: Appeal) -> tuple[float, str]:
    if None not in (asked.lon, asked.lat, row.lon, row.lat):
        metres = distance(asked.lon, asked.lat, row.lon, row.lat)  # type: ignore[arg-type]
        for within, points in _NEAR:
            if metres <= within:
                return points, f"相距 {max(10, round(metres, -1)):.0f} 米"
    if asked.grid_id and asked.grid_id == row.grid_id:
        return _SAME_GRID, "同一网格"
    if asked.community_id and asked.community_id == row.community_id:
        return _SAME_COMMUNITY, "同一社区"
    return 0, ""


def _category(asked: Asked, row: Appeal) -> tuple[float, str]:
    same = asked.category_id is not None and asked.category_id == row.category_id
    return (_SAME_CATEGORY, "同一类别") if same else (0, "")


def _words(asked: Asked, row: Appeal) -> tuple[float, str]:
    title, whole = asked.pieces
    theirs = search.pieces(row.title)
    alike = likeness(title, theirs)
    if asked.content:
        alike = max(alike, likeness(whole, theirs | search.pieces(row.content[:_COMPARED_CHARACTERS])))
    return (_ALL_WORDS * alike, f"文字相似 {alike:.0%}") if alike >= _LEAST_ALIKE else (0, "")


def likeness(ours: set[str], theirs: set[str]) -> float:
    """Dice's measure of two texts by their two-character pieces: 0 nothing shared, 1 all."""
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours and theirs else 0.0


def distance(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Metres between two points of one city: flat enough to be off by less than a hundredth."""
    east = math.radians(other_lon - lon) * math.cos(math.radians((lat + other_lat) / 2))
    return 6_371_000 * math.hypot(east, math.radians(other_lat - lat))


def _by_parents(scored: list[Candidate], asked: Asked, actor: Actor) -> list[Candidate]:
    """What was merged, as its parent, once; its own reasons stay, as they are why it was found."""
    wanted = {one.appeal.parent_id for one in scored if one.appeal.state == MERGED and one.appeal.parent_id}
    parents: dict[int, Any] = selectors.for_page(actor).filter(pk__in=wanted).in_bulk() if wanted else {}
    known = _known(asked) if wanted else set()
    found: dict[int, Candidate] = {}
    for one in scored:
        parent = parents.get(one.appeal.parent_id or 0) if one.appeal.state == MERGED else None
        if parent is not None:
            one = replace(one, appeal=parent)
        if one.appeal.pk not in found and one.appeal.pk not in known:
            found[one.appeal.pk] = one
    return list(found.values())
