"""The rows of an uploaded file, below its headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from appeals.imports.mapping import Layout, Row, filled
from governance.spreadsheets import read_rows


def rows_below(file: IO[bytes], name: str, layout: Layout) -> Iterator[Row]:
    """The rows with something in them below the headers, each with its number in the file."""
    file.seek(0)
    for number, cells in filled(read_rows(file, name)):
        if number >= layout.first_row:
            yield number, cells
