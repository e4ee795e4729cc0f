"""What becomes of party organisations when the unit that they lie in is merged, closed or moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from governance.scope import Actor, UnitKind
from grids.models import Unit
from grids.registry import OpenWork
from members.models import MembershipTransfer, PartyMembership, PartyOrganisation
from members.models.party import COMMUNITY_COMMITTEE, IN_TRANSIT, OF_A_GRID, STREET_COMMITTEE
from members.party import clocks
from members.party.services._common import owner_of, record

_PLACES = (UnitKind.COMMUNITY, UnitKind.GRID)
# Of these a unit has one: two do not become one because their units did, the level above decides that.
_ONE = (*OF_A_GRID, COMMUNITY_COMMITTEE, STREET_COMMITTEE)


def open_organisations(unit_ids: Sequence[int]) -> list[OpenWork]:
    """A unit is not closed without a successor while a party organisation lies in it."""
    count = PartyOrganisation.objects.open().filter(unit_id__in=unit_ids).count()
    url, takers = reverse("members:party_organisations"), frozenset({UnitKind.STREET, *_PLACES})
    return [OpenWork("党组织", count, url, counter="个", takers=takers)]


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
        organisation.grid_id = new.pk if new.kind == UnitKind.GRID else None
        organisation.save(update_fields=["unit", "grid"])
        record("party.unit_closed", organisation, by=by, now=now, before=before, after={"unit_id": new.name})
    _resettle(new)


def unit_moved(*, unit: Unit, before: Mapping[str, int | None], by: Actor, now: datetime) -> None:
    """Organisations of a unit that came under another parent, and their members, are that one's.

    Who stood under the committee of the old parent stands under that of the new one, where it has one.
    """
    if unit.kind not in _PLACES:
        return
    stale = PartyOrganisation.objects.open().filter(unit__in=Unit.objects.within([unit.pk]))
    count = stale.exclude(street_id=unit.street_id, community_id=unit.community_id).count()
    if unit.kind == UnitKind.GRID:
        _stand_under(unit, COMMUNITY_COMMITTEE, "community_id")
    _stand_under(unit, STREET_COMMITTEE, "street_id")
    _resettle(unit)
    if count:
        after = {"followed": count, "followed_to": str(unit.parent)}
        record("party.follow_unit", unit, by=by, now=now, after=after, subject_type="unit")


def _stand_under(unit: Unit, kind: str, column: str) -> None:
    """Of one that stands under another unit's committee of this kind, the parent becomes that of where it now lies."""
    new = PartyOrganisation.objects.open().filter(kind=kind, unit_id=getattr(unit, column)).first()
    if new is None:
        return
    inside = PartyOrganisation.objects.open().filter(unit__in=Unit.objects.within([unit.pk]), parent__kind=kind)
    stray = inside.exclude(parent=new).exclude(pk=new.pk).exclude(parent__unit__in=Unit.objects.within([unit.pk]))
    ids = list(stray.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    PartyOrganisation.objects.filter(pk__in=ids).update(parent=new, revision=F("revision") + 1)


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
    _hold_clocks(inside)


def _hold_clocks(inside: QuerySet[Unit]) -> None:
    """Elections, probations and members on their way here are held against whoever decides there now."""
    held: dict[int, list[int]] = defaultdict(list)
    for organisation in PartyOrganisation.objects.open().filter(unit__in=inside):
        held[owner_of(organisation)].append(organisation.pk)
    for unit_id, ids in held.items():
        clocks.give_elections_to(ids, unit_id)
        clocks.give_probations_to(ids, unit_id)
        coming = MembershipTransfer.objects.filter(to_organisation__in=ids, state=IN_TRANSIT)
        clocks.give_transfers_to(coming.values_list("pk", flat=True), unit_id)
