"""The beat's tasks: give what was earned, take back what is owed, and a month's duties."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from governance.errors import DomainError
from points.earning import claims, settling

_SECONDS_AT_MOST = 20
_log = logging.getLogger(__name__)


@shared_task(name="points.earning.tasks.sweep")
def sweep() -> None:
    """Decide the claims that wait; called every few seconds, by any number of workers at once."""
    begun = time.monotonic()
    run(timezone.now(), stop=lambda: time.monotonic() - begun > _SECONDS_AT_MOST)


@shared_task(name="points.earning.tasks.duties")
def duties() -> None:
    """The duties of the month that has ended; called every few hours, harmless to repeat."""
    now = timezone.now()
    first = timezone.localdate(now).replace(day=1)
    claims.duties((first - timedelta(days=1)).replace(day=1), now)


def run(now: datetime, stop: Callable[[], bool] = lambda: False) -> int:
    """Take up all that waits, each in a transaction of its own; how many were decided.

    What fails is told to the log and left as it was, for the next sweep; it holds up none of the others.
    """
    done = after = 0
    while ids := settling.waiting(now, after):
        for claim_id in ids:
            if stop():
                return done
            try:
                done += settling.settle(claim_id=claim_id, now=now) is not None
            except (DomainError, DatabaseError):
                _log.exception("claim %s was not decided", claim_id)
        after = ids[-1]
    return done
