"""Importing divisions: a file is checked and kept as a draft, then what was chosen of it is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import IO, Any

from django.db import transaction

from governance.audit import services as audit
from governance.errors import DomainError, IllegalState, InvalidInput, NotFound
from governance.scope import Actor, UnitKind
from grids import divisions
from grids.divisions import MISSING, MOVED, NEW, RENAMED, Division
from grids.models import ImportDraft, Unit, UnitChange
from grids.services import drafting, rules
from grids.services.deciding import decide
from grids.services.drafting import drafted

# Parents are opened before what lies below them, and closed after it.
_ORDER = {kind.value: place for place, kind in enumerate(divisions.LEVELS)}
_KIND_OF_PROBLEM = {"unit": "code", "parent": "parent_code", "successor": "code"}


def check_divisions(*, file: IO[bytes], file_name: str, by: Actor, now: datetime) -> ImportDraft:
    """Read and compare a file; the draft says row by row what it would do (InvalidInput for a useless file)."""
    district = rules.unit_of(by.district_id)
    rules.require_editor(by, district.pk)
    rows = divisions.compare(divisions.read(file, file_name), district)
    return drafting.keep_file("divisions", district, file_name, {"rows": [row.as_json() for row in rows]}, by, now)


@transaction.atomic(durable=True)
def apply_draft(*, draft_id: int, chosen: Sequence[str], effective_on: date, by: Actor, now: datetime) -> ImportDraft:
    """Apply the chosen rows of a draft, each named "verdict:code"; its outcome says how many, and what was refused."""
    draft = ImportDraft.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=draft_id).first()
    if draft is None or draft.kind != "divisions":
        raise NotFound("没有这份导入，请重新上传文件。")
    rules.require_editor(by, draft.district_id)
    if draft.applied_at is not None:
        raise IllegalState("这份文件已经导入过了；如需再次比对，请重新上传。")
    if not chosen:
        raise InvalidInput("请至少勾选一项要执行的调整。", field="chosen")
    rows = [Division.from_json(row) for row in draft.content["rows"]]
    counts = apply_rows(rows, chosen=set(chosen), effective_on=effective_on, source=draft.file_name, by=by, now=now)
    draft.content, draft.outcome = {"rows": [row.as_json() for row in rows]}, counts
    draft.applied_at = now
    draft.save(update_fields=["content", "outcome", "applied_at"])
    return draft


def apply_rows(
    rows: Iterable[Division],
    *,
    chosen: set[str] | None,
    effective_on: date,
    source: str,
    by: Actor,
    now: datetime,
    advance: Callable[[], object] = lambda: None,
) -> dict[str, int]:
    """Apply compared rows in the caller's transaction, each by itself; how many were applied of each verdict.

    Without `chosen`, all but the closing of what the file lacks. A row that is refused gets its problem noted.
    """
    counts = dict.fromkeys((NEW, RENAMED, MOVED, MISSING, "refused"), 0)
    for verdict, row in _in_order(rows):
        if (chosen is None and verdict != MISSING) or (chosen is not None and f"{verdict}:{row.code}" in chosen):
            counts[_try(verdict, row, effective_on, source, by, now)] += 1
            advance()
    _record(counts, source, by, now)
    return counts


def _in_order(rows: Iterable[Division]) -> list[tuple[str, Division]]:
    work = [(v, row) for row in rows for v in row.verdicts if v in (NEW, RENAMED, MOVED, MISSING)]
    down = sorted((w for w in work if w[0] != MISSING), key=lambda w: (_ORDER[w[1].level], w[1].row))
    up = sorted((w for w in work if w[0] == MISSING), key=lambda w: (-_ORDER[w[1].level], w[1].code))
    return down + up


def _try(verdict: str, row: Division, effective_on: date, source: str, by: Actor, now: datetime) -> str:
    try:
        with transaction.atomic():
            change = _change(verdict, row, effective_on, f"导入行政区划：{source}", by, now)
            decide(change, by, now)
    except DomainError as refusal:
        row.refuse(_KIND_OF_PROBLEM.get(refusal.field, refusal.field or "code"), refusal.message)
        return "refused"
    return verdict


def _change(verdict: str, row: Division, day: date, reason: str, by: Actor, now: datetime) -> UnitChange:
    asked: dict[str, Any] = {"effective_on": day, "reason": reason, "by": by, "now": now}
    if verdict == NEW:
        parent_id = _id_of(row.parent_code, "parent_code") if row.level != UnitKind.DISTRICT else None
        new = drafting.opening(kind=UnitKind(row.level), code=row.code, name=row.name, parent_id=parent_id)
        return drafted("open", None, new, **asked)
    unit_id = _id_of(row.code, "code")
    after: dict[str, Any] = {"successor_id": None}
    if verdict == RENAMED:
        after = drafting.renaming(name=row.name)
    elif verdict == MOVED:
        after = {"parent_id": _id_of(row.parent_code, "parent_code")}
    kind = {RENAMED: "rename", MOVED: "move", MISSING: "close"}[verdict]
    return drafted(kind, unit_id, after, **asked)


def _id_of(code: str, column: str) -> int:
    unit_id = Unit.objects.filter(code=code).values_list("pk", flat=True).first()
    if unit_id is None:
        raise InvalidInput(f"没有编码为“{code}”的单位；新设立的上级要到其生效日期才能使用。", field=column)
    return unit_id


def _record(counts: dict[str, int], source: str, by: Actor, now: datetime) -> None:
    audit.record(
        action="unit.import_divisions",
        subject_type="unit",
        subject_id=by.district_id or 0,
        subject_label=source[:200],
        after=counts,
        by=by,
        now=now,
    )
