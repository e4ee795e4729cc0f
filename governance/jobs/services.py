"""The life of a job: created with the change that asks for it, claimed by one worker, ended once."""

from __future__ import annotations

import logging
import os
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from celery import current_app
from django.core.files import File
from django.db import close_old_connections, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from governance.audit import services as audit
from governance.errors import DomainError, IllegalState, NotFound
from governance.jobs import registry
from governance.jobs.models import Job
from governance.jobs.progress import JobCancelled, Progress
from governance.scope import Actor

DEAD_AFTER = timedelta(seconds=60)
NUDGE_AGAIN_AFTER = timedelta(seconds=120)
MAX_ATTEMPTS = 3
KEEP_FILES = timedelta(days=30)

_log = logging.getLogger(__name__)


def create(
    *,
    kind: str,
    title: str,
    params: dict[str, Any],
    source_file: File[bytes] | None = None,
    by: Actor,
    now: datetime,
) -> Job:
    """A job that a worker starts after the caller's commit, acting as the posting of `by`.

    `params` is plain JSON for the kind's work; `source_file` is kept as `job.source`.
    """
    registry.work_of(kind)
    job = Job(
        kind=kind,
        title=title[:200],
        params=params,
        user_id=by.user_id,
        posting_id=by.posting_id,
        created_at=now,
        nudged_at=now,
    )
    if source_file is not None:
        suffix = os.path.splitext(source_file.name or "")[1][:10].lower()
        job.source.save(f"{uuid4().hex}{suffix}", source_file, save=False)
    job.save(force_insert=True)
    _nudge_after_commit(job.pk)
    return job


def run(*, job_id: int, now: datetime) -> bool:
    """Claim a waiting job and do it here; False when another worker was quicker or it no longer waits."""
    mine = Job.objects.filter(pk=job_id, state=Job.WAITING)
    claimed = mine.update(
        state=Job.RUNNING,
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", now),
        heartbeat_at=timezone.now(),
        done=0,
    )
    if claimed:
        _work(Job.objects.get(pk=job_id), now)
    return bool(claimed)


def _work(job: Job, now: datetime) -> None:
    try:
        with Progress(job) as progress:
            outcome = registry.work_of(job.kind)(job, progress, now) or registry.Outcome()
        _succeed(job, progress, outcome)
    except JobCancelled:
        _log.info("job %s was cancelled or taken over", job.pk)
    except DomainError as refusal:
        _fail(job, refusal.message)
    except Exception:
        _log.exception("job %s (%s) failed", job.pk, job.kind)
        _fail(job, f"执行时出错，未能完成。请稍后重试；仍不行时，请把任务编号 {job.pk} 告诉系统管理员。")


def _succeed(job: Job, progress: Progress, outcome: registry.Outcome) -> None:
    values: dict[str, Any] = {
        "state": Job.DONE,
        "done": progress.done,
        "total": max(progress.total, progress.done),
        "message": outcome.message[:500],
        "result": dict(outcome.result),
    }
    if outcome.output is not None:
        with outcome.output:
            suffix = os.path.splitext(outcome.output_name)[1][:10]
            job.output.save(f"{uuid4().hex}{suffix}", File(outcome.output), save=False)
        values |= {"output": job.output.name, "output_name": outcome.output_name[:200]}
    if not _end(job, values) and outcome.output is not None:
        job.output.delete(save=False)


def _fail(job: Job, message: str) -> None:
    # The failure may be that the connection broke; the job's end must not be lost with it.
    close_old_connections()
    _end(job, {"state": Job.FAILED, "message": message[:500]})


def _end(job: Job, values: dict[str, Any]) -> bool:
    mine = Job.objects.filter(pk=job.pk, state=Job.RUNNING, attempts=job.attempts)
    return bool(mine.update(ended_at=timezone.now(), **values))


def cancel(*, job_id: int, by: Actor, now: datetime) -> Job:
    """Stop a job of one's own: at once while it waits, within a second or at its next step while it runs.

    Raises NotFound outside the actor's own jobs, IllegalState when it has ended.
    """
    with transaction.atomic(durable=True):
        job = Job.objects.visible_to(by).select_for_update().filter(pk=job_id).first()
        if job is None:
            raise NotFound("没有这个任务。")
        if not job.is_open:
            raise IllegalState(f"任务{job.get_state_display()}，无需取消。")
        job.state, job.ended_at, job.message = Job.CANCELLED, now, "已取消；取消前已处理的部分仍然有效。"
        job.save(update_fields=["state", "ended_at", "message"])
        audit.record(
            action="job.cancel", subject_type="job", subject_id=job.pk, subject_label=job.title, by=by, now=now
        )
    return job


def record_download(*, job: Job, by: Actor, now: datetime) -> None:
    """Put into the record that the output left the platform."""
    audit.record(
        action="job.download",
        subject_type="job",
        subject_id=job.pk,
        subject_label=job.title,
        after={"file": job.output_name},
        by=by,
        now=now,
    )


def recover(*, now: datetime) -> int:
    """Give the jobs of dead workers to others, and tell workers again of those that nobody took; how many of both.

    A job whose worker has died three times is given up.
    """
    with transaction.atomic(durable=True):
        dead = Job.objects.filter(state=Job.RUNNING, heartbeat_at__lt=now - DEAD_AFTER)
        lost = Job.objects.filter(state=Job.WAITING, nudged_at__lt=now - NUDGE_AGAIN_AFTER)
        found = [*dead.select_for_update(skip_locked=True), *lost.select_for_update(skip_locked=True)]
        for job in found:
            _recover(job, now)
    return len(found)


def _recover(job: Job, now: datetime) -> None:
    if job.state == Job.RUNNING and job.attempts >= MAX_ATTEMPTS:
        job.state, job.ended_at = Job.FAILED, now
        job.message = f"执行中断 {job.attempts} 次，已停止。请把任务编号 {job.pk} 告诉系统管理员。"
    else:
        job.state, job.nudged_at = Job.WAITING, now
        _nudge_after_commit(job.pk)
    job.save(update_fields=["state", "ended_at", "message", "nudged_at"])


def purge_files(*, now: datetime) -> int:
    """Delete the files of jobs that ended over 30 days ago, as they may hold personal data; how many jobs had any."""
    old = Job.objects.filter(ended_at__lt=now - KEEP_FILES).exclude(Q(source="") & Q(output=""))
    purged = 0
    for job in old[:500]:
        for file in (job.source, job.output):
            if file:
                file.delete(save=False)
        job.save(update_fields=["source", "output"])
        purged += 1
    return purged


def _nudge_after_commit(job_id: int) -> None:
    transaction.on_commit(lambda: _nudge(job_id))


def _nudge(job_id: int) -> None:
    try:
        current_app.send_task("governance.jobs.tasks.long_run", kwargs={"job_id": job_id}, retry=False)
    except Exception:
        # Nothing depends on the message: `recover` finds the job without it.
        _log.warning("no worker could be told of job %s", job_id, exc_info=True)
