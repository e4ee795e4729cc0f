"""What the sheets of this subject share."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from governance.scope import ABOVE_GRID, Actor
from members.models import PartyOrganisation
from members.party.services._common import locked_organisations
from members.sheets.reading import Offered

EXPORT, ASK, APPROVE = "party.export", "party.export_ask", "party.export_approve"
_LOWER = ("street", "community")


def own(actor: Actor) -> QuerySet[PartyOrganisation]:
    """The open organisations that the actor's level decides about: `owner_of` as a query."""
    rows: QuerySet[PartyOrganisation] = PartyOrganisation.objects.visible_to(actor).open()
    level = actor.unit_kind
    if level not in ABOVE_GRID:
        return rows.none()
    deeper = _LOWER[_LOWER.index(level) + 1 :] if level in _LOWER else _LOWER
    return rows.filter(**{f"{name}_id": None for name in deeper}).select_related("unit").order_by("kind", "name", "pk")


def offered(actor: Actor, kinds: Iterable[str] | None = None) -> Offered[PartyOrganisation]:
    """Those of the kinds by the words of the drop-down."""
    rows = own(actor)
    return Offered.by_name(rows if kinds is None else rows.filter(kind__in=set(kinds)))


def locked(ids: Iterable[int], by: Actor) -> dict[int, PartyOrganisation]:
    """Those of a batch, locked; who dissolves one waits."""
    return locked_organisations(ids, by)
