"""What the calendar's pages show."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date, timedelta

from governance.calendars.announced import AnnouncedDay, Announcement
from governance.calendars.changes import WEEKDAYS, SeasonHours, windows_text
from governance.calendars.defaults import announced_years
from governance.calendars.loading import DISTRICT, read, week_of
from governance.calendars.models import Calendar, Season, SpecialDay

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Day:
    """One square of a month: `mark` is 休 or 班 on a special day, `says` what a screen reader says."""

    date: date
    is_working: bool
    mark: str
    says: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks from Monday; None outside the month."""

    number: int
    weeks: list[list[Day | None]]
    working_days: int


def year_months(calendar: Calendar, year: int) -> list[Month]:
    """The twelve months of a year."""
    working = read(calendar.pk)
    special = {row.date: row for row in special_days(calendar, year)}

    def day(number: int, month: int) -> Day | None:
        if not number:
            return None
        here = date(year, month, number)
        return _day(here, special.get(here), windows_text(working.windows_on(here)), working.is_working_day(here))

    grids = [
        [[day(number, month) for number in week] for week in months.Calendar().monthdayscalendar(year, month)]
        for month in range(1, 13)
    ]
    return [
        Month(number, weeks, sum(day is not None and day.is_working for week in weeks for day in week))
        for number, weeks in enumerate(grids, start=1)
    ]


def special_days(calendar: Calendar, year: int) -> list[SpecialDay]:
    """The special days of a year, by date."""
    return list(calendar.special_days.filter(date__year=year).order_by("date"))


@dataclass(frozen=True, slots=True)
class Run:
    """Days on end with the same arrangement."""

    days: list[SpecialDay]

    @property
    def first(self) -> SpecialDay:
        """Where it begins."""
        return self.days[0]

    @property
    def last(self) -> SpecialDay:
        """Where it ends."""
        return self.days[-1]


def runs(days: list[SpecialDay]) -> list[Run]:
    """Special days, sorted by date, put together where they are days on end of the same kind and name."""
    found: list[Run] = []
    for day in days:
        last = found[-1].last if found else None
        if last and day.date - last.date == timedelta(days=1) and (day.kind, day.name) == (last.kind, last.name):
            found[-1].days.append(day)
        else:
            found.append(Run([day]))
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """An announced day against the calendar as it stands; `moves` when it works otherwise than before."""

    day: AnnouncedDay
    weekday: str
    before: str
    after: str
    is_new: bool
    moves: bool


def differences(calendar: Calendar, announced: Announcement) -> list[Difference]:
    """The announced days, each with what its date was and will be."""
    present = {row.date: row for row in special_days(calendar, announced.year)}
    working = read(calendar.pk)
    return [_difference(day, present.get(day.date), working.is_working_day(day.date)) for day in announced.days]


def _difference(day: AnnouncedDay, row: SpecialDay | None, works: bool) -> Difference:
    plain = "按周上班" if works else "按周休息"
    before = plain if row is None else " ".join(filter(None, (row.get_kind_display(), row.name)))
    after = " ".join(filter(None, ("放假" if day.kind == SpecialDay.HOLIDAY else "上班", day.name)))
    is_new = row is None or (row.kind, row.name) != (day.kind, day.name)
    moves = works != (day.kind == SpecialDay.WORKDAY)
    return Difference(day, WEEKDAYS[day.date.weekday()], before, after, is_new, moves)


def others(calendar: Calendar, announced: Announcement) -> list[SpecialDay]:
    """Special days of the year that the announcement does not name: they stay as they are."""
    named = {day.date for day in announced.days}
    return [row for row in special_days(calendar, announced.year) if row.date not in named]


def current(code: str = DISTRICT) -> Calendar | None:
    """The calendar itself; None before the installation is set up."""
    return Calendar.objects.filter(code=code).first()


def hours(calendar: Calendar) -> list[tuple[Season, SeasonHours]]:
    """The seasons in the order in which they begin."""
    seasons = calendar.seasons.prefetch_related("windows").order_by("from_month", "from_day")
    return [
        (
            season,
            SeasonHours(
                season.name,
                (season.from_month, season.from_day),
                week_of((w.weekday, w.start_minute, w.end_minute) for w in season.windows.all()),
            ),
        )
        for season in seasons
    ]


def hours_in_words(hours: SeasonHours) -> list[tuple[str, str]]:
    """The week in as few lines as say it: [("周一至周五", "08:30-11:30、13:30-17:00"), ("周六至周日", "休息")]."""
    lines: list[tuple[int, int, str]] = []
    for weekday, windows in enumerate(hours.week):
        text = windows_text(windows)
        if lines and lines[-1][2] == text:
            lines[-1] = (lines[-1][0], weekday, text)
        else:
            lines.append((weekday, weekday, text))
    return [(WEEKDAYS[a] if a == b else f"{WEEKDAYS[a]}至{WEEKDAYS[b]}", text) for a, b, text in lines]


def year_warning(calendar: Calendar, year: int) -> str:
    """What is to be said about a year whose holidays the calendar does not know; "" when it does."""
    if calendar.special_days.filter(date__year=year).exists():
        return ""
    if year in announced_years():
        return f"日历中还没有 {year} 年的节假日和调休，时限按普通周计算。请导入该年的放假安排。"
    return (
        f"{year} 年的放假安排尚未公布或系统内没有，时限暂按普通周计算。"
        "放假通知公布后请用“导入放假通知”录入；届时未到期的时限会自动顺延，并记入办理过程。"
    )


def _day(here: date, row: SpecialDay | None, windows: str, is_working: bool) -> Day:
    mark = "" if row is None else "休" if row.kind == SpecialDay.HOLIDAY else "班"
    name = f"，{row.name}" if row and row.name else ""
    return Day(
        here, is_working, mark, f"{here.month}月{here.day}日{name}，{'上班 ' + windows if is_working else '休息'}"
    )
