"""The changes that may be made to a calendar, as data: each checks itself and writes its own rows.

`services.edit` applies one for good, `services.preview` in a transaction that is then undone: the same code both times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Protocol

from django.db.models import Max

from governance.calendars.announced import AnnouncedDay
from governance.calendars.defaults import announced_days, announced_years
from governance.calendars.models import Calendar, Season, SpecialDay, Window
from governance.calendars.worktime import MINUTES_A_DAY, MonthDay, Week
from governance.errors import IllegalState, InvalidInput

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
# A leap year, so that every month-day but none that most years lack can be checked.
_LEAP_YEAR = 2024
MOST_SEASONS = 4


class Change(Protocol):
    """A change. `action` names it in the audit record, which keeps what `snapshot` gave before and after."""

    @property
    def action(self) -> str:
        """The name of what was done."""
        ...

    def snapshot(self, calendar: Calendar) -> dict[str, Any]:
        """What the change is about, as it stands."""
        ...

    def apply(self, calendar: Calendar) -> None:
        """Write. Raises InvalidInput or IllegalState."""
        ...


@dataclass(frozen=True, slots=True)
class SeasonHours:
    """The windows from a month-day on, until the next season begins."""

    name: str
    starts: MonthDay
    week: Week


@dataclass(frozen=True, slots=True)
class SetHours:
    """All seasons at once: together they always cover the whole year, without a gap or an overlap."""

    seasons: Sequence[SeasonHours]
    action: str = "calendar.hours"

    def snapshot(self, calendar: Calendar) -> dict[str, Any]:
        """Season by season: from when on, and the windows of each weekday."""
        return {
            season.name: f"{season.from_month}月{season.from_day}日起 "
            + "；".join(
                f"{WEEKDAYS[day]} {windows_text([(w.start_minute, w.end_minute) for w in windows])}"
                for day, windows in _by_weekday(season)
            )
            for season in calendar.seasons.prefetch_related("windows").order_by("pk")
        }

    def apply(self, calendar: Calendar) -> None:
        """Replace all seasons."""
        seasons = sorted(self.seasons, key=lambda season: season.starts)
        _check_seasons(seasons)
        calendar.seasons.all().delete()
        for number, season in enumerate(seasons):
            _write_season(calendar, season, following=seasons[(number + 1) % len(seasons)])


@dataclass(frozen=True, slots=True)
class SetDay:
    """A date becomes a holiday, or a working day with the windows of a weekday; what it was before is replaced."""

    date: date
    kind: str
    name: str = ""
    like_weekday: int = 0
    source: str = ""
    action: str = "calendar.set_day"

    def snapshot(self, calendar: Calendar) -> dict[str, Any]:
        """The date as it stands."""
        return day_snapshot(calendar, self.date)

    def apply(self, calendar: Calendar) -> None:
        """Write the day."""
        if self.kind not in {SpecialDay.HOLIDAY, SpecialDay.WORKDAY}:
            raise InvalidInput("请选择“放假”或“上班”", field="kind")
        if not 0 <= self.like_weekday <= 6:
            raise InvalidInput("请选择按周几的作息上班", field="like_weekday")
        if not 2000 <= self.date.year <= 2100:
            raise InvalidInput("日期应在 2000 年到 2100 年之间", field="date")
        calendar.special_days.update_or_create(
            date=self.date,
            defaults={
                "kind": self.kind,
                "name": self.name.strip()[:32],
                "like_weekday": self.like_weekday if self.kind == SpecialDay.WORKDAY else 0,
                "source": self.source.strip()[:64],
            },
        )


@dataclass(frozen=True, slots=True)
class RemoveDay:
    """A date follows its week again."""

    date: date
    action: str = "calendar.remove_day"

    def snapshot(self, calendar: Calendar) -> dict[str, Any]:
        """The date as it stands."""
        return day_snapshot(calendar, self.date)

    def apply(self, calendar: Calendar) -> None:
        """Delete the day's row."""
        deleted, _ = calendar.special_days.filter(date=self.date).delete()
        if not deleted:
            raise IllegalState("这一天已经没有特殊安排，可能已被他人删除，请刷新页面", code="no_such_day")


@dataclass(frozen=True, slots=True)
class ImportYear:
    """The holidays and make-up days of a year as announced. Days set by hand keep what was set."""

    year: int
    action: str = "calendar.import_year"

    def snapshot(self, calendar: Calendar) -> dict[str, Any]:
        """How many special days the year has."""
        return {"year": self.year, "days": calendar.special_days.filter(date__year=self.year).count()}

    def apply(self, calendar: Calendar) -> None:
        """Add what is missing."""
        days = announced_days(self.year)
        if not days:
            years = announced_years()
            raise InvalidInput(
                f"系统内没有 {self.year} 年的放假安排（现有 {years[0]}—{years[-1]} 年），"
                "请用“导入放假通知”录入，或逐日添加",
                field="year",
            )
        for day in days:
            day.calendar = calendar
        SpecialDay.objects.bulk_create(days, ignore_conflicts=True)


@dataclass(frozen=True, slots=True)
class SetAnnounced:
    """The days of a year as they were announced: each replaces what its date was; other days of the year stay."""

    year: int
    days: Sequence[AnnouncedDay]
    source: str = ""
    action: str = "calendar.import_days"

    def snapshot(self, calendar: Calendar) -> dict[str, Any]:
        """The special days of the year."""
        rows = calendar.special_days.filter(date__year=self.year).order_by("date")
        return {"year": self.year} | {row.date.isoformat(): f"{row.get_kind_display()} {row.name}" for row in rows}

    def apply(self, calendar: Calendar) -> None:
        """Write all of them."""
        if not self.days:
            raise InvalidInput("没有可以导入的日期，请按提示修改后再试")
        for day in self.days:
            SetDay(day.date, day.kind, day.name, source=self.source).apply(calendar)


def day_snapshot(calendar: Calendar, day: date) -> dict[str, Any]:
    """A date as the audit record keeps it."""
    row = calendar.special_days.filter(date=day).first()
    if row is None:
        return {"date": day.isoformat(), "kind": "按周安排"}
    like = f"（按{WEEKDAYS[row.like_weekday]}作息）" if row.kind == SpecialDay.WORKDAY else ""
    return {"date": day.isoformat(), "kind": row.get_kind_display() + like, "name": row.name, "source": row.source}


def windows_text(windows: Sequence[tuple[int, int]]) -> str:
    """Windows as people write them: 08:30-11:30, 13:30-17:00."""
    return "、".join(f"{_clock(start)}-{_clock(end)}" for start, end in sorted(windows)) or "休息"


def last_known_year(calendar: Calendar) -> int | None:
    """The last year with special days: for later ones the calendar knows plain weeks only."""
    latest: date | None = calendar.special_days.aggregate(latest=Max("date"))["latest"]
    return latest.year if latest else None


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _by_weekday(season: Season) -> list[tuple[int, list[Window]]]:
    windows = list(season.windows.all())
    return [(day, [window for window in windows if window.weekday == day]) for day in range(7)]


def _check_seasons(seasons: Sequence[SeasonHours]) -> None:
    if not 1 <= len(seasons) <= MOST_SEASONS:
        raise InvalidInput(f"请设置 1 到 {MOST_SEASONS} 个作息季节")
    if len({season.starts for season in seasons}) < len(seasons):
        raise InvalidInput("两个季节的开始日期相同，请修改其中一个")
    if len({season.name for season in seasons}) < len(seasons) or not all(season.name.strip() for season in seasons):
        raise InvalidInput("每个季节应有不同的名称")
    for season in seasons:
        _check_season(season)
    if not any(windows for season in seasons for windows in season.week):
        raise InvalidInput("至少要有一天有工作时间，否则时限无法计算")


def _check_season(season: SeasonHours) -> None:
    month, day = season.starts
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        raise InvalidInput(f"“{season.name}”的开始日期 {month} 月 {day} 日不存在") from None
    if season.starts == (2, 29):
        raise InvalidInput("季节不能从 2 月 29 日开始，请改为 2 月 28 日或 3 月 1 日")
    for weekday, windows in zip(WEEKDAYS, season.week, strict=True):
        ordered = sorted(windows)
        if any(not 0 <= start < end <= MINUTES_A_DAY for start, end in ordered):
            raise InvalidInput(f"“{season.name}”{weekday}：每段时间的结束应晚于开始，且不超过 24:00")
        if any(first[1] > second[0] for first, second in pairwise(ordered)):
            raise InvalidInput(f"“{season.name}”{weekday}：几段时间互相重叠，请检查")


def _write_season(calendar: Calendar, season: SeasonHours, *, following: SeasonHours) -> None:
    last = date(_LEAP_YEAR, *following.starts) - timedelta(days=1)
    row = Season.objects.create(
        calendar=calendar,
        name=season.name.strip()[:32],
        from_month=season.starts[0],
        from_day=season.starts[1],
        to_month=last.month,
        to_day=last.day,
    )
    Window.objects.bulk_create(
        Window(season=row, weekday=weekday, start_minute=start, end_minute=end)
        for weekday, windows in enumerate(season.week)
        for start, end in windows
    )
