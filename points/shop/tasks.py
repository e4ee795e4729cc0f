"""The beat's task: orders that were not collected."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from points.shop.services import orders


@shared_task(name="points.shop.tasks.sweep")
def sweep() -> None:
    """Tell of orders that lapse soon, and take back those that have lapsed."""
    now = timezone.now()
    orders.warn_due(now=now)
    orders.lapse_due(now=now)
