"""How far a job is, and whether it is still wanted: written beside the work, on a connection of its own.

The work may sit in one long transaction. What it wrote there nobody would see before the end, and the lock on the
job's row would stand in the way of a cancel. A thread has its own connection: it writes what `advance` left for it,
keeps the heartbeat while a long statement runs, and notices when the job was cancelled or given to another worker.
"""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection
from django.utils import timezone

from governance.jobs.models import Job

WRITE_EVERY = 0.5
BEAT_EVERY = 10.0

_log = logging.getLogger(__name__)


class JobCancelled(Exception):
    """The job was cancelled, or another worker has it now: leave without finishing. The work just lets it pass."""


class Progress:
    """The progress of one attempt at a job. A context manager: the thread lives as long as the block."""

    def __init__(self, job: Job) -> None:
        self._job_id = job.pk
        self._attempt = job.attempts
        self._done = 0
        self._total = job.total
        self._message = ""
        self._changed = False
        self._unwanted = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write_on, name=f"job-{job.pk}", daemon=True)

    @property
    def done(self) -> int:
        """How many steps are behind."""
        return self._done

    @property
    def total(self) -> int:
        """How many steps there are; 0 while nobody knows."""
        return self._total

    def expect(self, total: int, message: str = "") -> None:
        """Say how many steps there will be; raises JobCancelled like `advance`."""
        self._total = total
        self.advance(0, message)

    def advance(self, n: int = 1, message: str = "") -> None:
        """Say that `n` more steps are done. Costs next to nothing: call it for every row.

        Raises JobCancelled when the person has cancelled the job, or another worker has taken it over.
        """
        self._done += n
        if message:
            self._message = message
        self._changed = True
        if self._unwanted.is_set():
            raise JobCancelled

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def _write_on(self) -> None:
        quiet = 0.0
        try:
            while not self._ended.wait(WRITE_EVERY):
                quiet += WRITE_EVERY
                if self._changed or quiet >= BEAT_EVERY:
                    self._write()
                    quiet = 0.0
        finally:
            connection.close()

    def _write(self) -> None:
        self._changed = False
        values = {"done": self._done, "total": self._total, "message": self._message[:500]}
        try:
            mine = Job.objects.filter(pk=self._job_id, state=Job.RUNNING, attempts=self._attempt)
            if not mine.update(heartbeat_at=timezone.now(), **values) and Job.objects.filter(pk=self._job_id).exists():
                self._unwanted.set()
        except DatabaseError:
            # A database that is away for a moment fails the work if it must, never through its progress bar.
            _log.warning("progress of job %s not written", self._job_id, exc_info=True)
            self._changed = True
            connection.close()
