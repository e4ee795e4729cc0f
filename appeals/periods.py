"""A period of whole days, as figures are asked for: both days included, in the installation's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

# What no clock reaches is cut off.
FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)


def moments(since: date, until: date) -> tuple[datetime, datetime]:
    """The period's beginning, and the first moment behind its end."""
    return _midnight(max(since, FIRST)), _midnight(min(until, LAST) + timedelta(days=1))


def dates_of(since: str, until: str) -> tuple[date, date] | None:
    """The period that two ISO dates in an address name; None for what is none."""
    try:
        return date.fromisoformat(since), date.fromisoformat(until)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone()).astimezone(UTC)
