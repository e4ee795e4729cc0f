"""The pages: buttons of the lists, template, upload, preview, start, refused rows, export; and what leaves."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from governance.audit.models import Entry
from governance.jobs import services as jobs
from governance.sheets.models import SheetExport, SheetUpload
from members.models import Person
from members.sheets.columns import COLUMNS
from members.sheets.people import PEOPLE
from tests.appeals.pages.conftest import browse  # noqa: F401
from tests.members.conftest import identity_number
from tests.members.sheets.conftest import home, sheet_of
from tests.sheets.files import read, rows_of

pytestmark = pytest.mark.django_db

NUMBER = identity_number("19620317", 1)
HEAD = home(name="王建国", identity=NUMBER, phone="13812345678", relation="户主")


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.now() - timedelta(minutes=1)


def content(answer) -> bytes:
    return b"".join(answer.streaming_content)


def upload_of(*rows) -> SimpleUploadedFile:
    return SimpleUploadedFile("居民.xlsx", sheet_of(*rows).read())


class TestIn:
    def test_from_the_list_to_the_refused_rows_and_back(self, browse, cast) -> None:  # noqa: F811
        client = browse(cast.cw)
        shown = client.get("/people/").content.decode()
        assert "/sheets/persons/import/" in shown
        assert "/sheets/persons/export/" in shown
        page = client.get("/sheets/persons/import/").content.decode()
        assert "下载模板" in page
        answer = client.post("/sheets/persons/import/", {"file": upload_of(HEAD, home("302", name="李"))})
        assert answer.status_code == 302
        preview = client.get(answer["Location"]).content.decode()
        assert "导入 1 行" in preview
        assert "2 至 32" in preview
        assert NUMBER not in preview
        assert "138****678" in preview
        started = client.post(f"{answer['Location']}start/")
        assert started["Location"] == answer["Location"]
        assert Person.objects.count() == 1
        done = client.get(answer["Location"]).content.decode()
        assert "上传的文件已删除" in done
        refused = content(client.get(f"{answer['Location']}refused/"))
        assert Entry.objects.get(action="sheet.refused_download").is_look
        book = read(refused)
        book.worksheets[0]["A2"] = "李强"
        book.worksheets[0]["F2"] = "户主"
        mended = BytesIO()
        book.save(mended)
        again = client.post("/sheets/persons/import/", {"file": SimpleUploadedFile("改.xlsx", mended.getvalue())})
        client.post(f"{again['Location']}start/")
        assert sorted(Person.objects.values_list("name", flat=True)) == ["李强", "王建国"]

    def test_the_template_opens(self, browse, cast, district) -> None:  # noqa: F811
        book = read(content(browse(cast.cw).get("/sheets/persons/template/")))
        assert len(book["居民"].data_validations.dataValidation) == 6 - 1, "no building is there to choose from yet"
        units = [cell.value for cell in book["可选内容"]["D"]]
        assert units[0] == "所属网格/社区"
        assert any("第1网格" in str(unit) for unit in units)
        assert not any("第二街道" in str(unit) for unit in units)
        assert book["填写说明"].max_row == len(COLUMNS) + 2

    def test_a_wrong_file_is_refused_on_the_form(self, browse, cast) -> None:  # noqa: F811
        answer = browse(cast.cw).post("/sheets/persons/import/", {"file": SimpleUploadedFile("a.xlsx", b"%PDF-1.4 x")})
        assert answer.status_code == 400
        assert "不是表格文件" in answer.content.decode()
        assert browse(cast.cw).post("/sheets/persons/import/", {}).status_code == 400

    def test_budget(self, browse, cast, look, django_assert_max_num_queries) -> None:  # noqa: F811
        upload = look(*(home(f"{n}01", name="李") for n in range(60)))
        client = browse(cast.cw)
        client.get(f"/sheets/imports/{upload.pk}/")
        for url, most in ((f"/sheets/imports/{upload.pk}/", 12), ("/sheets/", 14), ("/sheets/persons/import/", 12)):
            with django_assert_max_num_queries(most):
                assert client.get(url).status_code == 200

    def test_who_has_no_business_there(self, browse, cast) -> None:  # noqa: F811
        for actor in (cast.gw, cast.dc, cast.ss, cast.sl):
            assert browse(actor).get("/sheets/persons/import/").status_code == 403
        assert "/sheets/persons/import/" not in browse(cast.ss).get("/people/").content.decode()
        assert browse(cast.cw).get("/sheets/nothing/import/").status_code == 404


class TestOut:
    def test_what_the_list_shows_leaves_marked_and_comes_in_again(self, browse, cast, bring, now) -> None:  # noqa: F811
        bring(HEAD, home(name="刘敏", relation="配偶", identity=identity_number("19640510", 2), residence="流动人口"))
        client = browse(cast.cs)
        page = client.get("/sheets/persons/export/", {"tab": "here", "residence": "floating"}).content.decode()
        assert "将导出 1 人" in page
        assert "居住情况：流动人口" in page
        answer = client.post("/sheets/persons/export/?tab=here", {"purpose": "冬季入户走访核对"})
        wanted = SheetExport.objects.get()
        assert (wanted.count, wanted.words) == (2, "在册")
        jobs.run(job_id=wanted.job_id, now=timezone.now())
        assert "下载表格" in client.get(answer["Location"]).content.decode()
        file = content(client.get(f"{answer['Location']}file/"))
        lines = rows_of(file)
        assert "严禁外传" in lines[0][0]
        assert lines[2][:3] == ("王建国", f"{NUMBER[:6]}********{NUMBER[-4:]}", "138****5678")
        assert NUMBER not in str(lines)
        again = client.post("/sheets/persons/import/", {"file": SimpleUploadedFile("再.xlsx", file)})
        assert SheetUpload.objects.get(pk=again["Location"].split("/")[-2]).checked["same"] == 2

    def test_full_numbers_and_a_number_that_was_looked_for(self, browse, cast, bring) -> None:  # noqa: F811
        bring(HEAD)
        client = browse(cast.cs)
        found = client.post("/people/find/", {"q": NUMBER})["Location"]
        query = found.partition("?")[2]
        client.post(f"/sheets/persons/export/?{query}", {"purpose": "核对身份信息", "with_numbers": "on"})
        wanted = SheetExport.objects.get()
        assert wanted.words == "在册；按号码查找"
        jobs.run(job_id=wanted.job_id, now=timezone.now())
        file = content(client.get(f"/sheets/exports/{wanted.pk}/file/"))
        assert rows_of(file)[2][1:3] == (NUMBER, "13812345678")
        assert NUMBER not in str(list(Entry.objects.values_list("after", "reason", "subject_label")))

    def test_a_worker_asks_the_secretary(self, browse, cast, bring) -> None:  # noqa: F811
        bring(HEAD)
        worker, secretary = browse(cast.cw), browse(cast.cs)
        assert "提交审批" in worker.get("/sheets/persons/export/").content.decode()
        url = worker.post("/sheets/persons/export/", {"purpose": "冬季入户走访核对"})["Location"]
        assert "等您审批" in secretary.get("/sheets/").content.decode()
        assert 'name="approve"' not in worker.get(url).content.decode()
        assert secretary.post(url, {"approve": "no", "words": ""}).status_code == 400
        assert secretary.post(url, {"approve": "yes", "words": ""}).status_code == 302
        assert "开始导出" in worker.get(url).content.decode()
        worker.post(f"{url}begin/")
        wanted = SheetExport.objects.get()
        jobs.run(job_id=wanted.job_id, now=timezone.now())
        assert "王建国" in str(rows_of(content(worker.get(f"{url}file/"))))
        assert secretary.get(f"{url}file/").status_code == 404

    def test_households_and_a_filter_that_is_none(self, browse, cast, bring) -> None:  # noqa: F811
        bring(HEAD)
        client = browse(cast.ss)
        assert "将导出 1 户" in client.get("/sheets/households/export/").content.decode()
        assert client.get("/sheets/persons/export/", {"residence": "mars"}).status_code == 302
        client.post("/sheets/households/export/", {"purpose": "核对住户底数"})
        wanted = SheetExport.objects.get()
        jobs.run(job_id=wanted.job_id, now=timezone.now())
        assert rows_of(content(client.get(f"/sheets/exports/{wanted.pk}/file/")))[2][:3] == (
            "王建国",
            "3号楼2单元301",
            1,
        )
        assert client.get("/sheets/households/import/").status_code == 404, "households go out alone"


def test_the_export_has_the_imports_columns() -> None:
    assert list(PEOPLE.exporter.header[:-1]) == [column.label for column in COLUMNS]
