"""A subject's sheet, filled in by column key: sent, looked at, taken over, taken away."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.scope import Actor
from governance.sheets import exports, imports, registry, selectors
from governance.sheets.models import SheetUpload
from tests.sheets.files import rows_of, xlsx


def filled(key: str, *rows: dict[str, Any]) -> BytesIO:
    """A file with these rows."""
    columns = registry.get(key).columns
    return xlsx([one.label for one in columns], ([row.get(one.key, "") for one in columns] for row in rows))


def look(key: str, *rows: dict[str, Any], by: Actor, now: datetime) -> SheetUpload:
    """Sent, and looked at."""
    made = imports.receive(sheet_key=key, file=filled(key, *rows), file_name="表.xlsx", by=by, now=now)
    made.refresh_from_db()
    return made


def bring(key: str, *rows: dict[str, Any], by: Actor, now: datetime) -> SheetUpload:
    """Looked at, and taken over where there is anything to take."""
    upload = look(key, *rows, by=by, now=now)
    if upload.checked["new"] + upload.checked["changed"]:
        imports.start(upload_id=upload.pk, by=by, now=now)
        upload.refresh_from_db()
    return upload


def counts(upload: SheetUpload) -> dict[str, int]:
    """How many of each outcome, of what was done or would be."""
    found = upload.tally or upload.checked
    return {name: found[name] for name in ("new", "changed", "same", "refused") if found.get(name)}


def reasons(upload: SheetUpload) -> dict[int, tuple[str, str]]:
    """Row → the key of the column, and the words."""
    return {one.row: (one.column, one.message) for one in selectors.refusals(upload)}


def take_away(key: str, *, by: Actor, now: datetime, query: str = "", **more: Any) -> list[tuple[Any, ...]]:
    """The rows of an export, below its mark; the header first. Who needs nobody's leave."""
    wanted = exports.ask(sheet_key=key, purpose="核对名单用", query=query, by=by, now=now, **more)
    job = Job.objects.get(pk=wanted.job_id)
    jobs.run(job_id=job.pk, now=now)
    job.refresh_from_db()
    with job.output.open("rb") as file:
        return rows_of(file.read())[1:]
