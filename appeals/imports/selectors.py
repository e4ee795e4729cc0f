"""Reads for the pages of the import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from appeals.imports.fields import FIELDS, REASON_HEADER, ImportField
from appeals.imports.mapping import ColumnMapping, Layout, shown_columns
from appeals.imports.services import samples_of
from appeals.imports.writing import open_cells
from appeals.models import ImportFile, ImportProblem
from governance.jobs.models import Job
from governance.scope import Actor
from governance.spreadsheets import write_xlsx

_EXACT = 10**15


def files_of(actor: Actor) -> Any:
    """The actor's own imports, the newest first: a file holds numbers in clear, so nobody else's is shown."""
    mine = ImportFile.objects.filter(uploaded_by_user=actor.user_id)
    return mine.select_related("check_job", "import_job").order_by("-pk")


def stage_of(file: ImportFile) -> str:
    """Where an import stands: columns, checking, preview, importing, done, or stopped."""
    if file.import_job is not None:
        states = {Job.DONE: "done", Job.FAILED: "stopped", Job.CANCELLED: "stopped"}
        return states.get(file.import_job.state, "importing")
    if file.check_job is None or file.check_job.state in {Job.FAILED, Job.CANCELLED}:
        return "columns"
    return "preview" if file.check_job.state == Job.DONE else "checking"


def shown_job(file: ImportFile) -> Job | None:
    """The job that the file's page is about: the import once there is one, else the check."""
    return file.import_job or file.check_job


def problems_of(file: ImportFile, *, refused: bool) -> Any:
    """The remarks on the file's rows in the order of the rows: those that refuse, or those that do not."""
    job = shown_job(file)
    return ImportProblem.objects.filter(job=job, refused=refused).order_by("row").defer("cells_sealed")


def column_choices(file: ImportFile) -> list[dict[str, Any]]:
    """For the page that matches columns: each column of the file with a few of its values and its field."""
    layout, samples = Layout.from_json(file.layout), samples_of(file)
    fields = {header: key for key, header in ColumnMapping.from_json(file.mapping).columns.items()}
    return [
        {
            "header": layout.headers[place],
            "field": fields.get(layout.headers[place], ""),
            "samples": [row[place] for row in samples if place < len(row) and row[place]][:3],
        }
        for place in shown_columns(layout)
    ]


def missing_fields(file: ImportFile) -> list[ImportField]:
    """Required fields that no column feeds yet."""
    columns = ColumnMapping.from_json(file.mapping).columns
    return [field for field in FIELDS if field.required and field.key not in columns]


def write_refused(file: ImportFile, target: str | IO[bytes]) -> int:
    """Write the refused rows as an .xlsx with the file's own columns and the reason; how many there are.

    Mended, it is imported again with the same template: the column with the reason is passed over.
    """
    layout = Layout.from_json(file.layout)
    places = shown_columns(layout)
    header = [*(layout.headers[place] for place in places), REASON_HEADER]
    return write_xlsx(target, header, _refused_rows(file, places), title="未导入")


def _refused_rows(file: ImportFile, places: list[int]) -> Iterator[list[object]]:
    problems = ImportProblem.objects.filter(job=shown_job(file), refused=True).order_by("row")
    for problem in problems.iterator(chunk_size=500):
        cells = open_cells(problem)
        yield [*(_cell(cells[place]) if place < len(cells) else None for place in places), reason_of(problem)]


def _cell(value: object) -> object:
    """A long number stays whole as text; as a number the spreadsheet would round it."""
    return str(value) if isinstance(value, int) and abs(value) >= _EXACT else value


def reason_of(problem: ImportProblem) -> str:
    """All that is wrong with a row, in one cell."""
    return f"第 {problem.row} 行：" + "；".join(remark["message"] for remark in problem.problems)
