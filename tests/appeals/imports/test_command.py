"""`manage.py import_hotline`: its words, its files and its exit status."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from appeals.imports import services, work
from appeals.imports.mapping import guess
from appeals.models import Appeal, ImportFile, ImportTemplate
from governance.audit.models import Entry
from governance.jobs import services as jobs
from governance.jobs.models import Job
from tests.appeals.imports.conftest import HEADERS, row, workbook
from tests.fixtures import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def saved(path: Path, content: BytesIO) -> str:
    path.write_bytes(content.getvalue())
    return str(path)


def run(*arguments: str) -> tuple[int, str]:
    """The exit status and what was said."""
    out = StringIO()
    try:
        call_command("import_hotline", *arguments, stdout=out)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_all_rows_in(cast: Cast, rules: None, tmp_path: Path) -> None:
    path = saved(tmp_path / "导出.xlsx", workbook([row("A1"), row("A2")]))
    status, said = run(path)
    assert status == 0
    assert "诉求标题 → 标题" in said
    assert "新增 2 件，更新 0 件，无变化 0 件，未导入 0 行。" in said
    assert Appeal.objects.get(source_number="A1").registered_by_name == "系统"
    assert not list((tmp_path / "media").rglob("*.xlsx"))
    assert run(path)[1].count("无变化 2 件") == 1


def test_refused_rows_are_written_beside_the_file(cast: Cast, rules: None, tmp_path: Path) -> None:
    path = saved(tmp_path / "导出.xlsx", workbook([row("A1"), row("A2", phone="1")]))
    status, said = run(path)
    assert status == 1
    assert "第 3 行：手机号应为 11 位" in said
    sheet = openpyxl.load_workbook(f"{path}.refused.xlsx").active
    assert [cell.value for cell in sheet["A"]] == ["工单编号", "A2"]
    assert run(path, "--refused", str(tmp_path / "别处.xlsx"))[0] == 1
    assert (tmp_path / "别处.xlsx").exists()


def test_a_dry_run_writes_no_appeal(cast: Cast, rules: None, tmp_path: Path) -> None:
    status, said = run(saved(tmp_path / "a.xlsx", workbook([row("A1")])), "--dry-run")
    assert (status, Appeal.objects.count()) == (0, 0)
    assert "将新增 1 件" in said
    assert not list((tmp_path / "media").rglob("*.xlsx"))


def test_as_a_person_it_is_the_persons_import(cast: Cast, rules: None, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", workbook([row("A1")]))
    assert run(path, "--as", "DC-990001")[0] == 0
    assert Appeal.objects.get().registered_by_user == cast.dc.user_id
    assert Entry.objects.get(action="appeal.import").user_id == cast.dc.user_id
    assert run(path, "--as", "nobody") == (2, "没有账号“nobody”。")
    assert run(path, "--as", "ss-990001001")[0] == 2


def test_a_template_by_name(cast: Cast, rules: None, tmp_path: Path) -> None:
    renamed = ["号", *HEADERS[1:]]
    path = saved(tmp_path / "a.xlsx", workbook([row("A1")], renamed))
    status, said = run(path)
    assert (status, "还缺“原编号”" in said) == (2, True)
    mapping = {"columns": guess(HEADERS).columns | {"source_number": "号"}, "channel": "online"}
    ImportTemplate.objects.create(name="省网", mapping=mapping, made_by_user=0)
    assert run(path, "--template", "省网")[0] == 0
    assert Appeal.objects.get().channel == "online"
    assert run(path, "--template", "市网") == (2, "没有名为“市网”的导入模板。现有模板：省网。")


@pytest.mark.parametrize("content", [b"", b"not,a\ntable", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_an_unusable_file(cast: Cast, rules: None, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert run(str(path))[0] == 2
    assert not ImportFile.objects.filter(import_job__isnull=False).exists()


def test_a_file_that_is_not_there(db: Any) -> None:
    status, said = run("/no/such/file.xlsx")
    assert (status, "找不到文件" in said) == (2, True)


def test_a_platform_without_a_district(db: Any, tmp_path: Path) -> None:
    status, said = run(saved(tmp_path / "a.xlsx", workbook([row("A1")])))
    assert (status, "setup_district" in said) == (2, True)


def test_a_broken_end_of_the_file_leaves_what_is_in_and_says_so(cast: Cast, rules: None, tmp_path: Path) -> None:
    rows = "".join(f"A{i},路灯不亮,2026/11/20\n" for i in range(1500))
    path = tmp_path / "a.csv"
    path.write_text(f'工单编号,诉求内容,受理时间\n{rows}A9999,"{"长" * 300_000}\n', encoding="utf-8")
    status, said = run(str(path))
    assert (status, "引号" in said) == (2, True)
    assert Appeal.objects.count() == 1000
    assert Job.objects.get().state == Job.FAILED


def test_a_killed_command_is_finished_by_a_worker(cast: Cast, rules: None, now: datetime) -> None:
    by = work.platform_actor()
    file = services.receive(upload=workbook([row("A1")]), name="a.xlsx", by=by, now=now)
    job = services.start_here(file_id=file.pk, kind=work.IMPORT, by=by, now=now)
    assert not jobs.run(job_id=job.pk, now=now)
    later = timezone.now() + timedelta(minutes=5)
    assert jobs.recover(now=later) == 1
    assert jobs.run(job_id=job.pk, now=later)
    assert Appeal.objects.get().source_number == "A1"
