"""What becomes of sites when their unit moves, is merged or is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from governance.audit import services as audit
from governance.scope import Actor
from grids.models import Site, Unit
from grids.registry import OpenWork


def open_sites(unit_ids: Sequence[int]) -> list[OpenWork]:
    """Sites in use of the units: a unit is not closed over them."""
    url = f"{reverse('grids:sites')}?unit={unit_ids[0]}" if len(unit_ids) == 1 else reverse("grids:sites")
    return [OpenWork("在用阵地", Site.objects.in_use().filter(unit_id__in=unit_ids).count(), url, counter="处")]


def hand_over_sites(*, unit_id: int, successor_id: int | None, by: Actor, now: datetime) -> None:
    """The sites in use of a closed unit go to its successor, with their record."""
    if successor_id is None:
        return
    old, new = Unit.objects.get(pk=unit_id), Unit.objects.get(pk=successor_id)
    for site in Site.objects.in_use().filter(unit=old).select_for_update().order_by("pk"):
        if Site.objects.in_use().filter(unit=new, name=site.name).exists():
            site.name = f"{old.short_name or old.name}{site.name}"[:64]
        site.unit, site.street_id, site.community_id = new, new.street_id, new.community_id
        site.save(update_fields=["name", "unit", "street", "community"])
        audit.record(
            action="site.unit_closed", subject_type="site", subject_id=site.pk, subject_label=site.name,
            before={"unit": old.name}, after={"unit": new.name}, by=by, now=now,
        )  # fmt: skip


def follow_unit(*, unit: Unit, before: Mapping[str, int | None], by: Actor, now: datetime) -> None:
    """Sites of a unit that has moved, and of all below it, lie where their units lie now."""
    where = Unit.objects.filter(pk=OuterRef("unit_id"))
    Site.objects.filter(unit__in=Unit.objects.within([unit.pk])).update(
        street_id=Subquery(where.values("street_id")), community_id=Subquery(where.values("community_id"))
    )
