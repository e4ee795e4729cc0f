"""The territory's revision: the lock under which it is changed, and the sign by which processes see that it was."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db.models import F

from grids.models import TerritoryRevision

_ROW = 1


def ensure() -> None:
    """Have the row, also in an installation whose territory nobody has changed yet."""
    TerritoryRevision.objects.bulk_create([TerritoryRevision(pk=_ROW)], ignore_conflicts=True)


def lock() -> None:
    """Wait until nobody else changes the territory; held until the caller's transaction ends.

    Every change takes this before any unit, so that two changes never work on one tree.
    """
    ensure()
    TerritoryRevision.objects.select_for_update().get(pk=_ROW)


def bump() -> None:
    """Count a change; called under the lock, seen by others with the commit."""
    TerritoryRevision.objects.filter(pk=_ROW).update(number=F("number") + 1, token=uuid4())


def token() -> UUID | None:
    """The sign of the present state; None while there is no territory."""
    return TerritoryRevision.objects.filter(pk=_ROW).values_list("token", flat=True).first()
