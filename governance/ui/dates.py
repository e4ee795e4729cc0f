"""Times as people here write them. Everything is shown in the installation's own zone."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

Moment = dt.datetime | dt.date | None


def _local(value: dt.datetime | dt.date) -> dt.datetime | dt.date:
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def moment(value: Moment) -> str:
    """`2026-11-23 21:36`; a date without its time; "" for nothing."""
    if value is None or value == "":
        return ""
    local = _local(value)
    return f"{local:%Y-%m-%d %H:%M}" if isinstance(local, dt.datetime) else f"{local:%Y-%m-%d}"


def day(value: Moment) -> str:
    """`2026-11-23`."""
    return f"{_local(value):%Y-%m-%d}" if value else ""


def short(value: Moment) -> str:
    """`11-23 21:36`, with the year once it is not the current one."""
    if not value:
        return ""
    local = _local(value)
    same_year = local.year == timezone.localdate().year
    return moment(value)[5:] if same_year else moment(value)


def official(value: Moment) -> str:
    """`2026年11月23日`, as in documents."""
    if not value:
        return ""
    local = _local(value)
    return f"{local.year}年{local.month}月{local.day}日"


def official_moment(value: Moment) -> str:
    """`2026年11月23日 21:36`."""
    local = _local(value) if value else None
    if not isinstance(local, dt.datetime):
        return official(value)
    return f"{official(value)} {local:%H:%M}"


def span(seconds: float) -> str:
    """A length of time in its two largest units: `3 天 2 小时`, `5 小时 39 分`, `12 分`, `不到 1 分`."""
    minutes = int(abs(seconds) // 60)
    days, rest = divmod(minutes, 1440)
    hours, mins = divmod(rest, 60)
    if days:
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    if hours:
        return f"{hours} 小时 {mins} 分" if mins else f"{hours} 小时"
    return f"{mins} 分" if mins else "不到 1 分"
