"""Approved, filled and vacant, by unit and kind. What a higher room counts itself it signs up here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from grids.models import Quota
from grids.models.quotas import INSTITUTION

__all__ = ["INSTITUTION", "Count", "filled_of", "of_unit", "register_source"]

# Unit ids → how many are filled there; units without any may be missing.
Source = Callable[[Collection[int]], dict[int, int]]
_sources: dict[str, Source] = {}


@dataclass(frozen=True, slots=True)
class Count:
    """A quota as it stands."""

    approved: int
    filled: int

    @property
    def vacant(self) -> int:
        """Posts that nobody fills."""
        return max(0, self.approved - self.filled)

    @property
    def over(self) -> int:
        """How many more than approved there are."""
        return max(0, self.filled - self.approved)

    def __add__(self, other: Count) -> Count:
        return Count(self.approved + other.approved, self.filled + other.filled)


def register_source(kind: str, source: Source) -> None:
    """Say who counts the filled posts of a kind (in `AppConfig.ready`); the last one counts."""
    _sources[kind] = source


def is_counted(kind: str) -> bool:
    """Whether a higher room counts this kind, so that nobody writes its number by hand."""
    return kind in _sources


def filled_of(quotas: Iterable[Quota]) -> dict[int, Count]:
    """By quota, how it stands; one query for each kind that is counted elsewhere."""
    rows = list(quotas)
    counted = {
        kind: source([row.unit_id for row in rows if row.kind == kind])
        for kind, source in _sources.items()
        if any(row.kind == kind for row in rows)
    }
    return {
        row.pk: Count(row.approved, counted[row.kind].get(row.unit_id, 0) if row.kind in counted else row.filled)
        for row in rows
    }


def of_unit(unit_id: int, kind: str) -> Count:
    """One quota as it stands; nothing approved while there is none."""
    row = Quota.objects.filter(unit_id=unit_id, kind=kind).first()
    return filled_of([row])[row.pk] if row else Count(0, 0)
