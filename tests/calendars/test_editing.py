"""Editing the calendar: who may, what is recorded, what moves, what is refused; and the calendar that ships."""

from datetime import date, datetime

import chinese_calendar
import pytest
from django.db import connection, transaction

from governance.audit.models import Entry
from governance.calendars import defaults, selectors, services
from governance.calendars.changes import ImportYear, RemoveDay, SeasonHours, SetDay, SetHours
from governance.calendars.loading import load, working_calendar, zone
from governance.calendars.models import Calendar, SpecialDay
from governance.deadlines.models import Clock
from governance.errors import DomainError, IllegalState, InvalidInput, NotAllowed
from tests.deadlines import plant as plants

NOW = datetime(2026, 7, 6, 9, tzinfo=zone())
DAY = ((510, 690), (810, 1020))
WEEK = (DAY,) * 5 + ((), ())
HOLIDAY = SetDay(date(2026, 7, 9), SpecialDay.HOLIDAY, name="区庆", source="区政府通知")


def edit(change, by):
    return services.edit(change=change, by=by, now=NOW)


# -- what ships ----------------------------------------------------------------------------------------------------


def test_the_default_calendar_knows_every_announced_day(calendar):
    working = working_calendar()
    for year in (2008, 2020, 2025, 2026):
        day = date(year, 1, 1)
        while day.year == year:
            assert working.is_working_day(day) == chinese_calendar.is_workday(day), day
            day = date.fromordinal(day.toordinal() + 1)


def test_the_default_hours_have_a_lunch_gap_and_a_longer_summer(calendar):
    working = working_calendar()
    assert working.windows_on(date(2026, 7, 6)) == ((510, 690), (810, 1050))
    assert working.windows_on(date(2026, 11, 2)) == DAY
    assert working.windows_on(date(2026, 9, 20)) == ((510, 690), (810, 1050))  # a Sunday that works


def test_it_is_made_once_and_never_over_an_edited_one(calendar, centre):
    edit(HOLIDAY, centre)
    assert services.ensure_default_calendar().pk == calendar.pk
    assert not working_calendar().is_working_day(date(2026, 7, 9))


# -- loading -------------------------------------------------------------------------------------------------------


def test_a_kept_calendar_costs_one_query_until_it_changes(calendar, centre, django_assert_num_queries):
    before = load()
    with django_assert_num_queries(1):
        assert load() is before
    edit(HOLIDAY, centre)
    assert load().revision > before.revision
    assert not working_calendar().is_working_day(date(2026, 7, 9))
    assert before.working_time.is_working_day(date(2026, 7, 9))


def test_a_revision_that_was_rolled_back_is_never_given_again(calendar):
    with transaction.atomic():
        lost = defaults.next_revision()
        transaction.set_rollback(True)
    assert defaults.next_revision() > lost


# -- each change ---------------------------------------------------------------------------------------------------


def test_a_day_is_set_and_recorded_with_what_it_was(calendar, centre):
    edit(HOLIDAY, centre)
    entry = Entry.objects.get(action="calendar.set_day")
    assert (entry.subject_type, entry.subject_id, entry.user_id) == ("calendars.calendar", calendar.pk, centre.user_id)
    assert entry.before["kind"] == "按周安排"
    assert entry.after == {"kind": "放假", "name": "区庆", "source": "区政府通知"}
    edit(SetDay(date(2026, 7, 9), SpecialDay.WORKDAY, like_weekday=4), centre)
    assert calendar.special_days.get(date=date(2026, 7, 9)).like_weekday == 4


def test_a_day_is_removed_once(calendar, centre):
    edit(RemoveDay(date(2026, 10, 1)), centre)
    assert working_calendar().is_working_day(date(2026, 10, 1))
    with pytest.raises(IllegalState, match="刷新"):
        edit(RemoveDay(date(2026, 10, 1)), centre)


def test_an_import_adds_what_is_missing_and_keeps_what_was_set_by_hand(calendar, centre):
    calendar.special_days.filter(date__year=2026).delete()
    edit(SetDay(date(2026, 10, 1), SpecialDay.WORKDAY, name="值班"), centre)
    edit(ImportYear(2026), centre)
    assert calendar.special_days.get(date=date(2026, 10, 1)).name == "值班"
    assert calendar.special_days.filter(date__year=2026).count() == len(defaults.announced_days(2026))


def test_a_year_that_is_not_announced_is_refused_and_warned_of(calendar, centre):
    year = defaults.announced_years()[-1] + 1
    with pytest.raises(InvalidInput, match="逐日添加"):
        edit(ImportYear(year), centre)
    assert "尚未公布" in selectors.year_warning(calendar, year)
    assert selectors.year_warning(calendar, 2026) == ""
    calendar.special_days.filter(date__year=2026).delete()
    assert "请导入" in selectors.year_warning(calendar, 2026)


def test_hours_are_replaced_and_always_cover_the_year(calendar, centre):
    late = (((540, 720), (840, 1080)),) * 5 + ((), ())
    edit(SetHours([SeasonHours("冬", (11, 1), WEEK), SeasonHours("夏", (4, 1), late)]), centre)
    working = working_calendar()
    assert working.windows_on(date(2026, 3, 31)) == working.windows_on(date(2026, 11, 2)) == DAY
    assert working.windows_on(date(2026, 4, 1)) == working.windows_on(date(2026, 10, 30)) == late[0]
    edit(SetHours([SeasonHours("全年", (3, 1), WEEK)]), centre)
    assert {working_calendar().windows_on(date(2024, month, 28)) for month in (2, 3, 5, 8, 11)} == {DAY}
    assert working_calendar().windows_on(date(2024, 2, 29)) == DAY
    assert Entry.objects.filter(action="calendar.hours").count() == 2


@pytest.mark.parametrize(
    ("seasons", "words"),
    [
        ([], "1 到 4 个"),
        ([SeasonHours(str(n), (n, 1), WEEK) for n in range(1, 6)], "1 到 4 个"),
        ([SeasonHours("夏", (5, 1), WEEK), SeasonHours("冬", (5, 1), WEEK)], "开始日期相同"),
        ([SeasonHours("夏", (5, 1), WEEK), SeasonHours("夏", (9, 1), WEEK)], "不同的名称"),
        ([SeasonHours("夏", (2, 30), WEEK)], "2 月 30 日不存在"),
        ([SeasonHours("夏", (13, 1), WEEK)], "不存在"),
        ([SeasonHours("夏", (2, 29), WEEK)], "3 月 1 日"),
        ([SeasonHours("夏", (5, 1), ((),) * 7)], "至少要有一天"),
        ([SeasonHours("夏", (5, 1), (((600, 500),), *WEEK[1:]))], "“夏”周一：每段时间的结束应晚于开始"),
        ([SeasonHours("夏", (5, 1), (((1, 1441),), *WEEK[1:]))], "24:00"),
        ([SeasonHours("夏", (5, 1), (((500, 700), (690, 800)), *WEEK[1:]))], "重叠"),
    ],
)
def test_hours_that_cannot_be_are_refused(calendar, centre, seasons, words):
    revision = load().revision
    with pytest.raises(InvalidInput, match=words):
        edit(SetHours(seasons), centre)
    assert load().revision == revision
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (SetDay(date(2026, 7, 9), "feast"), "kind"),
        (SetDay(date(2026, 7, 9), SpecialDay.WORKDAY, like_weekday=7), "like_weekday"),
        (SetDay(date(1999, 7, 9), SpecialDay.HOLIDAY), "date"),
    ],
)
def test_a_day_that_cannot_be_is_refused(calendar, centre, change, field):
    with pytest.raises(InvalidInput) as refused:
        edit(change, centre)
    assert refused.value.field == field


def test_others_may_not_and_nothing_is_written(calendar, street):
    with pytest.raises(NotAllowed, match="区网格中心"):
        edit(HOLIDAY, street)
    assert not Entry.objects.exists()


def test_without_a_calendar_the_refusal_says_what_to_do(db, centre):
    with pytest.raises(DomainError, match="初始化"):
        edit(HOLIDAY, centre)


# -- the clocks ----------------------------------------------------------------------------------------------------


def test_a_preview_tells_and_changes_nothing_and_the_change_then_does_just_that(calendar, centre):
    plant = plants.make_tables()
    (subject,) = plants.add_subjects(1)
    clock = plants.start(subject)
    before = load()
    effect = services.preview(change=HOLIDAY, now=NOW)
    assert (effect.open, effect.later, effect.earlier) == (1, 1, 0)
    assert effect.examples[0].new_due_at == plants.local(2026, 7, 14, 9)
    assert load() is before
    assert not calendar.special_days.filter(date=date(2026, 7, 9)).exists()

    assert edit(HOLIDAY, centre) == 1
    assert Clock.objects.get(pk=clock.pk).due_at == effect.examples[0].new_due_at
    assert plant.moves == [(subject, effect.examples[0].due_at, effect.examples[0].new_due_at)]


# -- reading -------------------------------------------------------------------------------------------------------


def test_the_year_shows_each_day_as_it_counts(calendar):
    months = selectors.year_months(calendar, 2026)
    october = {day.date.day: day for week in months[9].weeks for day in week if day}
    assert (october[1].is_working, october[1].mark) == (False, "休")
    assert (october[10].is_working, october[10].mark) == (True, "班")
    assert (october[17].is_working, october[17].mark) == (False, "")
    assert october[8].says == "10月8日，上班 08:30-11:30、13:30-17:00"
    assert october[1].says == "10月1日，国庆节，休息"
    assert sum(month.working_days for month in months) == sum(
        chinese_calendar.is_workday(date.fromordinal(date(2026, 1, 1).toordinal() + n)) for n in range(365)
    )


def test_days_on_end_are_listed_as_one(calendar):
    runs = selectors.runs(selectors.special_days(calendar, 2026))
    assert [(run.first.name, f"{run.first.date:%m-%d}", f"{run.last.date:%m-%d}") for run in runs[-2:]] == [
        ("国庆节", "10-01", "10-07"), ("国庆节调休上班", "10-10", "10-10"),
    ]  # fmt: skip


def test_equal_days_are_said_in_one_line(calendar):
    _, summer = selectors.hours(calendar)[0]
    assert selectors.hours_in_words(summer) == [("周一至周五", "08:30-11:30、13:30-17:30"), ("周六至周日", "休息")]


def test_the_database_refuses_a_window_that_is_none(calendar):
    season = Calendar.objects.get().seasons.first()
    with connection.cursor() as cursor, pytest.raises(Exception, match="window_is_a_span"):
        cursor.execute(
            "INSERT INTO calendars_window (season_id, weekday, start_minute, end_minute) VALUES (%s, 0, 600, 600)",
            [season.pk],
        )
