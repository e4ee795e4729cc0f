"""Looking for repeats behind an import: a job of its own, as each appeal takes longer than its import did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import models

from appeals.models import Appeal, ImportFile, MatterMember, SuspectedRepeat
from appeals.models.imports import IMPORT_JOB
from appeals.repeats.finding import Candidate, asked_by, candidates
from appeals.workflow import OPEN
from governance.jobs import registry
from governance.jobs.models import Job
from governance.jobs.progress import Progress
from governance.scope import Actor

SCAN = "appeals.find_repeats"
_BATCH = 200


def scan(job: Job, progress: Progress, now: datetime, by: Actor) -> registry.Outcome:
    """Keep, for each open appeal of the file, the likeliest earlier one, where it is likely enough.

    Harmless to repeat: what was found is found again, and what people have judged meanwhile is left alone.
    """
    ids = list(_appeals_of(job.params["file"]).values_list("pk", flat=True))
    progress.expect(len(ids), "正在查找重复诉求")
    for appeal in _rows(ids):
        found = likeliest(appeal, by)
        if found is not None:
            SuspectedRepeat.objects.update_or_create(
                appeal=appeal, defaults={"earlier": found.appeal, "score": found.score, "found_at": now}
            )
        progress.advance()
    count = SuspectedRepeat.objects.filter(appeal_id__in=ids).count()
    return registry.Outcome(f"查找 {len(ids)} 件，疑似重复 {count} 件。", {"suspected": count})


def likeliest(appeal: Appeal, by: Actor) -> Candidate | None:
    """The likeliest of the earlier appeals that this one is taken to repeat."""
    found = [one for one in candidates(asked_by(appeal), by) if one.is_strong and _age(one.appeal) < _age(appeal)]
    return found[0] if found else None


def _age(appeal: Appeal) -> tuple[datetime, int]:
    return appeal.registered_at, appeal.pk


def _appeals_of(file_id: int) -> models.QuerySet[Appeal]:
    jobs = Job.objects.filter(kind=IMPORT_JOB, params__file=file_id).values_list("pk", flat=True)
    judged = MatterMember.objects.values("appeal_id")
    mine = Appeal.objects.filter(origin__job_id__in=list(jobs), state__in=OPEN).exclude(pk__in=judged)
    return mine.order_by("pk")


def _rows(ids: list[int]) -> Iterator[Appeal]:
    for start in range(0, len(ids), _BATCH):
        yield from Appeal.objects.filter(pk__in=ids[start : start + _BATCH]).defer("search").order_by("pk")


def latest(file: ImportFile) -> Job | None:
    """The search behind the file's import; None before there is one."""
    return Job.objects.filter(kind=SCAN, params__file=file.pk).order_by("-pk").first()
