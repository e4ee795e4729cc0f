"""Spreadsheets made on the spot, and read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import openpyxl


def xlsx(header: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "表") -> BytesIO:
    """A file of one sheet."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = title
    sheet.append(list(header))
    for row in rows:
        sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    out.seek(0)
    return out


def read(content: bytes | BytesIO) -> Any:
    """The book."""
    return openpyxl.load_workbook(content if isinstance(content, BytesIO) else BytesIO(content))


def rows_of(content: bytes | BytesIO) -> list[tuple[Any, ...]]:
    """The rows of its first sheet."""
    return list(read(content).worksheets[0].iter_rows(values_only=True))
