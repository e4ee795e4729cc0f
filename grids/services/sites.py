"""Sites: opened, described, given hours, closed. By the district centre; a street proposes (`site_proposals`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db import IntegrityError, transaction

from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import Actor, Role
from grids.models import WEEKDAY_LABELS, Site, SiteException, SiteHours
from grids.sites import facts as site_facts
from grids.sites.facts import SiteFacts
from grids.sites.hours import DAY, HOLIDAY, Spans, told

SUBJECT = "site"
_MOST_WINDOWS = 6
_LONGEST = 366
# All that `site_facts.put` may have changed.
FIELDS = [
    "kind", "name", "unit", "district", "street", "community", "grid", "address", "lon", "lat", "area_m2", "level",
    "cluster", "transferred", "transferred_on", "former_owner", "phone", "opened_on",
]  # fmt: skip


def require_editor(by: Actor) -> None:
    """Refuse whoever may not write sites (NotAllowed)."""
    if by.role != Role.DISTRICT_CENTRE and not by.is_platform:
        raise NotAllowed("只有区网格中心可以修改阵地；街道可以提出建议，由区网格中心采纳。")


def locked_site(site_id: int, by: Actor, *, in_use: bool = True) -> Site:
    """The site of the actor's district, held until the transaction's end (NotFound, IllegalState when closed)."""
    sites = Site.objects.visible_to(by).select_for_update(of=("self",))
    site = sites.select_related("kind", "unit", "cluster").filter(pk=site_id).first()
    if site is None:
        raise NotFound("没有这个阵地，或不在您的管辖范围内。")
    if in_use and site.closed_on:
        raise IllegalState(f"{site.name}已于{site.closed_on:%Y年%-m月%-d日}停用，不能再修改。")
    return site


def _record(
    action: str, site: Site, by: Actor, now: datetime, *,
    before: dict[str, Any] | None = None, after: dict[str, Any] | None = None, reason: str = "",
) -> None:  # fmt: skip
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=site.pk, subject_label=site.name, before=before, after=after,
        reason=reason, by=by, now=now,
    )  # fmt: skip


@transaction.atomic(durable=True)
def add_site(*, facts: SiteFacts, by: Actor, now: datetime) -> Site:
    """Write a new site down (NotAllowed, InvalidInput, NotFound)."""
    require_editor(by)
    return write_new(facts, by, now)


def write_new(facts: SiteFacts, actor: Actor, now: datetime) -> Site:
    """A new site with its audit row, inside the caller's transaction and after its checks."""
    site = Site()
    site_facts.put(site, facts, district_of(actor))
    _save(site)
    _record("site.add", site, actor, now, after=site_facts.plain(site))
    return site


def district_of(actor: Actor) -> int:
    """The actor's district (NotFound for who has none)."""
    if actor.district_id is None:
        raise NotFound("没有这个单位，或不在您的管辖范围内。")
    return actor.district_id


def _save(site: Site) -> None:
    """Save it whole when new, else what the facts may have changed; two at once of one name are refused."""
    try:
        with transaction.atomic():
            site.save(update_fields=FIELDS if site.pk else None)
    except IntegrityError as error:
        raise InvalidInput(f"{site.unit.name}已有在用的“{site.name}”，请换一个名称。", field="name") from error


@transaction.atomic(durable=True)
def change_site(*, site_id: int, facts: SiteFacts, by: Actor, now: datetime) -> Site:
    """Write down what is now so of a site; without a difference nothing is recorded."""
    require_editor(by)
    return write_change(site_id, facts, by, now)


def write_change(site_id: int, facts: SiteFacts, actor: Actor, now: datetime) -> Site:
    """The change with its audit row, inside the caller's transaction and after its checks."""
    site = locked_site(site_id, actor)
    before = site_facts.plain(site)
    site_facts.put(site, facts, site.district_id)
    after = site_facts.plain(site)
    if before != after:
        _save(site)
        _record("site.change", site, actor, now, before=before, after=after)
    return site


@transaction.atomic(durable=True)
def close_site(*, site_id: int, closed_on: date, reason: str, by: Actor, now: datetime) -> Site:
    """End a site: `closed_on` is the first day without it."""
    require_editor(by)
    return write_closing(site_id, closed_on, reason, by, now)


def write_closing(site_id: int, closed_on: date, reason: str, actor: Actor, now: datetime) -> Site:
    """The closing with its audit row, inside the caller's transaction and after its checks."""
    site = locked_site(site_id, actor)
    reason = " ".join(reason.split())
    if not reason:
        raise InvalidInput("请说明停用的原因。", field="reason")
    if closed_on < site.opened_on:
        raise InvalidInput(f"停用日期不能早于启用日期（{site.opened_on:%Y年%-m月%-d日}）。", field="closed_on")
    if closed_on.year > 2100:
        raise InvalidInput("停用日期不对，请核对年份。", field="closed_on")
    site.closed_on = closed_on
    site.save(update_fields=["closed_on"])
    _record("site.close", site, actor, now, before={"closed_on": None}, after={"closed_on": closed_on}, reason=reason)
    return site


# Hours --------------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def set_hours(*, site_id: int, week: Sequence[Spans], on_holidays: str, by: Actor, now: datetime) -> Site:
    """Replace a site's weekly hours: eight places, Monday to Sunday and statutory holidays; minutes after midnight."""
    require_editor(by)
    site = locked_site(site_id, by)
    write_hours(site, week, on_holidays, by, now)
    return site


def write_hours(site: Site, week: Sequence[Spans], on_holidays: str, actor: Actor, now: datetime) -> bool:
    """The hours with their audit row, inside the caller's transaction, on a site that it holds; whether they differ."""
    if len(week) != HOLIDAY + 1 or on_holidays not in dict(Site.ON_HOLIDAYS):
        raise InvalidInput("请填写周一至周日的开放时间，并选择法定节假日怎样开放。", field="on_holidays")
    for weekday, windows in enumerate(week):
        _check_windows(windows, f"day_{weekday}", WEEKDAY_LABELS[weekday])
    _check_holidays(week[HOLIDAY], on_holidays)
    before, after = _told(_week_of(site), site.on_holidays), _told(week, on_holidays)
    if before == after:
        return False
    site.hours.all().delete()
    SiteHours.objects.bulk_create(
        SiteHours(site=site, weekday=weekday, start_minute=start, end_minute=end)
        for weekday, windows in enumerate(week)
        for start, end in windows
    )
    site.on_holidays = on_holidays
    site.save(update_fields=["on_holidays"])
    _record("site.hours", site, actor, now, before=before, after=after)
    return True


def _check_windows(windows: Spans, field: str, label: str) -> None:
    if len(windows) > _MOST_WINDOWS:
        raise InvalidInput(f"{label}最多 {_MOST_WINDOWS} 段时间。", field=field)
    if any(not 0 <= start < end <= DAY for start, end in windows):
        raise InvalidInput(f"{label}：每段时间的结束应晚于开始，且不超过 24:00。", field=field)
    ordered = sorted(windows)
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        raise InvalidInput(f"{label}：时间段有重叠，请合并后再填。", field=field)


def _check_holidays(windows: Spans, on_holidays: str) -> None:
    if on_holidays == Site.OWN_HOURS and not windows:
        raise InvalidInput("请填写法定节假日的开放时间，或改选“照常”“不开放”。", field=f"day_{HOLIDAY}")
    if on_holidays != Site.OWN_HOURS and windows:
        choice = dict(Site.ON_HOLIDAYS)[Site.OWN_HOURS]
        raise InvalidInput(f"填写了法定节假日的开放时间，请选择“{choice}”，或清空它。", field="on_holidays")


def _week_of(site: Site) -> list[Spans]:
    rows = list(site.hours.values_list("weekday", "start_minute", "end_minute"))
    return [tuple((start, end) for day, start, end in rows if day == weekday) for weekday in range(HOLIDAY + 1)]


def _told(week: Sequence[Spans], on_holidays: str) -> dict[str, str]:
    holidays = told(week[HOLIDAY]) if on_holidays == Site.OWN_HOURS else dict(Site.ON_HOLIDAYS)[on_holidays]
    days = {WEEKDAY_LABELS[weekday]: told(windows) for weekday, windows in enumerate(week[:HOLIDAY])}
    return days | {WEEKDAY_LABELS[HOLIDAY]: holidays}


@transaction.atomic(durable=True)
def add_exception(
    *, site_id: int, from_date: date, to_date: date, windows: Spans, reason: str, by: Actor, now: datetime
) -> SiteException:
    """Other windows on a date or on dates on end, none for closed. Refused where another exception names a day."""
    require_editor(by)
    site = locked_site(site_id, by)
    reason = " ".join(reason.split())
    _check_dates(from_date, to_date, reason)
    _check_windows(windows, "windows", "这些日期")
    if other := site.exceptions.filter(from_date__lte=to_date, to_date__gte=from_date).first():
        raise IllegalState(f"与已有的特殊日期（{_days(other)}）重叠，请先删除它。", field="from_date")
    made = SiteException.objects.create(
        site=site, from_date=from_date, to_date=to_date, windows=[list(w) for w in sorted(windows)], reason=reason
    )
    _record("site.exception", site, by, now, after=_exception(made), reason=reason)
    return made


def _check_dates(from_date: date, to_date: date, reason: str) -> None:
    if to_date < from_date:
        raise InvalidInput("结束日期不能早于开始日期。", field="to_date")
    if (to_date - from_date).days >= _LONGEST or to_date.year > 2100:
        raise InvalidInput("特殊日期一次最多一年；长期变动请修改每周开放时间。", field="to_date")
    if not reason:
        raise InvalidInput("请说明原因，会显示给来访的人。", field="reason")
    if len(reason) > 200:
        raise InvalidInput(f"原因不超过 200 个字，现在是 {len(reason)} 个字。", field="reason")


def _days(one: SiteException) -> str:
    if one.from_date == one.to_date:
        return f"{one.from_date:%Y年%-m月%-d日}"
    return f"{one.from_date:%Y年%-m月%-d日}至{one.to_date:%Y年%-m月%-d日}"


def _exception(one: SiteException) -> dict[str, Any]:
    return {"days": _days(one), "hours": told(one.windows)}


@transaction.atomic(durable=True)
def remove_exception(*, site_id: int, exception_id: int, by: Actor, now: datetime) -> Site:
    """Take an exception back: its days follow the week again."""
    require_editor(by)
    site = locked_site(site_id, by)
    one = site.exceptions.filter(pk=exception_id).first()
    if one is None:
        raise NotFound("没有这项特殊日期，可能已被删除。")
    _record("site.exception_remove", site, by, now, before=_exception(one), reason=one.reason)
    one.delete()
    return site
