"""Spreadsheets as hotlines export them, and the import run as a worker would run it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from appeals.imports import services
from appeals.imports.mapping import ColumnMapping
from appeals.models import Appeal, ImportFile
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.scope import Actor
from tests.fixtures import Cast

HEADERS = [
    "工单编号",
    "诉求标题",
    "诉求内容",
    "受理时间",
    "诉求人",
    "联系电话",
    "所属街道",
    "所属社区",
    "答复意见",
    "答复时间",
]
TITLE = "小区北门路灯不亮"
CONTENT = "小区北门三盏路灯已经一周不亮，晚上出行不便。"


def row(number: str, **changes: Any) -> list[Any]:
    """A row of an ordinary export, without a reply."""
    values: dict[str, Any] = {
        "number": number, "title": TITLE, "content": CONTENT, "raised": "2026/11/20 9:32:09", "name": "王女士",
        "phone": "13812344080", "street": None, "community": None, "reply": None, "replied": None,
    }  # fmt: skip
    unknown = set(changes) - set(values)
    assert not unknown, unknown
    return list((values | changes).values())


def answered(number: str, **changes: Any) -> list[Any]:
    """A row that comes with its reply."""
    return row(number, **{"reply": "路灯已修复，感谢反映。", "replied": "2026/11/21 14:00:00", **changes})


def workbook(rows: Sequence[Sequence[Any]], headers: Sequence[Any] | None = HEADERS) -> BytesIO:
    """An .xlsx with these rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in ([headers] if headers else []) + list(rows):
        sheet.append(list(cells))
        for cell in sheet[sheet.max_row]:
            # A hotline's text that begins with "=" is text, and no formula.
            cell.data_type = "s" if cell.data_type == "f" else cell.data_type
    content = BytesIO()
    book.save(content)
    content.seek(0)
    return content


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def receive(cast: Cast, rules: None, now: datetime) -> Callable[..., ImportFile]:
    """`receive(rows)`: the file taken in by the district centre."""

    def take(
        rows: Sequence[Sequence[Any]], headers: Sequence[Any] | None = HEADERS, by: Actor | None = None
    ) -> ImportFile:
        return services.receive(upload=workbook(rows, headers), name="导出.xlsx", by=by or cast.dc, now=now)

    return take


def check(file: ImportFile, by: Actor, now: datetime, mapping: ColumnMapping | None = None) -> ImportFile:
    """Settle the columns and run the check, as a worker would."""
    settled = mapping or ColumnMapping.from_json(file.mapping)
    file = services.match_columns(file_id=file.pk, mapping=settled, by=by, now=now)
    assert jobs.run(job_id=file.check_job_id, now=now)
    return fresh(file)


def start(file: ImportFile, by: Actor, now: datetime) -> ImportFile:
    """Run the import of a checked file, as a worker would."""
    file = services.start_import(file_id=file.pk, by=by, now=now)
    assert jobs.run(job_id=file.import_job_id, now=now)
    return fresh(file)


def fresh(file: ImportFile) -> ImportFile:
    """The file as it stands."""
    return ImportFile.objects.select_related("check_job", "import_job").get(pk=file.pk)


@pytest.fixture
def bring_in(receive: Callable[..., ImportFile], cast: Cast, now: datetime) -> Callable[..., Job]:
    """`bring_in(rows)`: received, checked and imported; the import's job."""

    def run(rows: Sequence[Sequence[Any]], headers: Sequence[Any] | None = HEADERS, at: datetime | None = None) -> Job:
        file = check(receive(rows, headers), cast.dc, at or now)
        assert file.check_job.state == Job.DONE, file.check_job.message
        file = start(file, cast.dc, at or now)
        assert file.import_job.state == Job.DONE, file.import_job.message
        return file.import_job

    return run


def counts(job: Job) -> dict[str, int]:
    """What became of the rows, without what did not occur."""
    names = ("new", "changed", "unchanged", "handled", "refused")
    return {name: job.result[name] for name in names if job.result[name]}


def appeal(number: str) -> Appeal:
    """The imported appeal with this original number."""
    return Appeal.objects.get(source_number=number)
