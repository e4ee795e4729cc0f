"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from governance.ui import idempotency


@shared_task
def forget_idempotency_keys() -> None:
    """Deletes the keys past their time."""
    idempotency.forget(now=timezone.now())
