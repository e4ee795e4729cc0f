"""Reading the sites: which are open, which are near, what each week looks like, and what lacks by the standard."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef

from governance.scope import Actor, UnitKind
from grids.models import Site, SiteKind, Unit
from grids.querysets import SiteQuerySet, UnitQuerySet
from grids.sites import hours
from grids.sites.hours import Times
from grids.sites.times import holidays, times_of

_EARTH_M = 6_371_008.8
# How far around a point one looks: nearer first, as most points have a site at hand.
REACHES_KM = (2, 8, 40)
NEAREST = 20
_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def with_all(sites: SiteQuerySet) -> SiteQuerySet:
    """With what a row or a page names, in the same query."""
    return sites.select_related("kind", "unit", "street", "community", "grid", "cluster")


def open_ids(sites: SiteQuerySet, now: datetime) -> list[int]:
    """The keys of those whose door is open now."""
    found = list(sites.only("pk", "on_holidays", "opened_on", "closed_on"))
    times = times_of(found, now)
    return [site.pk for site in found if hours.is_open(times[site.pk], now)]


# Now ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Door:
    """Whether a door is open, and what a visitor is told of it."""

    is_open: bool
    words: str


def door_of(times: Times, now: datetime) -> Door:
    """ "开放中，至 17:00"; or when it opens next."""
    if hours.is_open(times, now):
        until = hours.open_until(times, now)
        return Door(True, f"开放中，至 {_when(until, now, times)}" if until else "开放中，全天")
    opening = hours.next_opening(times, now)
    return Door(False, f"未开放，{_when(opening, now, times)} 开放" if opening else "未开放")


def _when(moment: datetime, now: datetime, times: Times) -> str:
    """ "17:00", "明天 08:30", "周一 08:30" or "10月8日 08:30"."""
    there, here = moment.astimezone(times.zone), now.astimezone(times.zone)
    days = (there.date() - here.date()).days
    if days == 1 and (there.hour, there.minute) == (0, 0):
        return "24:00"
    words = {0: "", 1: "明天 "}.get(days) if days < 2 else None
    if words is None:
        words = f"{_WEEKDAYS[there.weekday()]} " if days < 7 else f"{there:%-m月%-d日} "
    return f"{words}{there:%H:%M}"


# A week -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Day:
    """One day on a site's page: its hours, and why they differ from the week, if they do."""

    date: date
    weekday: str
    hours: str
    is_open: bool
    note: str
    is_today: bool


def days_ahead(times: Times, now: datetime, count: int = 7) -> list[Day]:
    """Today and the days after it."""
    today = now.astimezone(times.zone).date()
    names = holidays(today)
    return [_day(times, today + timedelta(days=n), today, names) for n in range(count)]


def _day(times: Times, day: date, today: date, names: dict[date, str]) -> Day:
    windows, exception = hours.windows_on(times, day), hours.exception_on(times, day)
    note = exception.reason if exception else (names[day] or "法定节假日" if day in names else "")
    return Day(day, _WEEKDAYS[day.weekday()], hours.told(windows), bool(windows), note, day == today)


# For the door -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """Weekdays or dates on end with the same hours."""

    label: str
    hours: str
    note: str = ""


def week_of(times: Times) -> list[Stretch]:
    """The week, days on end of the same hours in one line: "周一至周五 08:30—17:00"."""
    found: list[tuple[int, int, str]] = []
    for weekday in range(hours.HOLIDAY):
        words = hours.told(times.week[weekday])
        if found and found[-1][2] == words:
            found[-1] = (found[-1][0], weekday, words)
        else:
            found.append((weekday, weekday, words))
    return [
        Stretch(_WEEKDAYS[first] if first == last else f"{_WEEKDAYS[first]}至{_WEEKDAYS[last]}", words)
        for first, last, words in found
    ]


def holidays_ahead(times: Times, now: datetime) -> list[Stretch]:
    """The announced statutory holidays from today on, each with its dates and hours."""
    today = now.astimezone(times.zone).date()
    found: list[tuple[date, date, str, str]] = []
    for day, name in sorted(holidays(today).items()):
        words = hours.told(hours.windows_on(times, day))
        if found and found[-1][1:] == (day - timedelta(days=1), name, words):
            found[-1] = (found[-1][0], day, name, words)
        else:
            found.append((day, day, name, words))
    return [Stretch(name or "法定节假日", words, _dates(first, last)) for first, last, name, words in found]


def differing_ahead(times: Times, now: datetime) -> list[Stretch]:
    """The days that differ from the week, from today on."""
    today = now.astimezone(times.zone).date()
    coming = sorted((one for one in times.differing if one.last >= today), key=lambda one: one.first)
    return [Stretch(_dates(one.first, one.last), hours.told(one.windows), one.reason) for one in coming]


def _dates(first: date, last: date) -> str:
    if first == last:
        return f"{first:%Y年%-m月%-d日}"
    return (
        f"{first:%Y年%-m月%-d日}至{last:%-m月%-d日}"
        if first.year == last.year
        else (f"{first:%Y年%-m月%-d日}至{last:%Y年%-m月%-d日}")
    )


# Near ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Near:
    """A site, how far it is as the crow flies, and its door."""

    site: Site
    metres: int
    door: Door

    @property
    def distance(self) -> str:
        """ "350 米", "1.2 公里"."""
        return f"{self.metres} 米" if self.metres < 1000 else f"{self.metres / 1000:.1f} 公里"


def metres_between(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    """The great-circle distance of two points in WGS-84 degrees."""
    half_lat, half_lon = math.radians(to_lat - lat) / 2, math.radians(to_lon - lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(math.radians(lat)) * math.cos(math.radians(to_lat)) * (
        math.sin(half_lon) ** 2
    )
    return 2 * _EARTH_M * math.asin(math.sqrt(min(1.0, chord)))


def near(
    actor: Actor, lon: float, lat: float, now: datetime, *, kind_code: str | None = None, open_only: bool = True
) -> list[Near]:
    """The nearest sites of a point in WGS-84, nearest first: a box by the index, then the distance of what is in it.

    The box grows until enough are found; what lies in its corners, beyond its reach, waits for the next.
    """
    sites = with_all(Site.objects.visible_to(actor).in_use())
    if kind_code is not None:
        sites = sites.filter(kind__code=kind_code)
    found: list[Near] = []
    for reach in REACHES_KM:
        found = _within(sites, lon, lat, reach * 1000, now, open_only=open_only)
        if len(found) >= NEAREST:
            break
    return found[:NEAREST]


def ids_around(sites: SiteQuerySet, lon: float, lat: float, metres: int) -> list[int]:
    """The keys of those within so many metres of a point in WGS-84."""
    points = _boxed(sites, lon, lat, metres).values_list("pk", "lon", "lat")
    return [pk for pk, to_lon, to_lat in points if metres_between(lon, lat, to_lon or 0.0, to_lat or 0.0) <= metres]


def _boxed(sites: SiteQuerySet, lon: float, lat: float, reach: int) -> SiteQuerySet:
    tall = math.degrees(reach / _EARTH_M)
    wide = tall / max(0.01, math.cos(math.radians(lat)))
    return sites.filter(lat__range=(lat - tall, lat + tall), lon__range=(lon - wide, lon + wide))


def _within(sites: SiteQuerySet, lon: float, lat: float, reach: int, now: datetime, *, open_only: bool) -> list[Near]:
    boxed = list(_boxed(sites, lon, lat, reach))
    times = times_of(boxed, now) if boxed else {}
    found = [
        Near(site, round(metres_between(lon, lat, site.lon or 0.0, site.lat or 0.0)), door_of(times[site.pk], now))
        for site in boxed
    ]
    kept = (one for one in found if one.metres <= reach and (one.door.is_open or not open_only))
    return sorted(kept, key=lambda one: (one.metres, one.site.pk))


# By the standard ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """How a street stands with one kind: communities without a site, sites too small, areas not known."""

    kind: SiteKind
    missing: int | None
    small: int
    unknown: int


@dataclass(frozen=True, slots=True)
class StreetGaps:
    """A street's gaps, kind by kind."""

    street: Unit
    gaps: list[Gap]

    @property
    def unknown(self) -> int:
        """Sites of a kind that has a standard, whose area nobody has written down."""
        return sum(gap.unknown for gap in self.gaps)


def lacking(actor: Actor, kind: SiteKind) -> UnitQuerySet:
    """The open communities of the actor's district that have no site of the kind in use."""
    there = Site.objects.in_use().filter(kind=kind, community_id=OuterRef("pk"))
    communities = Unit.objects.filter(district_id=actor.district_id, kind=UnitKind.COMMUNITY)
    return communities.open().filter(~Exists(there))


def gaps(actor: Actor) -> list[StreetGaps]:
    """Street by street what lacks by the standard; three queries, and one for each kind that all must have."""
    kinds = list(SiteKind.objects.all())
    measured = [kind for kind in kinds if kind.each_community or kind.has_standard]
    missing = {kind.pk: Counter(lacking(actor, kind).values_list("street_id", flat=True)) for kind in measured
               if kind.each_community}  # fmt: skip
    small, unknown = _unfit(Site.objects.visible_to(actor).in_use())
    streets = Unit.objects.filter(district_id=actor.district_id, kind=UnitKind.STREET).open().order_by("order", "code")
    return [
        StreetGaps(
            street,
            [
                Gap(
                    kind, missing[kind.pk][street.pk] if kind.each_community else None,
                    small[street.pk, kind.pk], unknown[street.pk, kind.pk],
                )
                for kind in measured
            ],
        )
        for street in streets
    ]  # fmt: skip


def totals(rows: list[StreetGaps]) -> list[Gap]:
    """The district's gaps, kind by kind."""
    by_kind = zip(*(row.gaps for row in rows), strict=True)
    return [
        Gap(
            column[0].kind,
            sum(gap.missing or 0 for gap in column) if column[0].kind.each_community else None,
            sum(gap.small for gap in column),
            sum(gap.unknown for gap in column),
        )
        for column in by_kind
    ]


def _unfit(sites: SiteQuerySet) -> tuple[Counter[tuple[int | None, int]], Counter[tuple[int | None, int]]]:
    """How many sites are too small, and how many have no area, by street and kind."""
    place = ("street_id", "kind_id")
    return Counter(sites.too_small().values_list(*place)), Counter(sites.unmeasured().values_list(*place))


def level_totals(actor: Actor) -> list[tuple[str, str, int]]:
    """Demonstration levels: the value, its name, how many sites in use have it."""
    counted = Counter(Site.objects.visible_to(actor).in_use().exclude(level="").values_list("level", flat=True))
    return [(value, label, counted[value]) for value, label in Site.LEVELS]
