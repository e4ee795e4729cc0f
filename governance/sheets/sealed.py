"""What of an upload is kept sealed: the file, the rows of the preview, the refused rows."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast
from uuid import uuid4

from django.conf import settings
from django.core.files import File

from governance.errors import IllegalState
from governance.privacy import SealBroken, mask_text, open_sealed, seal
from governance.privacy.streams import SealedFile, sealed_pieces
from governance.sheets.declare import Verdict
from governance.sheets.models import SheetRefusal, SheetUpload

GONE = "上传的文件已删除（导入完成或超过一天），请重新上传。"


def keep_file(upload: SheetUpload, file: IO[bytes]) -> None:
    """Keep the file sealed, under a name that says nothing; the row is saved already and gets its `file` and digest."""
    with tempfile.TemporaryFile() as sealed:
        for piece in sealed_pieces(file, context=_context(upload)):
            sealed.write(piece)
        sealed.seek(0)
        upload.file.save(f"{uuid4().hex}.sealed", File(cast(Any, sealed)), save=False)
    upload.digest = digest_of(file)


def digest_of(file: IO[bytes]) -> str:
    """Which file it is: a plain hash of a list of one number could be guessed, so it is keyed."""
    found = hmac.new(settings.PRIVACY_INDEX_KEY.encode(), digestmod=hashlib.sha256)
    file.seek(0)
    while chunk := file.read(1 << 20):
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def _context(upload: SheetUpload) -> str:
    return f"sheets.file:{upload.pk}"


@contextmanager
def opened(upload: SheetUpload) -> Iterator[IO[bytes]]:
    """The uploaded file in clear, in memory piece by piece; raises IllegalState when it is gone."""
    if not upload.file:
        raise IllegalState(GONE)
    try:
        with upload.file.open("rb") as sealed:
            yield io.BufferedReader(SealedFile(sealed, context=_context(upload)), 64 * 1024)
    except (FileNotFoundError, SealBroken) as error:
        raise IllegalState(GONE) from error


def shown_context(upload: SheetUpload) -> str:
    """What the rows of the preview are sealed for."""
    return f"sheets.shown:{upload.pk}"


def put_shown(upload: SheetUpload, rows: list[dict[str, Any]]) -> None:
    """Keep the rows of the preview."""
    upload.shown_sealed = seal(json.dumps(rows, ensure_ascii=False), context=shown_context(upload))


def shown_of(upload: SheetUpload) -> list[dict[str, Any]]:
    """The rows of the preview: {"row", "outcome", "cells", "message"}."""
    text = open_sealed(upload.shown_sealed, context=shown_context(upload))
    return list(json.loads(text)) if text else []


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused row as it stood in the file."""

    row: int
    cells: dict[str, str]
    column: str
    message: str


def refusal_context(refusal: SheetRefusal) -> str:
    """What a refused row is sealed for."""
    return f"sheets.row:{refusal.upload_id}:{refusal.row}"


def refusal_of(
    upload: SheetUpload, number: int, cells: Mapping[str, str], verdict: Verdict, *, is_final: bool
) -> SheetRefusal:
    """The row for the person who mends it."""
    kept = SheetRefusal(upload_id=upload.pk, is_final=is_final, row=number, column=verdict.column)
    said = {"cells": dict(cells), "message": mask_text(verdict.message)}
    kept.content_sealed = seal(json.dumps(said, ensure_ascii=False), context=refusal_context(kept))
    return kept


def opened_refusal(kept: SheetRefusal) -> Refused:
    """As it was kept."""
    said = json.loads(open_sealed(kept.content_sealed, context=refusal_context(kept)))
    return Refused(kept.row, said["cells"], kept.column, said["message"])
