"""The rows of an uploaded spreadsheet under a sheet's columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from governance.errors import InvalidInput
from governance.sheets.cells import Cells
from governance.sheets.declare import Sheet
from governance.spreadsheets import Row, cell_text, read_rows

# Above the header there may be titles, and the mark of an export.
_HEAD_WITHIN = 10


def rows_of(file: IO[bytes], name: str, sheet: Sheet) -> Iterator[tuple[int, Cells]]:
    """The rows with something in them below the header, each with its number in the file.

    Raises InvalidInput (field "file") for what cannot be read or lacks a needed column, also in the midst of the rows.
    """
    file.seek(0)
    rows = read_rows(file, name)
    places = _places(rows, sheet)
    prose = [place for place in places if place[0] in sheet.as_typed]
    for number, values in rows:
        count = len(values)
        found = {key: cell_text(values[place])[:most] if place < count else "" for key, place, most in places}
        for key, place, most in prose:
            # What people wrote stands as they wrote it: full-width commas and brackets are right in a sentence.
            if found[key] and isinstance(typed := values[place], str):
                found[key] = typed.strip()[:most]
        if any(found.values()):
            yield number, Cells(found, sheet.labels)


def _places(rows: Iterator[Row], sheet: Sheet) -> list[tuple[str, int, int]]:
    """(key, place in the row, longest text); a column that is not in the file lies beyond its end."""
    best: list[str] = [column.label for column in sheet.columns if column.is_needed]
    for _ in range(_HEAD_WITHIN):
        _, values = next(rows, (0, None))
        if values is None:
            break
        head = {_plain(cell_text(value)): place for place, value in reversed(list(enumerate(values)))}
        missing = [column.label for column in sheet.columns if column.is_needed and _plain(column.label) not in head]
        if not missing:
            return [(c.key, head.get(_plain(c.label), 10_000), c.most + 1) for c in sheet.columns]
        best = min(best, missing, key=len)
    raise InvalidInput(
        f"没有找到列：{'、'.join(best)}。请下载模板，按模板的列名填写后再上传。", field="file", code="no_columns"
    )


def _plain(label: str) -> str:
    return "".join(cell_text(label).split()).rstrip("*")


def too_long(cells: Cells, sheet: Sheet) -> InvalidInput | None:
    """A refusal for a text that no column of the sheet can hold."""
    for key, most in sheet.limits:
        if len(cells[key]) > most:
            return InvalidInput(f"{sheet.labels[key]}最多 {most} 个字。", field=key)
    return None
