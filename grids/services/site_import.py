"""Sites from a spreadsheet: looked at first, then taken over row by row; what is refused is handed back.

By unit and name, so that the same file twice adds nothing. A look is the taking over itself, undone: what it says of a
row, also of one that another row of the file collides with, is what happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

from django.db import transaction

from governance.audit import services as audit
from governance.errors import DomainError, IllegalState, NotFound
from governance.scope import Actor
from grids.models import ImportDraft, Site
from grids.services import sites
from grids.sites import sheets
from grids.sites.facts import SiteFacts
from grids.sites.sheets import Known, Line

NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"
OUTCOMES = {NEW: "新增", CHANGED: "更新", SAME: "没有变化", REFUSED: "不能导入"}
KIND = "sites"


@transaction.atomic(durable=True)
def check_sites(*, file: IO[bytes], file_name: str, by: Actor, now: datetime) -> ImportDraft:
    """Keep an uploaded list with what each row would do (NotAllowed, InvalidInput with field "file")."""
    sites.require_editor(by)
    lines = sheets.lines_of(file, file_name)
    with transaction.atomic():
        rows = _taken(lines, by, now)
        transaction.set_rollback(True)
    draft = ImportDraft.objects.create(
        kind=KIND, district_id=sites.district_of(by), file_name=file_name[:200], content={"rows": rows},
        user_id=by.user_id, user_name=by.user_name, created_at=now,
    )  # fmt: skip
    _record("site.import_check", draft, {"rows": len(rows)}, by, now)
    return draft


@transaction.atomic(durable=True)
def apply_sites(*, draft_id: int, by: Actor, now: datetime) -> ImportDraft:
    """Take the rows over that can be; the others stay in the draft with why (NotAllowed, NotFound, IllegalState)."""
    sites.require_editor(by)
    drafts = ImportDraft.objects.visible_to(by).select_for_update(of=("self",))
    draft = drafts.filter(pk=draft_id, kind=KIND).first()
    if draft is None:
        raise NotFound("没有这份表格，请重新上传。")
    if draft.applied_at:
        raise IllegalState("这份表格已经导入过，请上传新的。")
    rows = _taken([(row["number"], row["cells"]) for row in draft.content["rows"]], by, now)
    counts = Counter(row["outcome"] for row in rows)
    draft.content, draft.applied_at, draft.outcome = {"rows": rows}, now, {key: counts[key] for key in OUTCOMES}
    draft.save(update_fields=["content", "applied_at", "outcome"])
    _record("site.import", draft, draft.outcome, by, now)
    return draft


def _record(action: str, draft: ImportDraft, after: dict[str, Any], by: Actor, now: datetime) -> None:
    audit.record(
        action=action, subject_type="unit", subject_id=draft.district_id, subject_label=draft.file_name, after=after,
        by=by, now=now,
    )  # fmt: skip


def _taken(lines: Sequence[Line], actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Take each row over by itself, and say what became of it."""
    known = Known.of(actor)
    return [_row(number, cells, known, actor, now) for number, cells in lines]


def _row(number: int, cells: list[str], known: Known, actor: Actor, now: datetime) -> dict[str, Any]:
    said = {"number": number, "cells": cells, "column": "", "message": ""}
    try:
        with transaction.atomic():
            return said | {"outcome": _take(cells, known, actor, now)}
    except DomainError as refusal:
        column = sheets.COLUMN_OF.get(refusal.field, "")
        return said | {"outcome": REFUSED, "column": column, "message": refusal.message}


def _take(cells: list[str], known: Known, actor: Actor, now: datetime) -> str:
    wanted = sheets.read(cells, known)
    name = " ".join(wanted.facts.name.split())
    site = Site.objects.in_use().filter(unit_id=wanted.facts.unit_id, name=name).first()
    if site is None:
        outcome, site = NEW, sites.write_new(wanted.facts, actor, now)
    else:
        before = SiteFacts.of(site)
        site = sites.write_change(site.pk, wanted.facts, actor, now)
        outcome = SAME if before == SiteFacts.of(site) else CHANGED
    if wanted.week is None or not sites.write_hours(site, wanted.week, wanted.on_holidays, actor, now):
        return outcome
    return CHANGED if outcome == SAME else outcome
