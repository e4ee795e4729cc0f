"""Days and moments in the installation's zone."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone


def today_of(now: datetime) -> date:
    """The day that a moment lies in."""
    return timezone.localdate(now)


def start_of(day: date) -> datetime:
    """The moment in which a day begins; that of the next day is the first which no longer belongs to it."""
    return timezone.make_aware(datetime.combine(day, time.min))
