"""The rows of an uploaded file, below its headers."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import IO

from appeals.imports.mapping import Layout, Row, filled
from governance.spreadsheets import read_rows

_CHUNK = 1 << 20


def rows_below(file: IO[bytes], name: str, layout: Layout) -> Iterator[Row]:
    """The rows with something in them below the headers, each with its number in the file."""
    file.seek(0)
    for number, cells in filled(read_rows(file, name)):
        if number >= layout.first_row:
            yield number, cells


def estimated_rows(file: IO[bytes]) -> int:
    """About how many rows the file has, for a progress bar: far quicker than reading them."""
    file.seek(0)
    try:
        if zipfile.is_zipfile(file):
            return _rows_of_sheet(file)
        file.seek(0)
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))
    finally:
        file.seek(0)


def _rows_of_sheet(file: IO[bytes]) -> int:
    with zipfile.ZipFile(file) as package:
        sheets = sorted(name for name in package.namelist() if name.startswith("xl/worksheets/sheet"))
        if not sheets:
            return 0
        with package.open(sheets[0]) as sheet:
            count, tail = 0, b""
            while chunk := sheet.read(_CHUNK):
                # A tag may be cut in two by the end of a chunk.
                count += (tail + chunk).count(b"<row ")
                tail = chunk[-4:]
            return count
