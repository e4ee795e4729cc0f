"""What the territory keeps: its units, their quotas of staff, and the sites that lie in it."""

from grids.models.quotas import QUOTA_KINDS, Quota, QuotaEvent, QuotaProposal
from grids.models.sites import (
    WEEKDAY_LABELS,
    Cluster,
    Site,
    SiteException,
    SiteHours,
    SiteKind,
    SitePhoto,
    SiteProposal,
)
from grids.models.units import (
    KIND_ICONS,
    KIND_LABELS,
    Boundary,
    ImportDraft,
    TerritoryRevision,
    Unit,
    UnitChange,
)

__all__ = [
    "KIND_ICONS",
    "KIND_LABELS",
    "QUOTA_KINDS",
    "WEEKDAY_LABELS",
    "Boundary",
    "Cluster",
    "ImportDraft",
    "Quota",
    "QuotaEvent",
    "QuotaProposal",
    "Site",
    "SiteException",
    "SiteHours",
    "SiteKind",
    "SitePhoto",
    "SiteProposal",
    "TerritoryRevision",
    "Unit",
    "UnitChange",
]
