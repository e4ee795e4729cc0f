"""What the territory keeps: its units, and the sites that lie in it."""

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
    "WEEKDAY_LABELS",
    "Boundary",
    "Cluster",
    "ImportDraft",
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
