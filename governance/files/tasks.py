"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from governance.files import services


@shared_task
def purge_drafts() -> None:
    """Clear away uploads that no form followed within a day."""
    services.purge_drafts(now=timezone.now())
