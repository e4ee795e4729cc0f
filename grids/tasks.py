"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from grids import services


@shared_task
def apply_due_changes() -> None:
    """Apply the changes of units whose day has come."""
    services.apply_due_changes(now=timezone.now())
