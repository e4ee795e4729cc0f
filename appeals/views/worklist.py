"""Where a person begins: what is due by the clock, what is new, what they follow; each one tap from its next action."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.rights import may
from appeals import desk, tables
from appeals.models import Appeal
from appeals.repeats.company import note_company
from governance.scope import Actor, Role
from governance.ui.lists import Count, capped_counts
from governance.ui.templatetags.ui import clock_chip

SHOWN = 8
COUNTED = 999
PHONE_ROLES = {Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER}
LEADERS = {Role.DISTRICT_LEADER, Role.DISTRICT_CENTRE, Role.STREET_LEADER, Role.COMMUNITY_SECRETARY}


@dataclass(frozen=True, slots=True)
class Item:
    """An appeal as a line of the worklist."""

    appeal: Appeal
    place: str
    marks: list[Any]
    clock: Any
    tone: str
    word: str
    accept_at_once: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its first lines, and the list that holds all of them."""

    key: str
    title: str
    count: Count
    url: str
    empty: str
    items: list[Item] = field(default_factory=list)
    tone: str = ""


@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """The page; its sections depend on the role."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    piles = desk.piles(actor)
    counts = capped_counts([pile.appeals for pile in piles], COUNTED)
    shown = [list(pile.appeals[:SHOWN]) if count.number else [] for pile, count in zip(piles, counts, strict=True)]
    note_company(row for rows in shown for row in rows)
    sections = [_section(pile, count, rows, actor) for pile, count, rows in zip(piles, counts, shown, strict=True)]
    late = desk.late_by_unit(actor) if actor.role in LEADERS else []
    context = {
        "title": "我的待办",
        "sections": sections,
        "late": [(row, _late_url(row)) for row in late],
        "late_total": sum(row.count for row in late),
        "on_phone": actor.role in PHONE_ROLES,
        "may_register": may(actor, "appeal.register"),
        "has_personal_data": True,
        "is_clear": not any(section.items for section in sections),
    }
    return render(request, "appeals/worklist.html", context)


def _section(pile: desk.Pile, count: Count, rows: list[Appeal], actor: Actor) -> Section:
    items = [_item(appeal, actor, pile) for appeal in rows]
    return Section(pile.key, pile.title, count, f"{reverse(pile.view)}?{pile.query}", pile.empty, items, pile.tone)


def _item(appeal: Appeal, actor: Actor, pile: desk.Pile) -> Item:
    word = pile.word or tables.next_word(appeal, actor)
    due = getattr(appeal, pile.due) if pile.due else None
    return Item(
        appeal, tables.place_cell(appeal), tables.marks(appeal), clock_chip(due) if due else tables.clock_cell(appeal),
        tables.row_tone(appeal), word, word == "签收" and may(actor, "appeal.accept"),
    )  # fmt: skip


def _late_url(row: desk.Late) -> str:
    query = f"unit={row.unit_id}" if row.unit_id else "state=registered"
    return f"{reverse('appeals:list')}?tab=late&{query}"
