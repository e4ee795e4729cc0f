"""The kinds of site that the platform begins with, and their standards: data, which the district may change."""

from __future__ import annotations

import csv
from pathlib import Path

from grids.models import SiteKind

DEFAULTS = Path(__file__).parents[1] / "data" / "site_kinds.csv"


_STANDARDS = ("district_m2", "street_m2", "community_m2", "per_100_households_m2")


def ensure_default_kinds() -> None:
    """Add the kinds that are not there yet; what people have changed stays."""
    with DEFAULTS.open(encoding="utf-8", newline="") as file:
        kinds = [_kind(order, row) for order, row in enumerate(csv.DictReader(file), start=1)]
    SiteKind.objects.bulk_create(kinds, ignore_conflicts=True)


def _kind(order: int, row: dict[str, str]) -> SiteKind:
    standards = {level: int(row[level]) if row[level] else None for level in _STANDARDS}
    return SiteKind(
        code=row["code"], name=row["name"], order=order, each_community=row["each_community"] == "1",
        source=row["source"], **standards,
    )  # fmt: skip
