"""Repeats 重复诉求 and mass appeals 群体诉求 in figures, and the appeals behind each number.

An appeal repeats when another of its matter was registered before it, at most ninety days earlier; the rate is these
by all that were registered. Source: workflow.md, "repeat rate 重复诉求率".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from appeals.models import Appeal, Matter, MatterMember
from appeals.periods import dates_of, moments
from appeals.repeats.grouping import MASS_PEOPLE
from appeals.selectors import REPEAT_PERIOD
from governance.errors import NotAllowed
from governance.scope import TERRITORIAL_KINDS, Actor, UnitKind, inside
from grids.models import Unit

# Whose figures → the column that the unit is in, and the one that they are told apart by.
_LEVELS = {
    UnitKind.DISTRICT: ("district_id", "street_id"),
    UnitKind.STREET: ("street_id", "community_id"),
    UnitKind.COMMUNITY: ("community_id", "grid_id"),
}
_KEY = re.compile(r"(\d{1,15})\.(all|rest)\.(\d{4}-\d\d-\d\d)\.(\d{4}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True)
class UnitRepeats:
    """A unit's appeals of a period, and how many of them repeat; `unit_id` None for those not placed any closer."""

    unit_id: int | None
    name: str
    registered: int
    repeated: int

    @property
    def rate(self) -> float | None:
        """重复诉求率 in percent; None where nothing was registered."""
        return round(100 * self.repeated / self.registered, 1) if self.registered else None


@dataclass(frozen=True, slots=True)
class Mass:
    """A mass appeal, by the earliest of it that the reader sees."""

    matter: Matter
    first: Appeal


def has_figures(by: Actor) -> bool:
    """Whether the actor's unit has units below it to tell apart."""
    return by.unit_kind in _LEVELS


def _levels(by: Actor) -> tuple[str, str]:
    if by.unit_kind is None or by.unit_kind not in _LEVELS:
        raise NotAllowed("重复诉求统计按下级单位列出，您的岗位没有下级单位。")
    return _LEVELS[by.unit_kind]


def repeating(since: date, until: date) -> QuerySet[MatterMember]:
    """The members registered in the period that repeat another of their matter."""
    begin, end = moments(since, until)
    return MatterMember.objects.filter(Exists(_before()), registered_at__gte=begin, registered_at__lt=end)


def _before() -> QuerySet[MatterMember]:
    at = OuterRef("registered_at")
    earlier = Q(registered_at__lt=at) | Q(registered_at=at, appeal_id__lt=OuterRef("appeal_id"))
    return MatterMember.objects.filter(
        earlier, matter_id=OuterRef("matter_id"), registered_at__gte=at - REPEAT_PERIOD, registered_at__lte=at
    )


def by_unit(by: Actor, since: date, until: date) -> list[UnitRepeats]:
    """A row a unit below the actor's, most repeats first; last what is placed in none of them."""
    own, below = _levels(by)
    begin, end = moments(since, until)
    all_rows = Appeal.objects.filter(**{own: by.unit_id}, registered_at__gte=begin, registered_at__lt=end)
    registered = _counted(all_rows, below)
    repeated = _counted(repeating(since, until).filter(**{f"appeal__{own}": by.unit_id}), f"appeal__{below}")
    names = dict(Unit.objects.filter(pk__in=[pk for pk in registered if pk]).values_list("pk", "name"))
    rows = [
        UnitRepeats(pk, names.get(pk or 0, "未明确到下级"), count, repeated.get(pk, 0))
        for pk, count in registered.items()
    ]
    return sorted(rows, key=lambda row: (row.unit_id is None, -row.repeated, -row.registered, row.unit_id or 0))


def _counted(rows: QuerySet[Any], column: str) -> dict[int | None, int]:
    return dict(rows.order_by().values_list(column).annotate(n=Count("pk")))


def key(unit_id: int, since: date, until: date, *, rest: bool = False) -> str:
    """What names the repeats behind a number; `rest`: those of the unit that are in none of the units below it."""
    return f"{unit_id}.{'rest' if rest else 'all'}.{since}.{until}"


def behind(text: str) -> QuerySet[MatterMember, Any]:
    """The appeals' ids behind a number, by its key; none for any other text."""
    match = _KEY.fullmatch(text)
    period = dates_of(match[3], match[4]) if match else None
    unit = Unit.objects.filter(pk=int(match[1])).first() if match and period else None
    if match is None or period is None or unit is None or unit.kind not in TERRITORIAL_KINDS:
        return MatterMember.objects.none().values("appeal_id")
    rows = repeating(*period).filter(**inside(unit.kind, unit.pk, "appeal__"))
    if match[2] == "rest" and unit.kind in _LEVELS:
        rows = rows.filter(**{f"appeal__{_LEVELS[UnitKind(unit.kind)][1]}": None})
    return rows.order_by().values("appeal_id")


def masses(by: Actor, since: date, until: date, limit: int = 50) -> list[Mass]:
    """The mass appeals that the actor's unit has an appeal of in the period, those of most people first."""
    own, _ = _levels(by)
    begin, end = moments(since, until)
    here = MatterMember.objects.filter(**{f"appeal__{own}": by.unit_id})
    lately = here.filter(registered_at__gte=begin, registered_at__lt=end, matter__people__gte=MASS_PEOPLE)
    matters = Matter.objects.filter(pk__in=lately.order_by().values("matter_id"))
    chosen = {matter.pk: matter for matter in matters.order_by("-people", "-last_at", "pk")[:limit]}
    earliest = here.filter(matter_id__in=chosen).order_by("matter_id", "registered_at", "appeal_id")
    firsts = dict(earliest.distinct("matter_id").values_list("matter_id", "appeal_id"))
    appeals = Appeal.objects.select_related("street", "community").defer("content", "search").in_bulk(firsts.values())
    return [Mass(matter, appeals[firsts[pk]]) for pk, matter in chosen.items()]
