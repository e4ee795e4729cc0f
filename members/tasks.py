"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from members.party import clocks


@shared_task
def begin_probations() -> None:
    """Start the clocks of probationary party members who were on record before there was one."""
    clocks.begin_missing(timezone.now())
