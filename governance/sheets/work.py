"""The two pieces of work on an upload: looking at the whole of it, and taking it over. Both are jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction

from governance.ahead import ahead
from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput
from governance.jobs import registry as jobs_registry
from governance.jobs.models import Job
from governance.jobs.progress import JobCancelled, Progress
from governance.outbox.services import notify
from governance.privacy import mask_text
from governance.scope import Actor
from governance.sheets import registry, sealed
from governance.sheets.cells import Cells
from governance.sheets.declare import CHANGED, NEW, OUTCOMES, REFUSED, SAME, Importer, Row, Sheet, Verdict
from governance.sheets.models import SheetRefusal, SheetUpload
from governance.sheets.reading import rows_of, too_long
from governance.spreadsheets import estimated_rows

CHECK, IMPORT = "sheets.check", "sheets.import"
SUBJECT = "sheets.upload"
# Rows that the preview shows.
SHOWN = 200
# How often a batch that collided with somebody else's work is tried.
_TRIES = 3
# From so many rows on the person is told when it is done.
_TELL_FROM = 1_000


@dataclass(slots=True)
class Line:
    """A row of the file: what it asks for, or why it cannot be read."""

    number: int
    cells: Cells
    value: Any = None
    refusal: InvalidInput | None = None


@dataclass(slots=True)
class Run:
    """One look or taking over: who, with what, and what all rows need."""

    upload: SheetUpload
    sheet: Sheet
    importer: Importer[Any, Any]
    by: Actor
    now: datetime
    context: Any
    is_look: bool

    @classmethod
    def of(cls, upload: SheetUpload, by: Actor, now: datetime, *, is_look: bool) -> Run:
        """Raises NotAllowed when the posting may not import any more, IllegalState for another unit's upload."""
        sheet = registry.get(upload.sheet)
        importer = registry.importer_of(sheet, by)
        if by.unit_id != upload.unit_id:
            raise IllegalState("这份表格是以另一个单位的岗位上传的，请切换回该岗位，或重新上传。")
        return cls(upload, sheet, importer, by, now, importer.prepare(by, now), is_look)

    def line(self, number: int, cells: Cells) -> Line:
        """The row, read."""
        if (refusal := too_long(cells, self.sheet)) is not None:
            return Line(number, cells, refusal=refusal)
        try:
            return Line(number, cells, self.importer.read_row(cells, self.context))
        except InvalidInput as error:
            return Line(number, cells, refusal=error)

    def judged(self, lines: Sequence[Line]) -> list[Verdict]:
        """One verdict a line, in the caller's transaction."""
        rows = [Row(line.number, line.value) for line in lines if line.refusal is None]
        found = iter(self.importer.apply(rows, self.context, is_look=self.is_look) if rows else ())
        return [Verdict.refused(line.refusal) if line.refusal is not None else next(found) for line in lines]

    def refusals(self, lines: Sequence[Line], verdicts: Sequence[Verdict]) -> list[SheetRefusal]:
        """What is kept of those that were refused."""
        return [
            sealed.refusal_of(self.upload, line.number, line.cells, verdict, is_final=not self.is_look)
            for line, verdict in zip(lines, verdicts, strict=True) if verdict.outcome == REFUSED
        ]  # fmt: skip


def _batches(run: Run, progress: Progress, done: int) -> Iterator[list[Line]]:
    """The lines behind row `done`, in batches; those before are only noted."""
    with sealed.opened(run.upload) as file:
        progress.expect(max(1, estimated_rows(file) - 1))
        count, size = 0, run.importer.batch
        # The reading thread has ended before the file is closed.
        with closing(ahead(rows_of(file, run.upload.file_name, run.sheet), 2 * size)) as rows:
            while batch := [run.line(number, cells) for number, cells in islice(rows, size)]:
                count += len(batch)
                if count > run.importer.most_rows:
                    raise too_many(run.importer)
                behind = [line for line in batch if line.number > done]
                _note(run, [line for line in batch if line.number <= done], progress)
                if behind:
                    yield behind
    if not count:
        raise InvalidInput(f"表格里没有数据行。请在表头下面填写{run.sheet.title}后再上传。", field="file")


def _note(run: Run, lines: Sequence[Line], progress: Progress) -> None:
    if lines:
        refused = run.upload.refusals.filter(is_final=True, row__in=[line.number for line in lines])
        rows = [Row(line.number, line.value) for line in lines if line.refusal is None]
        run.importer.note(rows, dict(refused.values_list("row", "column")), run.context)
        progress.advance(len(lines))


def too_many(importer: Importer[Any, Any]) -> InvalidInput:
    """Says how many rows one file may have."""
    return InvalidInput(f"一次最多导入 {importer.most_rows:,} 行，请拆成几个文件。", field="file")


# The look -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Look:
    """What a look has found so far. Refused rows are shown first, then what changes."""

    counts: Counter[str] = field(default_factory=Counter)
    shown: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refusals: list[SheetRefusal] = field(default_factory=list)

    def add(self, run: Run, lines: Sequence[Line], verdicts: Sequence[Verdict]) -> None:
        """Count a batch, and keep of it what the preview shows."""
        self.counts.update(verdict.outcome for verdict in verdicts)
        self.refusals += run.refusals(lines, verdicts)
        for line, verdict in zip(lines, verdicts, strict=True):
            kept = self.shown.setdefault(verdict.outcome, [])
            if len(kept) < SHOWN:
                kept.append(_as_shown(run.sheet, line, verdict))

    def first(self) -> list[dict[str, Any]]:
        """The rows of the preview."""
        return [row for outcome in (REFUSED, CHANGED, NEW, SAME) for row in self.shown.get(outcome, [])][:SHOWN]

    def flush(self) -> None:
        """Write the refused rows so far."""
        SheetRefusal.objects.bulk_create(self.refusals, batch_size=500)
        self.refusals.clear()


def _as_shown(sheet: Sheet, line: Line, verdict: Verdict) -> dict[str, Any]:
    return {
        "row": line.number, "outcome": verdict.outcome, "cells": masked_cells(sheet, line.cells),
        "column": sheet.labels.get(verdict.column, ""), "message": mask_text(verdict.message),
    }  # fmt: skip


def masked_cells(sheet: Sheet, cells: Mapping[str, str]) -> list[str]:
    """The cells for a page: whatever looks like a number is masked, in whichever column it was typed."""
    return [
        _masked(cells.get(column.key, "")) if column.is_number else mask_text(cells.get(column.key, ""))[:60]
        for column in sheet.columns
    ]


def _masked(text: str) -> str:
    """A number that may be mistyped: its ends alone, so that it can be found in the file."""
    if "*" in text or len(text) < 7:
        return text[:20]
    ends = 4 if len(text) > 11 else 3
    return f"{text[:3]}****{text[-ends:]}"


def check_work(job: Job, progress: Progress, now: datetime) -> jobs_registry.Outcome:
    """Look at every row and keep what an import would do with it."""
    by = jobs_registry.actor_of(job, now)
    upload = SheetUpload.objects.get(pk=job.params["upload"])
    upload.refusals.filter(is_final=False).delete()
    run, look = Run.of(upload, by, now, is_look=True), Look()
    with ExitStack() as undone:
        if run.importer.writes_in_look:
            undone.enter_context(_undone())
        for lines in _batches(run, progress, 0):
            look.add(run, lines, run.judged(lines))
            if not run.importer.writes_in_look:
                look.flush()
            progress.advance(len(lines))
    with transaction.atomic(durable=True):
        look.flush()
        upload.checked = {outcome: look.counts[outcome] for outcome in OUTCOMES}
        upload.notices = [mask_text(text)[:500] for text in run.importer.notices(run.context)]
        sealed.put_shown(upload, look.first())
        upload.save(update_fields=["checked", "notices", "shown_sealed"])
    return jobs_registry.Outcome(summary(upload.checked, is_look=True), dict(upload.checked))


@contextmanager
def _undone() -> Iterator[None]:
    """A transaction that leaves nothing."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


# Taking over ----------------------------------------------------------------------------------------------------------


def import_work(job: Job, progress: Progress, now: datetime) -> jobs_registry.Outcome:
    """Take the rows over, batch by batch. Run again after its worker was killed, it goes on behind the last batch."""
    by = jobs_registry.actor_of(job, now)
    upload = SheetUpload.objects.get(pk=job.params["upload"])
    if upload.ended_at is not None:
        # The worker before this one died after the last of the work, before it could say so.
        return _outcome(upload)
    run = Run.of(upload, by, now, is_look=False)
    done = int(upload.tally.get("row", 0))
    for lines in _batches(run, progress, done):
        done = _write_batch(run, lines, done)
        progress.advance(len(lines))
    return _conclude(run, done)


def _write_batch(run: Run, lines: Sequence[Line], done: int) -> int:
    """One batch, one transaction, one mark of progress. Who collides with somebody else judges the batch once more."""
    for attempt in range(_TRIES):
        try:
            with transaction.atomic(durable=True):
                return _written(run, lines, done)
        except IntegrityError:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("a batch is written or raises")


def _written(run: Run, lines: Sequence[Line], done: int) -> int:
    upload = SheetUpload.objects.select_for_update().get(pk=run.upload.pk)
    if int(upload.tally.get("row", 0)) != done:
        # Somebody else has dealt with these rows: another worker has the job now.
        raise JobCancelled
    verdicts = run.judged(lines)
    SheetRefusal.objects.bulk_create(run.refusals(lines, verdicts))
    counts = Counter(verdict.outcome for verdict in verdicts)
    upload.tally = {
        "row": lines[-1].number, **{outcome: upload.tally.get(outcome, 0) + counts[outcome] for outcome in OUTCOMES},
    }  # fmt: skip
    upload.save(update_fields=["tally"])
    record("sheet.import_batch", upload, run.by, run.now, {"rows": f"{lines[0].number}-{lines[-1].number}", **counts})
    return lines[-1].number


def record(action: str, upload: SheetUpload, by: Actor, now: datetime, after: dict[str, Any]) -> None:
    """Into the audit record: which sheet, which file (by digest), how many."""
    kept = {"sheet": registry.get(upload.sheet).title, "digest": upload.digest[:16], **after}
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=upload.pk, subject_label=upload.file_name, after=kept,
        by=by, now=now,
    )  # fmt: skip


def _conclude(run: Run, done: int) -> jobs_registry.Outcome:
    """The import as a whole goes on record, and the file with its numbers is deleted."""
    with transaction.atomic(durable=True):
        upload = SheetUpload.objects.select_for_update().get(pk=run.upload.pk)
        if upload.ended_at is not None or int(upload.tally.get("row", 0)) != done:
            raise JobCancelled
        upload.ended_at = run.now
        upload.save(update_fields=["ended_at"])
        # The look said the same of the same rows; what the import refused is kept with the import.
        upload.refusals.filter(is_final=False).delete()
        forget_file(upload)
        counts = {outcome: upload.tally.get(outcome, 0) for outcome in OUTCOMES}
        record("sheet.import", upload, run.by, run.now, counts)
        if sum(counts.values()) >= _TELL_FROM:
            _tell(upload, run.now)
    return _outcome(upload)


def _tell(upload: SheetUpload, now: datetime) -> None:
    notify(
        user_ids=[upload.uploaded_by_user], key=f"sheet:{upload.pk}", title=f"“{upload.file_name}”已导入完成",
        body=summary(upload.tally), subject_type=SUBJECT, subject_id=upload.pk, now=now,
    )  # fmt: skip


def _outcome(upload: SheetUpload) -> jobs_registry.Outcome:
    return jobs_registry.Outcome(summary(upload.tally), {o: upload.tally.get(o, 0) for o in OUTCOMES})


def forget_file(upload: SheetUpload) -> None:
    """Delete the uploaded file (after the commit) and the rows of the preview; what was made of them stays."""
    name, storage = upload.file.name, upload.file.storage
    upload.file, upload.shown_sealed = "", ""
    upload.save(update_fields=["file", "shown_sealed"])
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def summary(counts: dict[str, Any], *, is_look: bool = False) -> str:
    """The counts in a sentence."""
    will = "将" if is_look else ""
    said = {NEW: f"{will}新增", CHANGED: f"{will}更新", SAME: "没有变化", REFUSED: "不能导入" if is_look else "未导入"}
    parts = [f"{words} {counts[outcome]:,} 行" for outcome, words in said.items() if counts.get(outcome)]
    return f"{'检查' if is_look else '导入'}完成：{'，'.join(parts) or '没有可以导入的行'}。"
