"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from governance.sheets import exports, imports


@shared_task
def purge() -> None:
    """Delete what held personal numbers and is not needed any more."""
    now = timezone.now()
    imports.purge(now=now)
    exports.purge(now=now)
