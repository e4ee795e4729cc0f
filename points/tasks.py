"""What Celery calls. It looks for tasks in this module alone, so those of the subjects are named here."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from points.earning.tasks import duties
from points.earning.tasks import sweep as settle_claims
from points.ledger import halts, sweep
from points.shop.tasks import sweep as sweep_orders

__all__ = ["duties", "expire_points", "long_verify_ledger", "settle_claims", "sweep_orders"]


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
