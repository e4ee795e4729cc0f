"""The progress of a check or an import that a command carries out: on the operator's screen, and in the job."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Self

from django.utils import timezone
from tqdm import tqdm

from governance.errors import DomainError
from governance.jobs import registry
from governance.jobs.models import Job
from governance.jobs.progress import Progress


class BarProgress(Progress):
    """A job's progress that also moves a bar."""

    def __init__(self, job: Job, *, label: str, hidden: bool = False) -> None:
        super().__init__(job)
        self._bar = tqdm(desc=label, unit="行", disable=hidden or None, dynamic_ncols=True)

    def expect(self, total: int, message: str = "") -> None:
        """Say how many rows there will be."""
        self._bar.total = total
        super().expect(total, message)

    def advance(self, n: int = 1, message: str = "") -> None:
        """Say that `n` more rows are done."""
        self._bar.update(n)
        super().advance(n, message)

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._bar.close()
        super().__exit__(kind, error, tb)


def carry_out(job: Job, *, label: str, now: datetime, hidden: bool = False) -> registry.Outcome:
    """Do a claimed job here, and end it. A refusal and an interruption end it as failed, and go on to the caller."""
    try:
        with BarProgress(job, label=label, hidden=hidden) as progress:
            outcome = registry.work_of(job.kind)(job, progress, now) or registry.Outcome()
    except BaseException as error:
        message = error.message if isinstance(error, DomainError) else "命令中断。再次执行即可，已导入的行不会重复。"
        _end(job, state=Job.FAILED, message=message[:500])
        raise
    _end(
        job, state=Job.DONE, done=progress.done, total=max(progress.total, progress.done),
        message=outcome.message[:500], result=dict(outcome.result),
    )  # fmt: skip
    return outcome


def _end(job: Job, **values: object) -> None:
    Job.objects.filter(pk=job.pk, state=Job.RUNNING, attempts=1).update(ended_at=timezone.now(), **values)
