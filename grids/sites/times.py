"""Opening times of many sites at once, in three queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from governance.calendars.loading import DISTRICT, zone
from governance.calendars.models import SpecialDay
from grids.models import Site, SiteException, SiteHours
from grids.sites.hours import HOLIDAY, Differing, Span, Times


def holidays(since: date) -> dict[date, str]:
    """The statutory holidays from a day on, with their names; none where there is no calendar yet."""
    days = SpecialDay.objects.filter(calendar__code=DISTRICT, kind=SpecialDay.HOLIDAY, date__gte=since)
    return dict(days.values_list("date", "name"))


def times_of(sites: Iterable[Site], now: datetime) -> dict[int, Times]:
    """Times by site, with all that matters from yesterday on."""
    found = list(sites)
    since = now.astimezone(zone()).date() - timedelta(days=1)
    ids = [site.pk for site in found]
    weeks, differing, off = weeks_of(ids), _differing(ids, since), frozenset(holidays(since))
    return {
        site.pk: Times(
            week=tuple(tuple(day) for day in weeks[site.pk]), on_holidays=site.on_holidays,
            differing=tuple(differing[site.pk]), holidays=off, zone=zone(),
            opened_on=site.opened_on, closed_on=site.closed_on,
        )
        for site in found
    }  # fmt: skip


def weeks_of(ids: list[int]) -> dict[int, list[list[Span]]]:
    """The weekly windows by site: eight places, Monday to Sunday and statutory holidays."""
    weeks: dict[int, list[list[Span]]] = defaultdict(lambda: [[] for _ in range(HOLIDAY + 1)])
    rows = SiteHours.objects.filter(site_id__in=ids)
    for site_id, weekday, start, end in rows.values_list("site_id", "weekday", "start_minute", "end_minute"):
        weeks[site_id][weekday].append((start, end))
    return weeks


def _differing(ids: list[int], since: date) -> dict[int, list[Differing]]:
    found: dict[int, list[Differing]] = defaultdict(list)
    for one in SiteException.objects.filter(site_id__in=ids, to_date__gte=since):
        windows = tuple((start, end) for start, end in one.windows)
        found[one.site_id].append(Differing(one.from_date, one.to_date, windows, one.reason))
    return found
