"""The people's sheet, filled in."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from governance.sheets import imports
from governance.sheets.models import SheetUpload
from members.sheets.columns import COLUMNS
from tests.sheets.files import xlsx

LABELS = [column.label for column in COLUMNS]
KEYS = [column.key for column in COLUMNS]


def sheet_of(*rows: dict[str, Any]) -> BytesIO:
    """A file with these rows, cells by column key."""
    return xlsx(LABELS, ([row.get(key, "") for key in KEYS] for row in rows))


def home(room: str = "301", **cells: Any) -> dict[str, Any]:
    """The cells of where somebody lives."""
    return {"building": "3号楼", "entrance": "2单元", "room": room, **cells}


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """Uploads of a test go with it."""
    settings.MEDIA_ROOT = tmp_path
    assert tmp_path == django_settings.MEDIA_ROOT
    return tmp_path


@pytest.fixture
def look(cast: Any, now: Any) -> Callable[..., SheetUpload]:
    """`look({...}, {...})`: uploaded and looked at."""

    def upload(*rows: dict[str, Any], by: Any = None, file: BytesIO | None = None) -> SheetUpload:
        made = imports.receive(
            sheet_key="persons", file=file or sheet_of(*rows), file_name="居民.xlsx", by=by or cast.cw, now=now
        )
        made.refresh_from_db()
        return made

    return upload


@pytest.fixture
def bring(look: Any, cast: Any, now: Any) -> Callable[..., SheetUpload]:
    """`bring({...}, {...})`: looked at and taken over."""

    def into(*rows: dict[str, Any], by: Any = None) -> SheetUpload:
        upload = look(*rows, by=by)
        if not upload.checked["new"] + upload.checked["changed"]:
            return upload
        imports.start(upload_id=upload.pk, by=by or cast.cw, now=now)
        upload.refresh_from_db()
        return upload

    return into
