"""What the pages read of uploads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, QuerySet

from governance.jobs.models import Job
from governance.scope import Actor
from governance.sheets import registry, sealed
from governance.sheets.declare import OUTCOMES, REFUSED, Sheet
from governance.sheets.models import SheetUpload
from governance.sheets.work import masked_cells

CHECKING, UNREADABLE, PREVIEW, IMPORTING, STOPPED, DONE, EXPIRED = (
    "checking", "unreadable", "preview", "importing", "stopped", "done", "expired",
)  # fmt: skip
STAGES = {
    CHECKING: "检查中", UNREADABLE: "无法读取", PREVIEW: "待导入", IMPORTING: "导入中", STOPPED: "已中断",
    DONE: "已导入", EXPIRED: "已过期",
}  # fmt: skip


def uploads_of(actor: Actor) -> QuerySet[SheetUpload]:
    """One's own, of the unit that one acts for; newest first."""
    mine = SheetUpload.objects.filter(uploaded_by_user=actor.user_id, unit_id=actor.unit_id)
    return mine.select_related("check_job", "import_job").order_by("-pk")


def stage_of(upload: SheetUpload) -> str:
    """Where an upload is."""
    if upload.ended_at is not None:
        return DONE
    if upload.import_job is not None:
        if upload.import_job.is_open:
            return IMPORTING
        return STOPPED if upload.file else EXPIRED
    if upload.check_job is not None and upload.check_job.is_open:
        return CHECKING
    if not upload.file:
        return EXPIRED
    return PREVIEW if upload.check_job is not None and upload.check_job.state == Job.DONE else UNREADABLE


def job_of(upload: SheetUpload) -> Job | None:
    """The job that the page shows."""
    return upload.import_job or upload.check_job


def figures(upload: SheetUpload) -> list[tuple[str, str, int]]:
    """(outcome, label, rows): what will be, or after the import what was."""
    found = upload.tally if upload.import_job is not None else upload.checked
    labels = OUTCOMES | ({REFUSED: "未导入"} if upload.import_job is not None else {})
    return [(outcome, label, int(found.get(outcome, 0))) for outcome, label in labels.items()]


def refusals(upload: SheetUpload) -> Iterator[sealed.Refused]:
    """The refused rows in the order of the file: those of the import, once it has begun."""
    kept = upload.refusals.filter(is_final=upload.import_job_id is not None).order_by("row")
    return (sealed.opened_refusal(one) for one in kept.iterator(chunk_size=500))


def refused_rows(upload: SheetUpload) -> Iterator[list[Any]]:
    """The same as lines of the file to be mended: the cells, then column, reason, row number."""
    sheet = registry.get(upload.sheet)
    for one in refusals(upload):
        cells = [one.cells.get(column.key, "") for column in sheet.columns]
        yield [*cells, sheet.labels.get(one.column, ""), one.message, one.row]


def shown(upload: SheetUpload, limit: int) -> list[dict[str, Any]]:
    """Rows for the page: of a preview the refused first; after the import those that were refused."""
    if stage_of(upload) == PREVIEW:
        return _labelled(registry.get(upload.sheet), sealed.shown_of(upload))
    sheet, rows = registry.get(upload.sheet), []
    for one in upload.refusals.filter(is_final=True).order_by("row")[:limit]:
        rows.append(_masked(sheet, sealed.opened_refusal(one)))
    return _labelled(sheet, rows)


def _masked(sheet: Sheet, one: sealed.Refused) -> dict[str, Any]:
    return {
        "row": one.row, "outcome": REFUSED, "cells": masked_cells(sheet, one.cells),
        "column": sheet.labels.get(one.column, ""), "message": one.message,
    }  # fmt: skip


def _labelled(sheet: Sheet, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    labels = [column.label for column in sheet.columns]
    for row in rows:
        row["label"] = OUTCOMES[row["outcome"]]
        row["labelled"] = list(zip(labels, row["cells"], strict=False))
    return rows


def columns_at_fault(upload: SheetUpload) -> list[tuple[str, int]]:
    """Which columns most refusals name."""
    sheet = registry.get(upload.sheet)
    kept = upload.refusals.filter(is_final=upload.import_job_id is not None).values("column")
    found = kept.annotate(rows=Count("pk")).order_by("-rows")[:8]
    return [(sheet.labels.get(one["column"], "整行"), one["rows"]) for one in found]
