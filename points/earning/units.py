"""Which unit took the place of another: who a closed community's budget, and its notices, belong to now."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from grids.models import Unit, UnitChange

_TO = {"merge": "into_id", "close": "successor_id"}
# A chain of mergers that is longer than this is no chain, but a circle.
_LONGEST = 20


def successors(units: Collection[Unit]) -> dict[int, Unit]:
    """Closed unit → the unit in being that took its work over, through as many mergers as there were."""
    standing: dict[int, int] = {}
    waiting = {unit.pk: unit.pk for unit in units if unit.closed_on is not None}
    for _ in range(_LONGEST):
        if not waiting:
            break
        steps = _next(waiting.values())
        reached = {pk: steps[now] for pk, now in waiting.items() if now in steps}
        in_being = set(Unit.objects.open().filter(pk__in=reached.values()).values_list("pk", flat=True))
        standing |= {pk: now for pk, now in reached.items() if now in in_being}
        waiting = {pk: now for pk, now in reached.items() if now not in in_being}
    found = Unit.objects.in_bulk(set(standing.values()))
    return {pk: found[now] for pk, now in standing.items()}


def predecessors(unit: Unit) -> list[Unit]:
    """The communities that closed and whose work this community took over, by code."""
    closed: QuerySet[Unit] = Unit.objects.filter(kind=unit.kind, district_id=unit.district_id, closed_on__isnull=False)
    rows = list(closed.order_by("code"))
    found = successors(rows) if rows else {}
    return [row for row in rows if row.pk in found and found[row.pk].pk == unit.pk]


def _next(closed: Collection[int]) -> dict[int, int]:
    rows = UnitChange.objects.filter(unit__in=closed, kind__in=_TO, applied_at__isnull=False).order_by("applied_at")
    steps = ((row.unit_id, row.after.get(_TO[row.kind])) for row in rows)
    return {unit_id: int(to) for unit_id, to in steps if unit_id is not None and to}
