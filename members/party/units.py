"""What becomes of party organisations when the unit that they lie in is merged or closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse

from governance.scope import Actor
from grids.models import Unit
from grids.registry import OpenWork
from members.models import PartyMembership, PartyOrganisation
from members.models.party import COMMUNITY_COMMITTEE, OF_A_GRID, STREET_COMMITTEE
from members.party import clocks
from members.party.services._common import owner_of, record

# Of these a unit has one: two do not become one because their units did, the level above decides that.
_ONE = (*OF_A_GRID, COMMUNITY_COMMITTEE, STREET_COMMITTEE)


def open_organisations(unit_ids: Sequence[int]) -> list[OpenWork]:
    """A unit is not closed without a successor while a party organisation lies in it."""
    count = PartyOrganisation.objects.open().filter(unit_id__in=unit_ids).count()
    return [OpenWork("党组织", count, reverse("members:party_organisations"))]


def unit_closed(*, unit_id: int, successor_id: int | None, by: Actor, now: datetime) -> None:
    """Organisations of a closed unit go to its successor with their members, but where it has its own of that kind.

    Those stay where they were, and their page says that they wait to be merged or moved.
    """
    if successor_id is None:
        return
    new = Unit.objects.get(pk=successor_id)
    present = PartyOrganisation.objects.open().filter(unit=new)
    has_its_own = present.filter(kind__in=_ONE).exists()
    names = set(present.values_list("name", flat=True))
    rows = PartyOrganisation.objects.open().filter(unit_id=unit_id).select_for_update(of=("self",)).order_by("pk")
    for organisation in rows.select_related("unit"):
        if organisation.name in names or (has_its_own and organisation.kind in _ONE):
            continue
        before = {"unit_id": organisation.unit.name}
        organisation.unit = new
        organisation.grid_id = new.pk if organisation.grid_id else None
        organisation.save(update_fields=["unit", "grid"])
        record("party.unit_closed", organisation, by=by, now=now, before=before, after={"unit_id": new.name})
    _resettle(new)


def _resettle(unit: Unit) -> None:
    """The organisations of a unit and of all below it, and their members, lie where their units lie now."""
    where, inside = Unit.objects.filter(pk=OuterRef("unit_id")), Unit.objects.within([unit.pk])
    PartyOrganisation.objects.open().filter(unit__in=inside).update(
        street_id=Subquery(where.values("street_id")), community_id=Subquery(where.values("community_id"))
    )
    names = ("street_id", "community_id", "grid_id")
    differs = Q()
    for name in names:
        differs |= ~Q(**{name: F(f"organisation__{name}")})
    theirs = PartyOrganisation.objects.filter(pk=OuterRef("organisation_id"))
    stale = PartyMembership.objects.current().filter(differs, organisation__unit__in=inside)
    PartyMembership.objects.filter(pk__in=stale.values("pk")).update(
        **{name: Subquery(theirs.values(name)) for name in names}
    )
    for organisation in PartyOrganisation.objects.open().filter(unit__in=inside):
        clocks.give_elections_to([organisation.pk], owner_of(organisation))
