"""A calendar's rows as a `WorkCalendar`, kept per process for as long as its revision stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings

from governance.calendars.models import Calendar, SpecialDay
from governance.calendars.worktime import Spans, Week, WorkCalendar, WorkSeason
from governance.errors import IllegalState

DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A calendar as it stands, and the revision that it was read at."""

    revision: int
    working_time: WorkCalendar


# By calendar id. Revisions come from a sequence that no rollback gives back, so equal means the same content.
_kept: dict[int, Loaded] = {}


def load(code: str = DISTRICT) -> Loaded:
    """The calendar as committed (or as this transaction made it), at the price of one small query.

    Raises IllegalState when there is no such calendar.
    """
    row = Calendar.objects.filter(code=code).values_list("pk", "revision").first()
    if row is None:
        raise IllegalState("还没有设置工作日历，请先由区网格中心在“工作日历”中设置", code="no_calendar")
    pk, revision = row
    kept = _kept.get(pk)
    if kept is None or kept.revision != revision:
        # Read after the revision: content that is newer than its number is read again at the next look.
        kept = _kept[pk] = Loaded(revision, read(pk))
    return kept


def working_calendar(code: str = DISTRICT) -> WorkCalendar:
    """The working time of a calendar as it stands. Raises IllegalState when there is no such calendar."""
    return load(code).working_time


def zone() -> ZoneInfo:
    """The time zone that working time is written in."""
    return ZoneInfo(settings.TIME_ZONE)


def read(pk: int) -> WorkCalendar:
    """A calendar's rows as they stand in this transaction."""
    calendar = Calendar.objects.prefetch_related("seasons__windows").get(pk=pk)
    seasons = [
        WorkSeason(
            (season.from_month, season.from_day),
            (season.to_month, season.to_day),
            week_of((w.weekday, w.start_minute, w.end_minute) for w in season.windows.all()),
        )
        for season in sorted(calendar.seasons.all(), key=lambda season: season.pk)
    ]
    days = calendar.special_days.values_list("date", "kind", "like_weekday")
    special: dict[date, int | None] = {day: None if kind == SpecialDay.HOLIDAY else like for day, kind, like in days}
    return WorkCalendar(zone(), tuple(seasons), special)


def week_of(rows: Iterable[tuple[int, int, int]]) -> Week:
    """Windows given as (weekday, start, end) rows, sorted into a week."""
    days: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for weekday, start, end in rows:
        days[weekday].append((start, end))
    spans: list[Spans] = [tuple(sorted(day)) for day in days]
    return spans[0], spans[1], spans[2], spans[3], spans[4], spans[5], spans[6]
