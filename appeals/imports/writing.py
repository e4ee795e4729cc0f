"""One batch of rows, written in one transaction: either all of it is in, and the file knows so, or nothing of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from appeals.imports import building
from appeals.imports.building import Batch
from appeals.imports.checking import Checked, Incoming, Remark
from appeals.imports.comparing import CHANGED, HANDLED, NEW, OUTCOMES, REFUSED, UNCHANGED, Compared, compare
from appeals.imports.updating import apply_changes
from appeals.models import Appeal, AppealEntry, Assignment, ImportFile, ImportOrigin, ImportProblem
from appeals.numbers import take_numbers
from governance import privacy
from governance.audit import services as audit
from governance.copying import copy_in, copy_in_new
from governance.deadlines import services as deadlines
from governance.jobs.progress import JobCancelled

# Imports take turns, batch by batch: so the second of two that carry the same rows finds those of the first.
_TURN = 0x4D48_494D_504F
LATE = "已办理，未更新"


@dataclass(slots=True)
class Tally:
    """How far an import has come: the last row dealt with, and what became of the rows."""

    row: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    # How many went to each desk for a visit or a dispatch: {"unit id:state": n}.
    desks: Counter[str] = field(default_factory=Counter)
    first_number: str = ""
    last_number: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.row, "desks": dict(self.desks), "first_number": self.first_number,
            "last_number": self.last_number, **{outcome: self.counts[outcome] for outcome in (*OUTCOMES, "noticed")},
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Tally:
        counts = Counter({outcome: int(data.get(outcome, 0)) for outcome in (*OUTCOMES, "noticed")})
        return cls(
            int(data.get("row", 0)), counts, Counter(data.get("desks", {})), str(data.get("first_number", "")),
            str(data.get("last_number", "")),
        )  # fmt: skip


def write_batch(
    *, rows: Sequence[tuple[Checked, list[object]]], import_file_id: int, tally: Tally, batch: Batch
) -> Tally:
    """Write the rows (checked, with their cells) after `tally.row`; the tally with them in it.

    Raises JobCancelled when somebody else has dealt with these rows meanwhile: another worker has the job now.
    """
    with transaction.atomic(durable=True):
        _take_turn()
        file = ImportFile.objects.select_for_update().get(pk=import_file_id)
        if Tally.from_json(file.tally).row != tally.row:
            raise JobCancelled
        file.tally = _write(rows, tally, batch).as_json()
        file.save(update_fields=["tally"])
    return Tally.from_json(file.tally)


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])


def _write(rows: Sequence[tuple[Checked, list[object]]], tally: Tally, batch: Batch) -> Tally:
    compared = compare([checked for checked, _ in rows], batch.channel)
    late = {id(row) for row in apply_changes([row for row in compared if row.outcome == CHANGED], batch)}
    fresh = [row.checked.incoming for row in compared if row.outcome == NEW and row.checked.incoming is not None]
    appeals = _insert(fresh, batch)
    outcomes = [_outcome(row, appeals, late) for row in compared]
    remarks = _remarks(zip(compared, outcomes, (cells for _, cells in rows), strict=True), batch.job_id)
    ImportProblem.objects.bulk_create(remarks)
    after = _counted(tally, rows[-1][0].row, outcomes, sum(not remark.refused for remark in remarks), appeals)
    _record_batch(rows, outcomes, list(appeals.values()), batch)
    return after


def _outcome(row: Compared, inserted: dict[str, Appeal], late: set[int]) -> str:
    if id(row) in late:
        return HANDLED
    if row.outcome == NEW and row.checked.source_number not in inserted:
        # The hotline's own interface brought it while this batch was under way.
        return UNCHANGED
    return row.outcome


def _insert(fresh: list[Incoming], batch: Batch) -> dict[str, Appeal]:
    """Insert the new appeals with all that belongs to them; those that went in, by original number."""
    appeals = [building.build_appeal(incoming, batch) for incoming in fresh]
    if not appeals:
        return {}
    # The counter stays locked from here to the commit, and desks that register wait for it: so it is taken last.
    numbers = take_numbers(len(appeals), timezone.localdate(batch.now))
    for appeal, number in zip(appeals, numbers, strict=True):
        appeal.number = number
    # The unique constraint on channel and original number is the last guard.
    keys = copy_in_new(Appeal, appeals, key="seal_key")
    for appeal in appeals:
        appeal.pk = keys.get(appeal.seal_key)
    inserted = {appeal.source_number: appeal for appeal in appeals if appeal.pk is not None}
    _insert_dependents([(inserted[i.source_number], i) for i in fresh if i.source_number in inserted], batch)
    return inserted


def _insert_dependents(pairs: list[tuple[Appeal, Incoming]], batch: Batch) -> None:
    copy_in(
        AppealEntry, (entry for appeal, incoming in pairs for entry in building.entries_of(appeal, incoming, batch))
    )
    copy_in(ImportOrigin, (building.origin_of(appeal, incoming, batch) for appeal, incoming in pairs))
    parts = (building.assignment_of(appeal, incoming, batch) for appeal, incoming in pairs)
    copy_in(Assignment, (part for part in parts if part is not None))
    limits = ((appeal, building.limit_of(appeal, batch)) for appeal, _ in pairs)
    specs = [building.clock_spec(appeal, limit, batch.now) for appeal, limit in limits if limit is not None]
    deadlines.start_many(specs, batch.now)


def _remarks(rows: Any, job_id: int) -> list[ImportProblem]:
    """What there is to say of the rows: why one was refused, or what was noticed in one that was taken."""
    found = []
    for compared, outcome, cells in rows:
        checked = compared.checked
        remarks = checked.problems if outcome == REFUSED else list(checked.notices)
        if outcome == HANDLED:
            remarks = [*remarks, Remark("", f"工单 {compared.existing.number} {LATE}")]
        if remarks and outcome != UNCHANGED:
            found.append(problem_of(job_id, checked.row, remarks, cells, refused=outcome == REFUSED))
    return found


def problem_of(
    job_id: int, row: int, remarks: Sequence[Remark], cells: Sequence[object], *, refused: bool
) -> ImportProblem:
    """The row for the person who mends it. Only a refused one keeps its cells, sealed."""
    return ImportProblem(
        job_id=job_id, row=row, refused=refused, problems=[remark.as_json() for remark in remarks],
        cells_sealed=seal_cells(job_id, row, cells) if refused else "",
    )  # fmt: skip


def seal_cells(job_id: int, row: int, cells: Sequence[object]) -> str:
    """A row's cells as one sealed text."""
    plain = [cell if isinstance(cell, str | int | float | None) else _text(cell) for cell in cells]
    return privacy.seal(json.dumps(plain, ensure_ascii=False), context=cells_context(job_id, row))


def open_cells(problem: ImportProblem) -> list[Any]:
    """The cells of a refused row as they stood in the file."""
    if not problem.cells_sealed:
        return []
    context = cells_context(problem.job_id, problem.row)
    return list(json.loads(privacy.open_sealed(problem.cells_sealed, context=context)))


def cells_context(job_id: int, row: int) -> str:
    """What the cells of a refused row are sealed for."""
    return f"import.row:{job_id}:{row}"


def _text(cell: object) -> str:
    return f"{cell:%Y/%m/%d %H:%M:%S}" if hasattr(cell, "hour") and hasattr(cell, "year") else str(cell)


def _counted(
    tally: Tally, last_row: int, outcomes: Sequence[str], noticed: int, appeals: dict[str, Appeal]
) -> Tally:  # fmt: skip
    made = list(appeals.values())
    return Tally(
        row=last_row,
        counts=tally.counts + Counter(outcomes) + Counter(noticed=noticed),
        desks=tally.desks + Counter(f"{appeal.desk_unit_id}:{appeal.state}" for appeal in made),
        first_number=tally.first_number or (made[0].number if made else ""),
        last_number=made[-1].number if made else tally.last_number,
    )


def _record_batch(
    rows: Sequence[tuple[Checked, list[object]]], outcomes: Sequence[str], appeals: list[Appeal], batch: Batch
) -> None:
    numbers = {"first_number": appeals[0].number, "last_number": appeals[-1].number} if appeals else {}
    audit.record(
        action="appeal.import_batch", subject_type="jobs.job", subject_id=batch.job_id, subject_label=batch.file_name,
        after={"rows": f"{rows[0][0].row}-{rows[-1][0].row}", **Counter(outcomes), **numbers},
        by=batch.by, now=batch.now,
    )  # fmt: skip
