"""Which units a request may read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, F, Q

from governance.scope import ABOVE_GRID, BELOW_DISTRICT, Actor, Role, UnitKind, place_column
from grids.sites import standards

if TYPE_CHECKING:
    from grids.models import Boundary, Cluster, ImportDraft, Site, SiteProposal, Unit, UnitChange  # noqa: F401

# Offices that keep the platform itself; of the territory they need the whole tree, and nothing of what happens in it.
OFFICES = {Role.AUDITOR, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN}


class UnitQuerySet(models.QuerySet["Unit"]):
    """Units, narrowed to what an actor may see."""

    def visible_to(self, actor: Actor) -> UnitQuerySet:
        """The actor's unit and all below it; the whole district for those whose work spans it."""
        if actor.unit_kind in {UnitKind.DISTRICT, UnitKind.DEPARTMENT} or actor.role in OFFICES:
            return self.filter(district_id=actor.district_id)
        return self.below(actor.unit_id, actor.unit_kind, actor.street_id)

    def below(self, unit_id: int, kind: UnitKind | None, street_id: int | None = None) -> UnitQuerySet:
        """The unit and all below it."""
        if column := place_column(kind, among=ABOVE_GRID):
            return self.filter(**{column: unit_id})
        if kind == UnitKind.SQUAD:
            return self.filter(Q(pk=unit_id) | Q(street_id=street_id, kind__in=BELOW_DISTRICT))
        return self.filter(pk=unit_id)

    def within(self, unit_ids: Sequence[int]) -> UnitQuerySet:
        """The units and all below them, whatever their kinds."""
        ids = list(unit_ids)
        return self.filter(
            Q(pk__in=ids)
            | Q(district_id__in=ids)
            | Q(street_id__in=ids)
            | Q(community_id__in=ids)
            | Q(parent_id__in=ids)
        )

    def count_by_kind(self) -> dict[str, int]:
        """How many there are of each kind."""
        return dict(self.order_by().values_list("kind").annotate(count=Count("pk")))

    def open(self) -> UnitQuerySet:
        """Units in being."""
        return self.filter(closed_on=None)


class UnitChangeQuerySet(models.QuerySet["UnitChange"]):
    """Decisions about units."""

    def waiting(self) -> UnitChangeQuerySet:
        """Decided, and neither applied nor withdrawn."""
        return self.filter(applied_at=None, cancelled_at=None)

    def due(self, today: date) -> UnitChangeQuerySet:
        """Waiting ones whose day has come, in the order in which they take effect."""
        return self.waiting().filter(effective_on__lte=today).order_by("effective_on", "pk")

    def visible_to(self, actor: Actor) -> UnitChangeQuerySet:
        """Those of the actor's district."""
        return self.filter(district_id=actor.district_id)


class BoundaryQuerySet(models.QuerySet["Boundary"]):
    """Polygons of units."""

    def current(self) -> BoundaryQuerySet:
        """Those in force."""
        return self.filter(valid_to=None)


class ImportDraftQuerySet(models.QuerySet["ImportDraft"]):
    """Files that were checked."""

    def visible_to(self, actor: Actor) -> ImportDraftQuerySet:
        """Those of the actor's district."""
        return self.filter(district_id=actor.district_id)


class ClusterQuerySet(models.QuerySet["Cluster"]):
    """Clusters of sites."""

    def visible_to(self, actor: Actor) -> ClusterQuerySet:
        """Those of the actor's district."""
        return self.filter(district_id=actor.district_id)


class SiteProposalQuerySet(models.QuerySet["SiteProposal"]):
    """What streets ask to have written of their sites."""

    def visible_to(self, actor: Actor) -> SiteProposalQuerySet:
        """Those of the actor's district; to a street's staff those of their street."""
        found = self.filter(district_id=actor.district_id)
        return found.filter(street_id=actor.street_id) if actor.street_id else found

    def waiting(self) -> SiteProposalQuerySet:
        """Those that nobody has decided."""
        return self.filter(accepted=None)


class SiteQuerySet(models.QuerySet["Site"]):
    """Service sites."""

    def visible_to(self, actor: Actor) -> SiteQuerySet:
        """All of the actor's district: a door that is open to everybody is no secret of its community."""
        return self.filter(district_id=actor.district_id)

    def in_use(self) -> SiteQuerySet:
        """Those that have not been closed."""
        return self.filter(closed_on=None)

    def within(self, unit_id: int) -> SiteQuerySet:
        """Those of a unit and of all below it."""
        here = Q(unit_id=unit_id) | Q(street_id=unit_id) | Q(community_id=unit_id) | Q(grid_id=unit_id)
        return self.filter(here | Q(district_id=unit_id))

    def with_standard(self) -> SiteQuerySet:
        """With the households of each site's community, and the floor area that its kind asks for, null for none."""
        counted = self.annotate(households=standards.households_in("community_id"))
        return counted.annotate(standard=standards.expression())

    def too_small(self) -> SiteQuerySet:
        """Those below their standard."""
        return self.with_standard().filter(area_m2__lt=F("standard"))

    def large_enough(self) -> SiteQuerySet:
        """Those that meet their standard."""
        return self.with_standard().filter(area_m2__gte=F("standard"))

    def unmeasured(self) -> SiteQuerySet:
        """Those that have a standard, and no area that is known."""
        return self.with_standard().filter(area_m2=None, standard__isnull=False)  # type: ignore[misc]

    def by_standard(self, how: str) -> SiteQuerySet:
        """Those that are "small", "met" or "unknown" by their standard."""
        narrow = {"small": self.too_small, "unknown": self.unmeasured, "met": self.large_enough}
        return narrow[how]()

    def of_level(self, level: str) -> SiteQuerySet:
        """Those of a demonstration level, or "any"."""
        return self.exclude(level="") if level == "any" else self.filter(level=level)

    def worded(self, text: str) -> SiteQuerySet:
        """Those whose name or address has the words."""
        return self.filter(Q(name__icontains=text.strip()) | Q(address__icontains=text.strip()))
