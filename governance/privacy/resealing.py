"""Sealing anew under the newest key what an older one sealed, a few hundred rows at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from governance.privacy.registry import Column
from governance.privacy.sealing import SealBroken, newest_key, open_sealed, seal

BATCH = 500


@dataclass
class Report:
    """How many values were sealed anew, and which could not be opened."""

    resealed: int = 0
    broken: list[str] = field(default_factory=list)


def outdated(column: Column) -> QuerySet[Any]:
    """The rows whose value is not sealed under the newest key."""
    rows = column.model._default_manager.exclude(**{column.field: ""})
    found: QuerySet[Any] = rows.exclude(**{f"{column.field}__startswith": f"v1.{newest_key()}."})
    return found


def reseal(column: Column, *, on_rows: Callable[[int], object] | None = None) -> Report:
    """Seal the column's outdated values under the newest key; `on_rows(n)` is called after each batch.

    Each batch is a transaction of its own that holds its rows only briefly, so the platform runs on; breaking off and
    starting again does no harm. A value that does not open stays as it is and is reported.
    """
    report = Report()
    last = None
    while True:
        with transaction.atomic(durable=True):
            rows = outdated(column).select_for_update().order_by("pk")
            batch = list(rows.filter(pk__gt=last)[:BATCH] if last is not None else rows[:BATCH])
            for row in batch:
                _reseal_row(column, row, report)
        if not batch:
            return report
        last = batch[-1].pk
        if on_rows:
            on_rows(len(batch))


def _reseal_row(column: Column, row: Any, report: Report) -> None:
    context = column.context(row)
    try:
        plain = open_sealed(getattr(row, column.field), context=context)
    except SealBroken as error:
        report.broken.append(f"{column} {row.pk}: {error}")
        return
    new = seal(plain, context=context)
    # Past the model's own save: nothing but this value changes.
    column.model._default_manager.filter(pk=row.pk).update(**{column.field: new})
    report.resealed += 1
