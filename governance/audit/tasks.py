"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from governance.audit import sealing


@shared_task
def seal() -> None:
    """Seal what was recorded since the last time."""
    sealing.seal(now=timezone.now())
