"""The beat's task: carry out what is due."""

from __future__ import annotations

import time

from celery import shared_task
from django.utils import timezone

from governance.deadlines import sweeping

# A sweep that has more to do leaves the rest to the next one, so that no worker is taken for long.
SECONDS_AT_MOST = 30


@shared_task(name="governance.deadlines.tasks.sweep")
def sweep() -> None:
    """Carry out every due step of every clock; called every few seconds, by any number of workers at once."""
    end = time.monotonic() + SECONDS_AT_MOST
    sweeping.sweep(timezone.now(), tick=timezone.now, stop=lambda: time.monotonic() > end)
