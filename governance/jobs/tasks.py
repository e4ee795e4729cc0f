"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from governance.jobs import services


@shared_task
def long_run(*, job_id: int) -> None:
    """Do a job, if it still waits."""
    services.run(job_id=job_id, now=timezone.now())


@shared_task
def recover() -> None:
    """Pick up what dead workers and lost messages left behind."""
    now = timezone.now()
    services.recover(now=now)
    services.purge_files(now=now)
