"""Kinds of job for the tests."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

from django.db import transaction

from governance.errors import InvalidInput
from governance.jobs import registry
from governance.jobs.models import Job
from governance.jobs.progress import Progress
from governance.jobs.registry import Outcome


def count(job: Job, progress: Progress, now: datetime) -> Outcome:
    """Counts to the job's `to`, and leaves a file."""
    progress.expect(job.params["to"], "正在数")
    for _ in range(job.params["to"]):
        progress.advance()
    return Outcome("数完了", {"counted": progress.done}, io.BytesIO("一二三".encode()), "结果.txt")


def refuse(job: Job, progress: Progress, now: datetime) -> None:
    """Refuses its input."""
    raise InvalidInput("第 3 行没有标题，请补上。")


def crash(job: Job, progress: Progress, now: datetime) -> None:
    """Has a bug."""
    raise ZeroDivisionError("secret detail")


def wait_until_free(job: Job, progress: Progress, now: datetime) -> Outcome:
    """Goes on in one transaction until the file `job.params["gate"]` exists: a test decides when."""
    gate = Path(job.params["gate"])
    with transaction.atomic(durable=True):
        progress.expect(10)
        progress.advance(4, "等待中")
        while not gate.exists():
            progress.advance(0)
        progress.advance(6)
    return Outcome("到了")


def register_all() -> None:
    """Make them known to this process."""
    for work in (count, refuse, crash, wait_until_free):
        registry.register(f"test.{work.__name__}", work)


register_all()
