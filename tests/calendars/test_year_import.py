"""A year's announced days, in the browser and by the command: shown, refused in part, confirmed; limits follow."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from governance.audit.models import Entry
from governance.calendars import services
from governance.calendars.announced import AnnouncedDay, from_rows
from governance.calendars.changes import SetAnnounced
from governance.calendars.loading import load, working_calendar
from governance.calendars.models import SpecialDay
from governance.deadlines.models import Clock
from governance.errors import NotAllowed
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.scope import PLATFORM
from governance.spreadsheets import read_rows
from tests.appeals.conftest import dispatched as dispatched
from tests.appeals.conftest import registered as registered
from tests.appeals.conftest import rules as rules
from tests.deadlines import plant as plants

# Not announced when this was written: days as a notice might name them. 1 January 2027 is a Friday.
TEXT = "元旦：1月1日（周五）至3日（周日）放假，共3天。春节：2月5日（周五）放假，2月6日（周日）上班。"
URL = "/calendars/2027/announced/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(cast, calendar) -> Client:
    """The district centre's."""
    client = Client()
    client.force_login(User.objects.get(pk=cast.dc.user_id), backend="django.contrib.auth.backends.ModelBackend")
    return client


def plan_of(page) -> str:
    return re.search(r'name="plan" value="([^"]+)"', page.content.decode())[1]


def holiday_in_three_days() -> AnnouncedDay:
    """A working day soon, as the pages read the clock on the wall."""
    day = timezone.localdate() + timedelta(days=1)
    while not working_calendar().is_working_day(day):
        day += timedelta(days=1)
    return AnnouncedDay(day, SpecialDay.HOLIDAY, "区庆")


def test_words_are_shown_then_confirmed(client: Client) -> None:
    shown = client.post(URL, {"text": TEXT, "source": "国办发明电"})
    page = shown.content.decode()
    assert shown.status_code == 200
    assert "读到 4 天，其中 4 天与现有日历不同" in page
    assert "2027年2月6日是周六，文中写的是周日" in page
    assert working_calendar().is_working_day(date(2027, 1, 1))
    saved = client.post(URL, {"plan": plan_of(shown), "do": "confirm"}, follow=True)
    assert saved.redirect_chain[-1][0] == "/calendars/2027/"
    assert not working_calendar().is_working_day(date(2027, 1, 1))
    assert SpecialDay.objects.get(date=date(2027, 2, 5)).source == "国办发明电"
    entry = Entry.objects.get(action="calendar.import_days")
    assert entry.after["2027-01-01"] == "放假 元旦"
    again = client.post(URL, {"text": TEXT.split("春节")[0]}).content.decode()
    assert "其中 0 天与现有日历不同" in again
    assert "确认导入" not in again


def test_the_refused_rows_come_back_as_a_file_that_can_be_mended(client: Client) -> None:
    table = "日期,类型,名称\n2027-01-01,休息,元旦\n2027-01-05,上班,元旦\n"
    shown = client.post(URL, {"file": SimpleUploadedFile("2027.csv", table.encode())})
    answer = client.post(URL, {"plan": plan_of(shown), "do": "refused"})
    assert "attachment" in answer["Content-Disposition"]
    rows = list(read_rows(io.BytesIO(b"".join(answer.streaming_content)), "x.xlsx"))
    assert rows[1][1][:3] == ["2027-01-05", "上班", "元旦"]
    assert "本来就上班" in rows[1][1][-1]
    assert len(from_rows(rows, 2027).refused) == 1


def test_the_template_can_be_uploaded_as_it_is(client: Client) -> None:
    answer = client.get(URL + "template/")
    content = b"".join(answer.streaming_content)
    shown = client.post(URL, {"file": SimpleUploadedFile("模板.xlsx", content)})
    assert "读到 2 天" in shown.content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "二者选一"), ({"text": "各单位做好值班"}, "没有读到任何日期"), ({"text": "1月1日\x00放假"}, ""),
        ({"text": TEXT, "file": SimpleUploadedFile("a.csv", b"x")}, "二者选一"),
        ({"file": SimpleUploadedFile("a.csv", b"\x00\x01\x02")}, ""),
        ({"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04")}, ""),
        ({"file": SimpleUploadedFile("a.csv", "姓名\n王".encode())}, "第一行没有"),
        ({"file": SimpleUploadedFile("a.csv", b"," * 2_200_000)}, "2 MB"),
        ({"plan": "x", "do": "confirm"}, "预览已过期"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words(client: Client, data: dict, words: str) -> None:
    revision = load().revision
    answer = client.post(URL, data)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert load().revision == revision


def test_a_preview_of_another_year_is_not_confirmed(client: Client) -> None:
    shown = client.post(URL, {"text": TEXT})
    answer = client.post("/calendars/2028/announced/", {"plan": plan_of(shown), "do": "confirm"})
    assert answer.status_code == 400
    assert "另一年" in answer.content.decode()


@pytest.mark.parametrize("url", ["/calendars/1999/announced/", "/calendars/9999999999/announced/template/"])
def test_years_that_the_pages_do_not_show(client: Client, url: str) -> None:
    assert client.get(url).status_code == 404
    assert client.post(url, {"text": TEXT}).status_code in {404, 405}


@pytest.mark.parametrize("who", ["dl", "sl", "ss", "cs", "au", "sy"])
def test_only_who_edits_the_calendar(cast, calendar, now, who: str) -> None:
    change = SetAnnounced(2027, (AnnouncedDay(date(2027, 1, 1), SpecialDay.HOLIDAY, "元旦"),))
    revision = load().revision
    with pytest.raises(NotAllowed):
        services.import_announced(change=change, by=getattr(cast, who), now=now)
    assert load().revision == revision


def test_the_open_limits_move_and_each_says_so(client: Client) -> None:
    plants.make_tables()
    (subject,) = plants.add_subjects(1)
    clock = plants.start(subject, at=timezone.now())
    day = holiday_in_three_days()
    url = f"/calendars/{day.date.year}/announced/"
    shown = client.post(url, {"text": f"区庆：{day.date.month}月{day.date.day}日放假"})
    assert "1 个正在计时的时限中，1 个推后" in shown.content.decode()
    client.post(url, {"plan": plan_of(shown), "do": "confirm"})
    moved = Clock.objects.get(pk=clock.pk)
    assert moved.due_at > clock.due_at


def test_the_history_of_an_appeal_says_that_its_limit_moved(dispatched, cast, now) -> None:
    """Wednesday is declared free: the limit of five working days from Monday ends a day later, with an entry."""
    before = dispatched.due_at
    change = SetAnnounced(2026, (AnnouncedDay(date(2026, 11, 25), SpecialDay.HOLIDAY, "区庆"),))
    assert services.import_announced(change=change, by=cast.dc, now=now) is None
    dispatched.refresh_from_db()
    assert dispatched.due_at == before + timedelta(days=1)
    assert "clock_moved" in dispatched.entries.values_list("kind", flat=True)


@pytest.mark.django_db(transaction=True)
def test_very_many_limits_move_in_the_background(cast, calendar, monkeypatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)
    plants.make_tables()
    now = timezone.now()
    before = {plants.start(subject, at=now).pk for subject in plants.add_subjects(5)}
    change = SetAnnounced(timezone.localdate().year, (holiday_in_three_days(),))
    due = set(Clock.objects.filter(pk__in=before).values_list("due_at", flat=True))
    job = services.import_announced(change=change, by=cast.dc, now=now)
    assert job is not None
    assert set(Clock.objects.filter(pk__in=before).values_list("due_at", flat=True)) == due
    jobs.run(job_id=job.pk, now=now)
    done = Job.objects.get(pk=job.pk)
    assert (done.state, done.result) == (Job.DONE, {"moved": 5, "left": 0})
    assert not set(Clock.objects.filter(pk__in=before).values_list("due_at", flat=True)) & due


class TestCommand:
    def test_it_shows_and_writes_nothing_unless_told(self, calendar, tmp_path) -> None:
        file = tmp_path / "通知.txt"
        file.write_text(TEXT.split("2月6日")[0], encoding="utf-8")
        out = io.StringIO()
        call_command("import_calendar", str(file), year=2027, dry_run=True, stdout=out)
        assert "* 2027-01-01 周五  按周上班 → 放假 元旦" in out.getvalue()
        assert working_calendar().is_working_day(date(2027, 1, 1))
        call_command("import_calendar", str(file), year=2027, stdout=out)
        assert not working_calendar().is_working_day(date(2027, 1, 1))
        assert Entry.objects.get(action="calendar.import_days").user_id == PLATFORM.user_id

    def test_refused_rows_hold_it_back(self, calendar, tmp_path) -> None:
        file = tmp_path / "2027.csv"
        file.write_text("日期,类型,名称\n2027-01-01,休息,元旦\n2027-01-05,上班,元旦\n", encoding="utf-8")
        with pytest.raises(CommandError, match="1 行未通过"):
            call_command("import_calendar", str(file), year=2027, stdout=io.StringIO(), stderr=io.StringIO())
        assert working_calendar().is_working_day(date(2027, 1, 1))
        call_command(
            "import_calendar", str(file), year=2027, skip_refused=True, stdout=io.StringIO(), stderr=io.StringIO()
        )
        assert not working_calendar().is_working_day(date(2027, 1, 1))

    @pytest.mark.parametrize("year", [1999, 2200])
    def test_a_year_that_cannot_be(self, calendar, tmp_path, year: int) -> None:
        with pytest.raises(CommandError):
            call_command("import_calendar", str(tmp_path / "没有.txt"), year=year)

    def test_a_file_that_is_not_there(self, calendar, tmp_path) -> None:
        with pytest.raises(CommandError, match="读不了"):
            call_command("import_calendar", str(tmp_path / "没有.txt"), year=2027)
