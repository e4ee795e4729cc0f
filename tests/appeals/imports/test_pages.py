"""The import in the browser: upload, columns, check, import, result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.acting import actor_from
from appeals.models import Appeal, ImportFile, ImportTemplate
from governance.audit.models import Entry
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.scope import Role
from grids.models import Unit
from tests.appeals.imports.conftest import HEADERS, answered, check, fresh, row, start, workbook
from tests.fixtures import Cast, make_posting
from tests.signing import client_of

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/appeals/import/"


@pytest.fixture
def client(cast: Cast, rules: None) -> Client:
    return client_of(cast.dc)


def upload(client: Client, rows: list[list[Any]], headers: list[str] = HEADERS) -> Any:
    content = SimpleUploadedFile("导出 1.xlsx", workbook(rows, headers).getvalue())
    return client.post(LIST, {"file": content})


def url(name: str, file: ImportFile) -> str:
    return reverse(f"imports:{name}", args=[file.pk])


def columns_of(file: ImportFile, headers: list[str] = HEADERS, **changes: str) -> dict[str, str]:
    """What the page for the columns would send, untouched but for `changes` by header."""
    by_header = {header: key for key, header in file.mapping["columns"].items()} | changes
    chosen = {f"column_{place}": by_header.get(header, "") for place, header in enumerate(headers)}
    return {"channel": "hotline", "remember_as": "", **chosen}


def test_the_whole_way(client: Client, now: datetime) -> None:
    answer = upload(client, [row("A1"), answered("A2"), row("A3", phone="1")])
    file = ImportFile.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url("columns", file))
    page = client.get(url("columns", file)).content.decode()
    assert "小区北门路灯不亮" in page
    assert "已按表头自动对应各列" in page
    answer = client.post(url("columns", file), columns_of(file) | {"remember_as": "市平台"})
    assert answer["Location"] == url("detail", file)
    assert "hx-get" in client.get(url("detail", file)).content.decode()
    assert client.get(url("progress", file)).status_code == 200
    jobs.run(job_id=fresh(file).check_job_id, now=now)
    done = client.get(url("progress", file), headers={"HX-Request": "true"})
    assert done["HX-Redirect"] == url("detail", file)
    page = client.get(url("detail", file)).content.decode()
    assert "导入 2 件" in page
    assert "手机号应为 11 位" in page
    assert "138****4080" in page
    assert "13812344080" not in page
    assert client.post(url("start", file)).status_code == 302
    jobs.run(job_id=fresh(file).import_job_id, now=now)
    page = client.get(url("detail", file)).content.decode()
    assert "导入完成" in page
    assert Appeal.objects.count() == 2
    assert "市平台" in client.get(LIST).content.decode()


def test_the_refused_rows_come_as_a_spreadsheet_and_the_download_is_on_record(
    client: Client, receive: Callable[..., ImportFile], cast: Cast, now: datetime
) -> None:
    file = start(check(receive([row("A1"), row("A2", phone="1")]), cast.dc, now), cast.dc, now)
    answer = client.get(url("refused", file))
    assert "attachment" in answer["Content-Disposition"]
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert [cell.value for cell in sheet["A"]] == ["工单编号", "A2"]
    assert Entry.objects.get(action="appeal.import_refused_download").after == {"rows": 1}


def test_a_wrong_file_is_said_beside_its_field(client: Client) -> None:
    answer = client.post(LIST, {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04 broken")})
    assert answer.status_code == 400
    assert "文件已损坏" in answer.content.decode()
    assert client.post(LIST, {}).status_code == 400
    assert client.post(LIST, {"file": SimpleUploadedFile("a.csv", b"")}).status_code == 400


def test_columns_that_cannot_work_are_said_beside_the_column(client: Client) -> None:
    upload(client, [row("A1")])
    file = ImportFile.objects.get()
    answer = client.post(url("columns", file), columns_of(file, 工单编号=""))
    assert answer.status_code == 400
    assert "还缺“原编号”对应的列" in answer.content.decode()
    twice = client.post(url("columns", file), columns_of(file, 诉求人="title"))
    assert "一个字段只能对应一列" in twice.content.decode()
    assert client.post(url("columns", file), columns_of(file, 诉求人="nonsense")).status_code == 400
    assert fresh(file).check_job is None


def test_a_mapping_corrected_by_hand_counts(client: Client, now: datetime) -> None:
    headers = ["工单编号", "主题", "正文", "受理时间", "备注"]
    upload(client, [["A1", "路灯", "路灯不亮了", "2026/11/20", "来自二楼"]], headers)
    file = ImportFile.objects.get()
    assert "没有认出“诉求内容”" in client.get(url("columns", file)).content.decode()
    client.post(url("columns", file), columns_of(file, headers, 正文="content", 备注="address"))
    jobs.run(job_id=fresh(file).check_job_id, now=now)
    client.post(url("start", file))
    jobs.run(job_id=fresh(file).import_job_id, now=now)
    assert Appeal.objects.get().address == "来自二楼"


def test_problems_are_shown_page_by_page(
    client: Client, receive: Callable[..., ImportFile], cast: Cast, now: datetime, django_assert_max_num_queries: Any
) -> None:
    file = check(receive([row(f"A{i}", phone="1") for i in range(120)]), cast.dc, now)
    with django_assert_max_num_queries(16):
        page = client.get(url("detail", file)).content.decode()
    assert page.count("手机号应为 11 位") == 50
    last = client.get(url("detail", file), {"page": "3"}).content.decode()
    assert last.count("手机号应为 11 位") == 20
    assert client.get(url("detail", file), {"page": "x", "kind": "noticed"}).status_code == 200


def test_a_step_that_comes_too_late_is_said_on_the_page(
    client: Client, receive: Callable[..., ImportFile], cast: Cast, now: datetime
) -> None:
    file = start(check(receive([row("A1")]), cast.dc, now), cast.dc, now)
    for name in ("start", "discard", "stop"):
        assert client.post(url(name, file)).status_code == 302
    page = client.get(url("detail", file)).content.decode()
    assert "不必重复提交" in page
    assert Appeal.objects.count() == 1
    assert client.get(url("columns", file))["Location"] == url("detail", file)


def test_stopping_and_going_on(client: Client, receive: Callable[..., ImportFile], cast: Cast, now: datetime) -> None:
    file = check(receive([row("A1")]), cast.dc, now)
    client.post(url("start", file))
    client.post(url("stop", file))
    assert fresh(file).import_job.state == Job.CANCELLED
    assert "从中断处继续" in client.get(url("detail", file)).content.decode()
    client.post(url("start", file))
    assert jobs.run(job_id=fresh(file).import_job_id, now=now)
    assert Appeal.objects.count() == 1


def test_an_upload_can_be_given_up(client: Client) -> None:
    upload(client, [row("A1")])
    client.post(url("discard", ImportFile.objects.get()))
    assert not ImportFile.objects.exists()


def test_nobody_else_sees_the_file(receive: Callable[..., ImportFile], cast: Cast, now: datetime) -> None:
    file = check(receive([row("A1", phone="1")]), cast.dc, now)
    other = client_of(make_actor(cast, now))
    for name in ("detail", "columns", "progress", "refused"):
        assert other.get(url(name, file)).status_code == 404
        assert client_of(cast.ss).get(url(name, file)).status_code == 403
    for name in ("start", "stop", "discard"):
        assert other.post(url(name, file)).status_code == 404
        assert client_of(cast.ss).post(url(name, file)).status_code == 403


def make_actor(cast: Cast, now: datetime) -> Any:
    """A second person at the district centre."""
    posting = make_posting(Role.DISTRICT_CENTRE, Unit.objects.get(pk=cast.dc.unit_id), username="dc-2")
    return actor_from(posting, now=now)


def test_a_template_is_deleted(client: Client) -> None:
    template = ImportTemplate.objects.create(name="旧", mapping={"columns": {"title": "标题"}}, made_by_user=0)
    assert "旧" in client.get(LIST).content.decode()
    client.post(reverse("imports:template_delete", args=[template.pk]))
    assert not ImportTemplate.objects.exists()
    assert client.post(reverse("imports:template_delete", args=[template.pk])).status_code == 302


def test_text_from_the_file_is_escaped(
    client: Client, receive: Callable[..., ImportFile], cast: Cast, now: datetime
) -> None:
    evil = "<script>alert(1)</script>"
    file = receive([row("A1", title=evil, street=evil)], [*HEADERS[:4], evil, *HEADERS[5:]])
    assert evil not in client.get(url("columns", file)).content.decode()
    check(file, cast.dc, now)
    assert evil not in client.get(url("detail", file)).content.decode()


def test_the_result_leads_to_what_came_in_and_to_nothing_else(client: Client, cast: Cast, now: datetime) -> None:
    for numbers in (("A1", "A2"), ("B1",)):
        upload(client, [row(number) for number in numbers])
        file = ImportFile.objects.latest("pk")
        client.post(url("columns", file), columns_of(file))
        file.refresh_from_db()
        jobs.run(job_id=file.check_job_id or 0, now=now)
        client.post(url("start", file))
        file.refresh_from_db()
        jobs.run(job_id=file.import_job_id or 0, now=now)
    first = ImportFile.objects.earliest("pk")
    link = f"{reverse('appeals:list')}?imported={first.pk}"
    assert link in client.get(url("detail", first)).content.decode()
    shown = client.get(link).context["rows"]
    assert sorted(found.object.source_number for found in shown) == ["A1", "A2"]
    # Whoever follows the link sees of it what lies in their scope.
    assert client_of(cast.cw).get(link).context["rows"] == []
    assert client.get(f"{reverse('appeals:list')}?imported=999999999999999999999").status_code == 200
