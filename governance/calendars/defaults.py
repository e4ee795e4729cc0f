"""The calendar an installation starts with: the district's office hours, and the holidays as announced."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
from chinese_calendar.constants import holidays, in_lieu_days, workdays
from django.db import connection, transaction

from governance.calendars.loading import DISTRICT
from governance.calendars.models import Calendar, Season, SpecialDay, Window

# Office hours of offices in the north-east: (name, from, to, morning, afternoon), minutes after midnight.
SEASONS = (
    ("夏季作息", (5, 1), (9, 30), (510, 690), (810, 1050)),
    ("冬季作息", (10, 1), (4, 30), (510, 690), (810, 1020)),
)
SOURCE = "国务院办公厅节假日安排"
_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def announced_years() -> range:
    """The years whose holidays are known; for later ones nothing is announced yet, and plain weeks apply."""
    return range(min(holidays).year, max(holidays).year + 1)


def announced_days(year: int) -> list[SpecialDay]:
    """The days of a year that differ from their week, as announced: weekdays off, and weekend days that work.

    Unsaved rows without a calendar; none for a year that is not announced.
    """
    if year not in announced_years():
        return []
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    return [row for day in days if day.year == year and (row := _special(day)) is not None]


def _special(day: date) -> SpecialDay | None:
    weekend = day.weekday() >= 5
    if day in workdays and weekend:
        # A make-up day works by the hours of a Monday: all weekdays have the same ones here.
        return SpecialDay(date=day, kind=SpecialDay.WORKDAY, name=_name(workdays[day]) + "调休上班", source=SOURCE)
    if chinese_calendar.is_holiday(day) and (not weekend or day in holidays):
        return SpecialDay(
            date=day, kind=SpecialDay.HOLIDAY, name=_name(holidays.get(day) or in_lieu_days[day]), source=SOURCE
        )
    return None


def _name(english: str) -> str:
    return _NAMES.get(english, english)


def next_revision() -> int:
    """A revision that no calendar has had, not even in a transaction that was rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('calendars_revision')")
        return int(cursor.fetchone()[0])


def ensure_default_calendar() -> Calendar:
    """The district's calendar; made with default hours and all announced holidays when it is not there yet."""
    with transaction.atomic():
        calendar, is_new = Calendar.objects.get_or_create(
            code=DISTRICT, defaults={"name": "全区工作日历", "revision": next_revision()}
        )
        if is_new:
            _fill(calendar)
    return calendar


def _fill(calendar: Calendar) -> None:
    for name, (from_month, from_day), (to_month, to_day), *windows in SEASONS:
        season = Season.objects.create(
            calendar=calendar, name=name, from_month=from_month, from_day=from_day, to_month=to_month, to_day=to_day
        )
        Window.objects.bulk_create(
            Window(season=season, weekday=weekday, start_minute=start, end_minute=end)
            for weekday in range(5)
            for start, end in windows
        )
    days = [row for year in announced_years() for row in announced_days(year)]
    for row in days:
        row.calendar = calendar
    SpecialDay.objects.bulk_create(days)
