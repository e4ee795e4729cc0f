"""The two long pieces of work on a file: checking the whole of it, and importing it. Both run in a worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.selectors import staff_of
from appeals.imports.building import Batch
from appeals.imports.checking import Checked, Checker, Incoming
from appeals.imports.comparing import HANDLED, NEW, OUTCOMES, REFUSED, Compared, compare
from appeals.imports.lookups import Lookups
from appeals.imports.mapping import ColumnMapping, Layout, positions
from appeals.imports.reading import rows_below
from appeals.imports.writing import Tally, problem_of, write_batch
from appeals.models import ImportFile, ImportProblem
from appeals.models.imports import IMPORT_JOB
from appeals.repeats.scanning import SCAN, scan
from appeals.workflow import RESOLVED
from governance import privacy
from governance.ahead import ahead
from governance.audit import services as audit
from governance.calendars.loading import zone
from governance.errors import IllegalState
from governance.jobs import registry
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.jobs.progress import JobCancelled, Progress
from governance.outbox.services import notify
from governance.scope import PLATFORM, Actor
from governance.spreadsheets import estimated_rows
from grids.models import Unit

CHECK, IMPORT = "appeals.import_check", IMPORT_JOB
BATCH = 1_000
# How many rows the preview shows as they would arrive.
SHOWN = 20

Read = tuple[Checked, list[object]]


def check_work(job: Job, progress: Progress, now: datetime) -> registry.Outcome:
    """Check every row and say what an import would do with it; nothing is written but the remarks."""
    file = _with_content(ImportFile.objects.get(pk=job.params["file"]))
    batch = _batch(job, file, now)
    ImportProblem.objects.filter(job=job).delete()
    counts: Counter[str] = Counter()
    shown: list[dict[str, Any]] = []
    for rows in _batches(file, batch, Tally(), progress):
        compared = compare([checked for checked, _ in rows], batch.channel)
        counts.update(row.outcome for row in compared)
        counts["noticed"] += sum(bool(row.checked.notices) and row.outcome != REFUSED for row in compared)
        shown += [as_shown(row, batch.lookups) for row in compared if row.checked.incoming][: SHOWN - len(shown)]
        ImportProblem.objects.bulk_create(
            problem_of(job.pk, row.checked.row, row.checked.problems or row.checked.notices, cells,
                       refused=row.outcome == REFUSED)
            for row, (_, cells) in zip(compared, rows, strict=True)
            if row.checked.problems or row.checked.notices
        )  # fmt: skip
        progress.advance(len(rows))
    result = {outcome: counts[outcome] for outcome in (*OUTCOMES, "noticed")}
    return registry.Outcome(summary(result, checked_only=True), {**result, "shown": shown})


def import_work(job: Job, progress: Progress, now: datetime) -> registry.Outcome:
    """Import the file, batch by batch. Run again after its worker was killed, it goes on behind the last batch."""
    file = ImportFile.objects.get(pk=job.params["file"])
    tally = Tally.from_json(file.tally)
    if not file.file and tally.row:
        # The worker before this one died after the last of the work, before it could say so.
        return _outcome(tally)
    batch = _batch(job, _with_content(file), now)
    for rows in _batches(file, batch, tally, progress):
        tally = write_batch(rows=rows, import_file_id=file.pk, tally=tally, batch=batch)
        progress.advance(len(rows))
    _conclude(file.pk, tally, batch)
    return _outcome(tally)


def _outcome(tally: Tally) -> registry.Outcome:
    result = tally.as_json()
    return registry.Outcome(summary(result), result)


def _with_content(file: ImportFile) -> ImportFile:
    if not file.file:
        raise IllegalState("上传的文件已在导入后删除，请重新上传。")
    return file


def _batch(job: Job, file: ImportFile, now: datetime) -> Batch:
    by = _actor(job, now)
    if by.district_id is None:
        raise IllegalState("您的岗位不属于任何一个区，不能导入。")
    mapping = ColumnMapping.from_json(file.mapping)
    return Batch(by, now, mapping.channel, file.name, job.pk, Lookups(by.district_id))


def _actor(job: Job, now: datetime) -> Actor:
    by = registry.actor_of(job, now)
    return platform_actor() if by.is_platform else by


def platform_actor() -> Actor:
    """The platform acting for its district, for an operator's command. Raises IllegalState before there is one."""
    district = Unit.objects.filter(kind="district", closed_on=None).order_by("pk").first()
    if district is None:
        raise IllegalState("平台还没有设置行政区，请先执行 manage.py setup_district。")
    return Actor(
        PLATFORM.user_id, PLATFORM.user_name, 0, None, district.pk, district.name, None, district_id=district.pk
    )  # fmt: skip


def _batches(file: ImportFile, batch: Batch, tally: Tally, progress: Progress) -> Iterator[list[Read]]:
    """The checked rows behind the tally, in batches."""
    mapping, layout = ColumnMapping.from_json(file.mapping), Layout.from_json(file.layout)
    checker = Checker(columns=positions(mapping, layout), lookups=batch.lookups, now=batch.now, zone=zone())
    with file.file.open("rb") as stream:
        progress.expect(max(0, estimated_rows(stream) - layout.first_row + 1))
        with closing(_checked(stream, file, layout, checker, tally.row, progress)) as rows:
            while rows_of_batch := list(islice(rows, BATCH)):
                yield rows_of_batch


def _checked(
    stream: Any, file: ImportFile, layout: Layout, checker: Checker, done: int, progress: Progress
) -> Generator[Read, None, None]:  # fmt: skip
    # The reading thread has ended before the file is closed.
    with closing(ahead(rows_below(stream, file.name, layout), 2 * BATCH)) as rows:
        for number, cells in rows:
            if number > done:
                yield checker.check(number, cells), cells
            else:
                checker.note_number(number, cells)
                progress.advance()


def _conclude(file_id: int, tally: Tally, batch: Batch) -> None:
    """The import as a whole goes on record, the desks are told once, and the file with its numbers is deleted."""
    with transaction.atomic(durable=True):
        file = ImportFile.objects.select_for_update().get(pk=file_id)
        if not file.file or Tally.from_json(file.tally).row != tally.row:
            # Another worker has this job now, and concludes it or has done so.
            raise JobCancelled
        _record_whole(file, tally, batch)
        _tell_desks(file, tally, batch)
        # The check said the same of the same rows; what the import refused is kept with the import.
        ImportProblem.objects.filter(job=file.check_job_id).delete()
        forget_file(file)
        if tally.counts[NEW]:
            jobs.create(
                kind=SCAN, title=f"在“{file.name}”中查找重复诉求", params={"file": file.pk}, by=batch.by, now=batch.now
            )


def scan_work(job: Job, progress: Progress, now: datetime) -> registry.Outcome:
    """Look for repeats among what the file brought."""
    return scan(job, progress, now, _actor(job, now))


def _record_whole(file: ImportFile, tally: Tally, batch: Batch) -> None:
    audit.record(
        action="appeal.import", subject_type="appeals.importfile", subject_id=file.pk, subject_label=file.name,
        after={key: value for key, value in tally.as_json().items() if key != "desks"}, by=batch.by, now=batch.now,
    )  # fmt: skip


def _tell_desks(file: ImportFile, tally: Tally, batch: Batch) -> None:
    for desk, count in sorted(tally.desks.items()):
        unit_id, _, state = desk.partition(":")
        what = "已有答复，待回访" if state == RESOLVED else "待交办"
        notify(
            user_ids=set(staff_of(int(unit_id), batch.now)), key=f"import:{batch.job_id}:{desk}",
            title=f"热线导入 {count} 件诉求，{what}", body=f"来自文件“{file.name}”。", now=batch.now,
        )  # fmt: skip


def forget_file(file: ImportFile) -> None:
    """Delete the uploaded file (after the commit) and the samples; what was made of it stays."""
    name, storage = file.file.name, file.file.storage
    file.file, file.samples_sealed = "", ""
    file.save(update_fields=["file", "samples_sealed"])
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def as_shown(row: Compared, lookups: Lookups) -> dict[str, Any]:
    """A row of the preview, personal numbers masked."""
    incoming = row.checked.incoming
    if not isinstance(incoming, Incoming):
        raise AssertionError("a refused row is not shown as it would arrive")
    units = lookups.units
    place = [units[pk].name for level in ("street_id", "community_id", "grid_id") if (pk := incoming.place.get(level))]
    return {
        "row": incoming.row, "outcome": row.outcome, "source_number": incoming.source_number, "title": incoming.title,
        "complainant": incoming.complainant, "phone": privacy.mask_phone(incoming.phone),
        "raised_at": timezone.localtime(incoming.raised_at).strftime("%Y-%m-%d %H:%M"),
        "place": " ".join(place), "replied": bool(incoming.reply),
        "existing": row.existing.number if row.existing else "",
    }  # fmt: skip


def summary(result: dict[str, Any], *, checked_only: bool = False) -> str:
    """The counts in a sentence."""
    will = "将" if checked_only else ""
    parts = [
        f"{will}新增 {result[NEW]} 件", f"{will}更新 {result['changed']} 件", f"无变化 {result['unchanged']} 件",
    ]  # fmt: skip
    if result[HANDLED]:
        parts.append(f"已办理未更新 {result[HANDLED]} 件")
    parts.append(f"{'不能导入' if checked_only else '未导入'} {result[REFUSED]} 行")
    return "，".join(parts) + "。"
