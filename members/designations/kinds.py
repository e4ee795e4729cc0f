"""The kinds that the platform begins with: data, which the district may change."""

from __future__ import annotations

import csv
from pathlib import Path

from members.models import DesignationKind

DEFAULTS = Path(__file__).parent / "data" / "kinds.csv"


def ensure_default_kinds() -> None:
    """Add the kinds that are not there yet; what people have changed stays."""
    with DEFAULTS.open(encoding="utf-8", newline="") as file:
        kinds = [_kind(order, row) for order, row in enumerate(csv.DictReader(file), start=1)]
    DesignationKind.objects.bulk_create(kinds, ignore_conflicts=True)


def _kind(order: int, row: dict[str, str]) -> DesignationKind:
    return DesignationKind(
        code=row["code"], name=row["name"], family=row["family"], counted=row["counted"], order=order,
        for_couriers=row["for_couriers"] == "1", for_members=row["for_members"] == "1", duty=row["duty"],
    )  # fmt: skip
