"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from governance.outbox import delivery, gathering

MAX_PER_RUN = 200


@shared_task
def deliver() -> None:
    """Send what waits for outside channels. The clock is read for each: a claim lapses a minute after it is made."""
    for _ in range(MAX_PER_RUN):
        if delivery.deliver_next(now=timezone.now()) is None:
            break


@shared_task
def gather() -> None:
    """Tell people what they are to be reminded of, what waits for one of them together."""
    gathering.gather(timezone.now())
