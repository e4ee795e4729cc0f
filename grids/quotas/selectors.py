"""Quotas as a page shows them: a line a street (or a community), a cell a kind, with totals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Sum

from governance.scope import Actor
from grids.models import QUOTA_KINDS, Quota, QuotaEvent, Unit
from grids.models.quotas import WORKERS
from grids.quotas.counts import Count, filled_of


@dataclass
class Line:
    """A unit with its quotas by kind; of a street, its community workers together."""

    unit: Unit | None
    counts: dict[str, Count] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)

    @property
    def cells(self) -> list[tuple[str, Count, int]]:
        """By kind: its name, how it stands, and the quota's key where it is one."""
        return [(label, self.counts.get(kind, Count(0, 0)), self.keys.get(kind, 0)) for kind, label in QUOTA_KINDS]


def by_street(actor: Actor) -> list[Line]:
    """A line for each street in scope that has a quota, in order; few queries."""
    lines: dict[int, Line] = {}
    quotas = list(
        Quota.objects.visible_to(actor).select_related("street").order_by("street__order", "street__code", "pk")
    )
    counts = filled_of(quotas)
    for quota in quotas:
        line = lines.setdefault(quota.street_id, Line(quota.street))
        line.counts[quota.kind] = line.counts.get(quota.kind, Count(0, 0)) + counts[quota.pk]
        if quota.kind != WORKERS:
            line.keys[quota.kind] = quota.pk
    return list(lines.values())


def by_community(actor: Actor, street_id: int | None) -> list[tuple[Quota, Count]]:
    """The community workers' quotas, of one street when it is named."""
    rows = Quota.objects.visible_to(actor).filter(kind=WORKERS).select_related("unit", "street")
    rows = rows.filter(street_id=street_id) if street_id else rows
    quotas = list(rows.order_by("street__order", "unit__order", "unit__code"))
    counts = filled_of(quotas)
    return [(quota, counts[quota.pk]) for quota in quotas]


def total_of(lines: list[Line]) -> Line:
    """All lines together."""
    found = Line(None)
    for line in lines:
        for kind, count in line.counts.items():
            found.counts[kind] = found.counts.get(kind, Count(0, 0)) + count
    return found


def approved_since(actor: Actor, since: date) -> list[tuple[str, str, int]]:
    """By kind, how many posts more were approved since a day: code, label, number."""
    quotas = Quota.objects.visible_to(actor).values("pk")
    events = QuotaEvent.objects.filter(quota__in=quotas, what=QuotaEvent.APPROVED, on__gte=since, delta__gt=0)
    sums = dict(
        events.exclude(document__startswith="期初").order_by().values_list("quota__kind").annotate(sum=Sum("delta"))
    )
    return [(kind, label, sums.get(kind, 0)) for kind, label in QUOTA_KINDS if kind != WORKERS]
