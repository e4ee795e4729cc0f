"""Staff from Excel: looked at, taken over, handed back, and harmless to repeat."""

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import staff_sheets
from accounts.models import Posting, StaffImport, User
from accounts.services import staff_import
from accounts.services.staff_rows import COLUMNS, lines_of
from governance.audit.models import Entry
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.spreadsheets import read_rows, write_xlsx
from grids.models import Unit


def _file(*rows, header=COLUMNS) -> BytesIO:
    file = BytesIO()
    write_xlsx(file, header, rows)
    return file


GOOD = ("wangfang", "王芳", 13812344080.0, "社区工作者", "第一街道1社区", "", "2026/1/31", None)


@pytest.fixture
def take(cast, now):
    """Upload rows and let the job run, here."""

    def run(*rows) -> StaffImport:
        kept = staff_import.upload(file=_file(*rows), filename="名单.xlsx", by=cast.se, now=now)
        job = staff_import.start(import_id=kept.pk, by=cast.se, now=now)
        assert jobs.run(job_id=job.pk, now=now)
        job.refresh_from_db()
        assert job.state == Job.DONE, job.message
        kept.refresh_from_db()
        return kept

    return run


pytestmark = pytest.mark.django_db(transaction=True)


def test_a_good_row_makes_a_person_with_a_posting_and_a_password(take, cast, district, now, client):
    kept = take(GOOD)
    user = User.objects.get(username="wangfang")
    posting = user.postings.get()
    assert (posting.unit, posting.role, str(posting.starts_on)) == (district.community_1, "CW", "2026-01-31")
    assert kept.counts == {"new": 1}
    assert kept.rows_sealed == ""
    [[username, name, password]] = staff_import.take_passwords(import_id=kept.pk, by=cast.se, now=now)
    assert (username, name) == ("wangfang", "王芳")
    assert client.post("/accounts/sign-in/", {"username": username, "password": password}).status_code == 302
    with pytest.raises(IllegalState, match="已下载过"):
        staff_import.take_passwords(import_id=kept.pk, by=cast.se, now=now)
    assert Entry.objects.get(action="account.import").after == {"new": 1}


def test_the_same_file_twice_adds_nothing_and_a_changed_row_updates(take):
    take(GOOD)
    before = list(Posting.objects.values())
    assert take(GOOD).counts == {"same": 1}
    assert list(Posting.objects.values()) == before
    changed = (*GOOD[:1], "王芳芳", *GOOD[2:])
    assert take(changed).counts == {"change": 1}
    assert User.objects.get(username="wangfang").name == "王芳芳"
    second = (*GOOD[:3], "网格员", "990001001001001 第1网格", *GOOD[5:])
    assert take((*second[:1], "王芳芳", *second[2:])).counts == {"posting": 1}


BAD = [
    (("", *GOOD[1:]), "账号须以字母开头"),
    ((GOOD[0], "王", *GOOD[2:]), "姓名须为"),
    ((*GOOD[:2], "12345", *GOOD[3:]), "号"),
    ((*GOOD[:3], "社长", *GOOD[4:]), "没有岗位“社长”"),
    ((*GOOD[:3], "网格员", *GOOD[4:]), "只能设在网格"),
    ((*GOOD[:4], "不存在社区", *GOOD[5:]), "没有找到单位"),
    ((*GOOD[:3], "网格员", "第1网格", *GOOD[5:]), "请改填单位编码"),
    ((*GOOD[:5], "也许", *GOOD[6:]), "负责人"),
    ((*GOOD[:6], "去年", None), "不是日期"),
    ((*GOOD[:6], "2026-02-30", None), "不是日期"),
    ((*GOOD[:6], "2026-02-01", "2026-01-01"), "截止日期不能早于"),
]


@pytest.mark.parametrize(("row", "says"), BAD)
def test_a_bad_row_is_said_to_be_bad_before_and_after_and_hinders_no_other(take, cast, now, row, says):
    [bad, good] = staff_import.preview(lines_of(_file(row, GOOD), "x.xlsx"), by=cast.se, now=now)
    assert bad.outcome == "refused"
    assert says in bad.message
    assert good.outcome == "new"
    kept = take(row, GOOD)
    assert kept.counts == {"refused": 1, "new": 1}
    assert says in staff_import.refused_of(kept)[0][2]


def test_refused_rows_come_back_as_a_file_that_can_be_mended_and_uploaded(take, cast, now):
    kept = take((*GOOD[:1], "=1+1", *GOOD[2:]))
    file = BytesIO(staff_sheets.refused(staff_import.refused_of(kept)))
    book = openpyxl.load_workbook(file)
    sheet = book.active
    assert sheet["B2"].value == "=1+1"
    assert sheet["B2"].data_type == "s"
    assert "姓名" in sheet["I2"].value
    sheet["B2"] = "王芳"
    mended = BytesIO()
    book.save(mended)
    again = staff_import.upload(file=mended, filename="改好.xlsx", by=cast.se, now=now)
    [verdict] = staff_import.preview(staff_import.rows_of(again), by=cast.se, now=now)
    assert verdict.outcome == "new"


def test_the_three_offices_stay_apart_within_a_file_and_against_what_is_held(take, cast, district, now):
    clash = [
        ("zhaoliu", "赵六", "", "审计员", "试验区", "", "", ""),
        ("zhaoliu", "赵六", "", "系统管理员", "试验区", "", "", ""),
        (User.objects.get(pk=cast.cw.user_id).username, "改名了", "", "审计员", "试验区", "", "", ""),
    ]
    verdicts = staff_import.preview(lines_of(_file(*clash), "x.xlsx"), by=cast.se, now=now)
    assert [v.outcome for v in verdicts] == ["new", "refused", "refused"]
    assert take(*clash).counts == {"new": 1, "refused": 2}
    # A row that is refused changes nothing at all, the name neither.
    assert User.objects.get(pk=cast.cw.user_id).name == cast.cw.user_name


def test_the_office_cannot_change_itself_by_a_file_either(take, cast):
    own = User.objects.get(pk=cast.se.user_id).username
    kept = take((own, "改名字", "", "区网格中心", "试验区", "", "", ""))
    assert kept.counts == {"refused": 1}


def test_a_job_that_died_midway_goes_on_where_it_was(cast, district, now):
    rows = [(f"user{n:03d}", "王小芳", "", "社区工作者", "第一街道1社区", "", "", "") for n in range(60)]
    kept = staff_import.upload(file=_file(*rows), filename="x.xlsx", by=cast.se, now=now)
    job = staff_import.start(import_id=kept.pk, by=cast.se, now=now)

    class DiesAfterOneBatch:
        def expect(self, total, message=""):
            self.total = total

        def advance(self, n=1, message=""):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        staff_import.run_job(job, DiesAfterOneBatch(), now)
    assert User.objects.filter(username__startswith="user").count() == 25
    assert jobs.run(job_id=job.pk, now=now)
    kept.refresh_from_db()
    assert kept.counts == {"new": 60}
    assert len(staff_import.take_passwords(import_id=kept.pk, by=cast.se, now=now)) == 60


def test_what_it_says_of_people_is_sealed(cast, district, now):
    kept = staff_import.upload(file=_file(GOOD), filename="x.xlsx", by=cast.se, now=now)
    assert "王芳" not in kept.rows_sealed
    assert "13812344080" not in str(StaffImport.objects.values().get())


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (_file(("x",), header=("姓名",)), "缺少列：账号、岗位、单位"),
        (_file(), "没有数据行"),
        (BytesIO(b""), "空的"),
        (BytesIO(b"PK\x03\x04broken"), "已损坏"),
    ],
)
def test_a_useless_file_is_refused_with_what_to_do(cast, now, file, says):
    with pytest.raises(InvalidInput) as refusal:
        staff_import.upload(file=file, filename="x.xlsx", by=cast.se, now=now)
    assert says in refusal.value.message
    assert refusal.value.field == "file"


def test_more_rows_than_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr("accounts.services.staff_rows.MOST_ROWS", 2)
    with pytest.raises(InvalidInput, match="最多导入 2 行"):
        lines_of(_file(GOOD, GOOD, GOOD), "x.xlsx")


def test_only_the_office_imports_and_only_its_own_lists(cast, district, now):
    with pytest.raises(NotAllowed):
        staff_import.upload(file=_file(GOOD), filename="x.xlsx", by=cast.dc, now=now)
    kept = staff_import.upload(file=_file(GOOD), filename="x.xlsx", by=cast.se, now=now)
    StaffImport.objects.filter(pk=kept.pk).update(uploaded_by_id=cast.dc.user_id)
    with pytest.raises(NotFound):
        staff_import.start(import_id=kept.pk, by=cast.se, now=now)
    StaffImport.objects.filter(pk=kept.pk).update(uploaded_by_id=cast.se.user_id)
    staff_import.start(import_id=kept.pk, by=cast.se, now=now)
    with pytest.raises(IllegalState):
        staff_import.start(import_id=kept.pk, by=cast.se, now=now)


def test_the_template_reads_back_and_offers_roles_and_units(cast, district):
    content = BytesIO(staff_sheets.template(Unit.objects.order_by("code")))
    book = openpyxl.load_workbook(content)
    assert book.sheetnames == ["人员名单", "单位", "填写说明"]
    assert [c.value.rstrip("*") for c in book["人员名单"][1]] == list(COLUMNS)
    assert len(book["人员名单"].data_validations.dataValidation) == 3
    assert book["单位"]["A2"].value == "990001 试验区"
    assert book["单位"].max_row == Unit.objects.count() + 1
    with pytest.raises(InvalidInput, match="没有数据行"):
        lines_of(content, "模板.xlsx")


def test_a_preview_of_many_rows_takes_a_handful_of_queries(cast, district, now, django_assert_max_num_queries):
    lines = lines_of(_file(*[(f"user{n:04d}", *GOOD[1:]) for n in range(500)]), "x.xlsx")
    with django_assert_max_num_queries(4):
        assert {v.outcome for v in staff_import.preview(lines, by=cast.se, now=now)} == {"new"}


def test_in_the_browser(cast, district, sign_in, now):
    client = sign_in(cast.se)
    template = client.get("/accounts/staff/import/template/")
    assert next(iter(read_rows(BytesIO(template.content), "x.xlsx")))[0] == 1
    bad = (*GOOD[:1], "王", *GOOD[2:])
    file = SimpleUploadedFile("名单.xlsx", _file(GOOD, bad).getvalue())
    page = client.post("/accounts/staff/import/", {"file": file}, follow=True)
    text = page.content.decode()
    assert "导入 1 行" in text
    assert "姓名须为" in text
    assert "13812344080" not in text
    kept = StaffImport.objects.get()
    refused = client.get(f"/accounts/staff/import/{kept.pk}/refused/")
    assert "姓名须为" in list(read_rows(BytesIO(refused.content), "x.xlsx"))[1][1][8]
    assert client.post(f"/accounts/staff/import/{kept.pk}/start/").status_code == 302
    assert "排队中" in client.get(f"/accounts/staff/import/{kept.pk}/").content.decode()
    kept.refresh_from_db()
    jobs.run(job_id=kept.job_id, now=now)
    assert client.get(f"/accounts/staff/import/{kept.pk}/", headers={"hx-request": "true"})["HX-Refresh"] == "true"
    assert "下载初始密码" in client.get(f"/accounts/staff/import/{kept.pk}/").content.decode()
    passwords = client.post(f"/accounts/staff/import/{kept.pk}/passwords/")
    assert [row[0] for _, row in read_rows(BytesIO(passwords.content), "x.xlsx")] == ["账号", "wangfang"]
    assert passwords["Cache-Control"] == "no-store"
    again = client.post(f"/accounts/staff/import/{kept.pk}/passwords/", follow=True)
    assert "已下载过" in again.content.decode()


def test_a_useless_upload_is_answered_on_the_form(cast, sign_in):
    client = sign_in(cast.se)
    for data in ({}, {"file": SimpleUploadedFile("x.xlsx", b"hello")}, {"file": SimpleUploadedFile("x.xls", b"")}):
        answer = client.post("/accounts/staff/import/", data)
        assert answer.status_code == 400
        assert "error-summary" in answer.content.decode()
