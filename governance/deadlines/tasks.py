"""The beat's task: carry out what is due."""

from __future__ import annotations

import time

from celery import shared_task
from django.utils import timezone

from governance.deadlines import guard, sweeping

# A sweep that has more to do leaves the rest to the next one, so that no worker is taken for long.
SECONDS_AT_MOST = 30


@shared_task(name="governance.deadlines.tasks.sweep")
def sweep() -> None:
    """Carry out every due step of every clock; called every few seconds, by any number of workers at once."""
    now, begun = timezone.now(), time.monotonic()
    if not guard.pass_on(now, guard.database_now()):
        return

    def stop() -> bool:
        """After a while, or when the time leaps under the sweep: the next one looks into it."""
        gone = time.monotonic() - begun
        drift = abs((timezone.now() - now).total_seconds() - gone)
        return gone > SECONDS_AT_MOST or drift > guard.APART.total_seconds()

    sweeping.sweep(now, tick=timezone.now, stop=stop)
