"""The beat's task: orders that were not collected, devices that did not come back."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from points.shop.services import offline, orders


@shared_task(name="points.shop.tasks.sweep")
def sweep() -> None:
    """Free what devices held for too long, tell of orders that lapse soon, and take back those that have lapsed."""
    now = timezone.now()
    offline.expire_due(now=now)
    orders.warn_due(now=now)
    orders.lapse_due(now=now)
