"""The specimen, known for the length of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from governance.sheets import imports, registry
from governance.sheets.models import SheetUpload
from tests.sheets.files import xlsx
from tests.sheets.specimen import SPECIMEN

LABELS = [column.label for column in SPECIMEN.columns]


@pytest.fixture(autouse=True)
def specimen(settings: Any, tmp_path: Path) -> Iterator[Any]:
    """Registered, with uploads that go with the test."""
    settings.MEDIA_ROOT = tmp_path
    registry.register(SPECIMEN)
    yield SPECIMEN
    registry.forget(SPECIMEN.key)


@pytest.fixture
def look(cast: Any, now: Any) -> Callable[..., SheetUpload]:
    """`look(["甲", "红"], …)`: uploaded and looked at; `file=` for any other."""

    def upload(*rows: list[Any], by: Any = None, file: BytesIO | None = None, name: str = "样品.xlsx") -> SheetUpload:
        made = imports.receive(
            sheet_key="specimen", file=file or xlsx(LABELS, rows), file_name=name, by=by or cast.cw, now=now
        )
        made.refresh_from_db()
        return made

    return upload
