"""Sheets of any subject, filled in, taken over and let out again, without a page."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from governance.jobs import services as jobs
from governance.sheets import exports, imports, registry, selectors
from governance.sheets.models import SheetExport, SheetUpload
from governance.sheets.template import template
from tests.sheets.files import read, rows_of, xlsx


class Desk:
    """One sheet at somebody's desk: rows are dictionaries by column key."""

    def __init__(self, key: str, by: Any, now: Any) -> None:
        self.key, self.by, self.now = key, by, now
        self.columns = registry.get(key).columns

    def file(self, *rows: dict[str, Any]) -> BytesIO:
        """These rows as a file."""
        keys = [column.key for column in self.columns]
        return xlsx([column.label for column in self.columns], ([row.get(key, "") for key in keys] for row in rows))

    def look(self, *rows: dict[str, Any], by: Any = None) -> SheetUpload:
        """Uploaded and looked at."""
        made = imports.receive(
            sheet_key=self.key, file=self.file(*rows), file_name="表.xlsx", by=by or self.by, now=self.now
        )
        made.refresh_from_db()
        return made

    def bring(self, *rows: dict[str, Any], by: Any = None) -> SheetUpload:
        """Looked at and taken over, where there is anything to take over."""
        upload = self.look(*rows, by=by)
        if upload.checked["new"] + upload.checked["changed"]:
            imports.start(upload_id=upload.pk, by=by or self.by, now=self.now)
            upload.refresh_from_db()
        return upload

    def refused(self, row: dict[str, Any], by: Any = None) -> tuple[str, str]:
        """Why this one row is not taken: the column's key and the words."""
        told = reasons(self.bring(row, by=by))
        assert list(told) == [2], told
        return told[2]

    def choices(self, by: Any = None) -> dict[str, list[str]]:
        """The template's drop-downs: label of the column → words."""
        book = read(template(registry.get(self.key), by or self.by))
        found = {}
        for cells in book["可选内容"].iter_cols(values_only=True):
            found[cells[0]] = [str(cell) for cell in cells[1:] if cell is not None]
        assert len(book.worksheets[0].data_validations.dataValidation) == len(found)
        return found

    def export(self, query: str = "", *, by: Any = None, with_numbers: bool = False) -> tuple[SheetExport, list[Any]]:
        """What was asked for, and the rows of its file: the mark, the header, the rows."""
        wanted = exports.ask(
            sheet_key=self.key, purpose="年底核对名册", query=query, with_numbers=with_numbers, by=by or self.by,
            now=self.now,
        )  # fmt: skip
        jobs.run(job_id=wanted.job_id, now=self.now)
        wanted.job.refresh_from_db()
        with wanted.job.output.open("rb") as file:
            return wanted, rows_of(file.read())


def counts(upload: SheetUpload) -> dict[str, int]:
    """How many of each outcome, without noughts."""
    found = upload.tally or upload.checked
    return {name: found[name] for name in ("new", "changed", "same", "refused") if found.get(name)}


def reasons(upload: SheetUpload) -> dict[int, tuple[str, str]]:
    """Row → column's key and words."""
    return {one.row: (one.column, one.message) for one in selectors.refusals(upload)}


At = Callable[..., Desk]
