"""The calendar's pages: shown first, saved on the second press, refused with what to do."""

import re
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from governance.calendars.loading import load, working_calendar
from governance.deadlines.defaults import ensure_default_policies
from governance.deadlines.models import Clock
from tests.deadlines import plant as plants

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def sign_in():
    """A client of the person behind an actor."""

    def begin(actor):
        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id), backend=BACKEND)
        return client

    return begin


@pytest.fixture
def client(cast, sign_in, calendar):
    """The district centre's client."""
    return sign_in(cast.dc)


def press_twice(client, url, data):
    """Fill in, look at the effect, confirm; (the page with the effect, the answer to the confirmation)."""
    shown = client.post(url, data)
    assert shown.status_code == 200, shown.content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', shown.content.decode()).group(1)
    return shown, client.post(url, data | {"seen": seen}, follow=True)


def test_the_year_is_shown_with_its_marks_and_hours(client):
    page = client.get("/calendars/2026/").content.decode()
    assert "2026 年" in page
    assert '<span class="visually-hidden"> 10月1日，国庆节，休息</span>' in page
    assert "08:30-11:30、13:30-17:30" in page
    assert "尚未公布" not in page
    assert client.get("/calendars/").status_code == 200


def test_a_year_without_announced_days_says_so(client):
    assert "2031 年的放假安排尚未公布" in client.get("/calendars/2031/").content.decode()


@pytest.mark.parametrize(
    "url", ["/calendars/1999/", "/calendars/2101/", "/calendars/days/2026-13-01/", "/calendars/days/x/delete/"]
)
def test_an_address_that_names_no_day_is_404(client, url):
    assert client.get(url).status_code == 404


def test_without_a_calendar_the_page_says_what_to_do(cast, sign_in):
    answer = sign_in(cast.dc).get("/calendars/")
    assert answer.status_code == 404
    assert "初始化" in answer.content.decode()


def test_a_holiday_shows_what_it_moves_before_it_is_saved(client):
    plants.make_tables()
    (subject,) = plants.add_subjects(1)
    clock = plants.start(subject, at=timezone.now())  # the pages themselves read the clock on the wall
    working = working_calendar()
    day, due = working.add_working_days(clock.started_at, 2).date(), working.add_working_days(clock.started_at, 6)
    data = {"date": f"{day}", "kind": "holiday", "like_weekday": "0", "name": "区庆", "source": ""}
    shown, saved = press_twice(client, "/calendars/days/add/", data)
    assert "1 个正在计时的时限中，1 个推后，0 个提前" in shown.content.decode()
    assert f"{clock.due_at:%Y-%m-%d %H:%M} → {due:%Y-%m-%d %H:%M}" in shown.content.decode()
    assert "已保存，1 个未办结的时限随之调整。" in saved.content.decode()
    assert saved.redirect_chain[-1][0] == f"/calendars/{day.year}/"
    assert Clock.objects.get().due_at == due


def test_what_was_not_shown_is_shown_before_it_counts(client):
    data = {"date": "2026-07-09", "kind": "holiday", "like_weekday": "0", "name": "", "source": ""}
    shown = client.post("/calendars/days/add/", data)
    seen = re.search(r'name="seen" value="(\w+)"', shown.content.decode()).group(1)
    again = client.post("/calendars/days/add/", data | {"date": "2026-07-10", "seen": seen})
    assert again.status_code == 200
    assert working_calendar().is_working_day(date(2026, 7, 10))


def test_a_day_is_changed_and_removed(client):
    assert 'value="2026-10-01"' in client.get("/calendars/days/2026-10-01/").content.decode()
    data = {"kind": "workday", "like_weekday": "4", "name": "值班", "source": ""}
    press_twice(client, "/calendars/days/2026-10-01/", data)
    assert working_calendar().is_working_day(date(2026, 10, 1))
    assert "值班" in client.get("/calendars/days/2026-10-01/delete/").content.decode()
    press_twice(client, "/calendars/days/2026-10-02/delete/", {})
    assert working_calendar().is_working_day(date(2026, 10, 2))
    assert client.get("/calendars/days/2026-10-02/delete/").status_code == 404


def test_a_day_that_somebody_else_removed_meanwhile_is_refused_in_words(client, calendar):
    calendar.special_days.filter(date=date(2026, 10, 1)).delete()
    answer = client.post("/calendars/days/2026-10-01/delete/", {})
    assert answer.status_code == 409
    assert "刷新" in answer.content.decode()


def test_a_year_is_imported(client, calendar):
    calendar.special_days.filter(date__year=2026).delete()
    press_twice(client, "/calendars/2026/import/", {})
    assert not working_calendar().is_working_day(date(2026, 10, 1))
    answer = client.post("/calendars/2031/import/", {})
    assert answer.status_code == 400
    assert "逐日添加" in answer.content.decode()


def test_hours_are_changed_as_people_write_them(client):
    page = client.get("/calendars/hours/").content.decode()
    data = {f"s{place}-{part}": "" for place in range(3) for part in ("name", "month", "day")}
    data |= {f"s0-w{day}": "8:30－12:00，13：30至17:30" for day in range(5)} | {"s0-w5": "休息", "s0-w6": ""}
    data |= {"s0-name": "全年", "s0-month": "1", "s0-day": "1"}
    assert "夏季作息" in page
    press_twice(client, "/calendars/hours/", data)
    assert working_calendar().windows_on(date(2026, 11, 2)) == ((510, 720), (810, 1050))
    assert not working_calendar().is_working_day(date(2026, 11, 7))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"s0-w0": "早上八点"}, "请写成“08:30-11:30、13:30-17:00”的样子"),
        ({"s0-w0": "17:00-08:00"}, "结束应晚于开始"),
        ({"s0-w0": "08:75-09:00"}, "结束应晚于开始"),
        ({"s0-w0": "08:00-12:00 11:00-13:00"}, "重叠"),
        ({"s0-month": ""}, "请填写“全年”开始的月份"),
        ({"s0-month": "2", "s0-day": "30"}, "2 月 30 日不存在"),
        ({"s0-name": ""}, "1 到 4 个"),
        ({"s0-month": "99999999999999999999"}, "小于或等于"),
    ],
)
def test_hours_that_cannot_be_are_refused_with_what_was_typed_kept(client, changes, words):
    revision = load().revision
    data = {"s0-name": "全年", "s0-month": "1", "s0-day": "1", "s0-w0": "08:00-12:00"} | changes
    answer = client.post("/calendars/hours/", data)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert all(value in answer.content.decode() for value in changes.values())
    assert load().revision == revision


@pytest.mark.parametrize(
    "data",
    [
        {}, {"date": "x", "kind": "holiday"}, {"date": "2026-07-09", "kind": "feast", "like_weekday": "0"},
        {"date": "1999-07-09", "kind": "holiday", "like_weekday": "0"},
        {"date": "2026-07-09", "kind": "workday", "like_weekday": "9"},
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_is_refused(client, data):
    assert client.post("/calendars/days/add/", data).status_code == 400


def test_the_policies_are_shown_as_they_are_in_force(client, now):
    assert "还没有时限方案" in client.get("/deadlines/policies/").content.decode()
    ensure_default_policies(now)
    page = client.get("/deadlines/policies/").content.decode()
    assert "一般诉求" in page
    assert "到期前 1 个工作日 黄牌" in page
    assert "最多 3 次，每次不超过 15 个工作日，超过 5 的由区网格中心审批" in page


@pytest.mark.parametrize("url", ["/calendars/", "/calendars/hours/", "/calendars/days/add/", "/deadlines/policies/"])
def test_only_the_district_centre_comes_in(cast, sign_in, calendar, url):
    assert sign_in(cast.ss).get(url).status_code == 403
    assert Client().get(url).status_code == 302
    assert sign_in(cast.dc).get(url).status_code == 200


def test_the_pages_cost_few_queries(client, django_assert_max_num_queries, now):
    ensure_default_policies(now)
    for url in ("/calendars/2026/", "/deadlines/policies/"):
        client.get(url)
        with django_assert_max_num_queries(18):
            client.get(url)
