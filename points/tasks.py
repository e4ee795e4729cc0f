"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from points.ledger import halts, sweep


@shared_task
def expire_points() -> None:
    """Take out what expired, and tell whose points expire soon."""
    now = timezone.now()
    sweep.expire_due(now=now)
    sweep.warn_soon(now=now)


@shared_task
def long_verify_ledger() -> None:
    """Recompute the books, and halt the awards of units whose do not balance."""
    halts.reconcile(now=timezone.now())
