"""Files that are broken, hostile, or something else: each is refused in words, and the platform stays up."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from appeals.imports import services
from appeals.models import ImportFile
from governance.errors import InvalidInput
from governance.jobs.models import Job
from tests.appeals.imports.conftest import HEADERS, check, counts, row, start, workbook
from tests.fixtures import Cast


def repacked(content: io.BytesIO, **changed: bytes) -> bytes:
    """The workbook with parts replaced; `sheet` and `workbook` name the usual ones."""
    names = {"sheet": "xl/worksheets/sheet1.xml", "workbook": "xl/workbook.xml", "strings": "xl/sharedStrings.xml"}
    replaced = {names[key]: value for key, value in changed.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, replaced.get(name) or old.read(name))
    return out.getvalue()


def bomb() -> bytes:
    """A few megabytes that unpack to three gigabytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(24):
                sheet.write(b"0" * 2**27)
    return out.getvalue()


def wide() -> bytes:
    """A row of sixteen thousand cells."""
    return workbook([row("A1")], [*HEADERS, *(f"列{i}" for i in range(16_000))]).getvalue()


def entities() -> bytes:
    """An entity in the sheet that grows without end."""
    lol = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))
    sheet = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">' + lol + b"]><worksheet><a>&l9;</a></worksheet>"
    return repacked(workbook([row("A1")]), sheet=sheet)


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600


BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("a.xlsx", lambda: b"", "文件是空的"),
    "blanks": ("a.csv", lambda: b"\n \n,,,\n", "没有任何内容"),
    "old xls": ("a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
    "password": ("a.xlsx", encrypted, "密码"),
    "zip bomb": ("a.xlsx", bomb, "过大"),
    "entities": ("a.xlsx", entities, "损坏"),
    "truncated": ("a.xlsx", lambda: workbook([row("A1")]).getvalue()[:3000], "损坏"),
    "other zip": ("a.xlsx", lambda: repacked_other(), "不是 .xlsx"),
    "picture": ("a.csv", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "不是表格文件"),
    "open quote": ("a.csv", lambda: ('工单编号,诉求内容,受理时间\nA1,"' + "长" * 300_000).encode(), "引号"),
    "one column": ("a.csv", lambda: "工单编号\nA1\n".encode(), "没有找到表头"),
    "headers alone": ("a.csv", lambda: "工单编号,诉求内容\n".encode(), "没有任何数据行"),
}


def repacked_other() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.txt", "b")
    return out.getvalue()


@pytest.mark.parametrize("name", BAD)
def test_an_unusable_file_is_refused_in_words(cast: Cast, rules: None, now: datetime, name: str) -> None:
    filename, make, says = BAD[name]
    with pytest.raises(InvalidInput) as refused:
        services.receive(upload=io.BytesIO(make()), name=filename, by=cast.dc, now=now)
    assert (says in refused.value.message, refused.value.field) == (True, "file"), refused.value.message
    assert not ImportFile.objects.exists()


def test_a_million_columns_take_no_million_columns(cast: Cast, rules: None, now: datetime) -> None:
    file = services.receive(upload=io.BytesIO(wide()), name="a.xlsx", by=cast.dc, now=now)
    assert len(file.layout["headers"]) <= 200


def test_links_to_other_files_are_not_followed(cast: Cast, rules: None, now: datetime) -> None:
    book = openpyxl.load_workbook(workbook([row("A1")]))
    book.active["B2"] = "='[http://example.invalid/x.xlsx]表'!A1"
    content = io.BytesIO()
    book.save(content)
    file = services.receive(upload=content, name="a.xlsx", by=cast.dc, now=now)
    assert counts(start(check(file, cast.dc, now), cast.dc, now).import_job) == {"new": 1}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_in_any_usual_form(cast: Cast, rules: None, now: datetime, encoding: str, separator: str) -> None:
    text = "\r\n".join(
        separator.join(cells) for cells in (["工单编号", "诉求内容", "受理时间"], ["0012", "路灯不亮", "2026-11-20"])
    )
    file = services.receive(upload=io.BytesIO(text.encode(encoding)), name="a.csv", by=cast.dc, now=now)
    job = start(check(file, cast.dc, now), cast.dc, now).import_job
    assert (job.state, counts(job)) == (Job.DONE, {"new": 1})


@pytest.mark.parametrize("name", ["../../etc/passwd.xlsx", "C:\\导出\\工单.xlsx", "名" * 300 + ".xlsx", "a\x00b.xlsx"])
def test_a_file_keeps_only_the_end_of_its_name(cast: Cast, rules: None, now: datetime, name: str) -> None:
    file = services.receive(upload=workbook([row("A1")]), name=name, by=cast.dc, now=now)
    assert "/" not in file.name
    assert "\\" not in file.name
    assert len(file.name) <= 200


def test_cells_at_their_longest(cast: Cast, rules: None, now: datetime) -> None:
    rows: list[list[Any]] = [row("A1", content="长" * 32_000), row("A2", title="长" * 32_000, content="短")]
    file = services.receive(upload=workbook(rows), name="a.xlsx", by=cast.dc, now=now)
    assert counts(check(file, cast.dc, now).check_job) == {"refused": 2}
