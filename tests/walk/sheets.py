"""Spreadsheets in and out: sent, started, stopped, given up; asked for, decided, begun."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from governance.audit.models import Entry
from governance.errors import InvalidInput
from governance.jobs.models import Job
from governance.scope import Actor
from governance.sheets import exports, imports
from governance.sheets.models import SheetExport, SheetUpload
from tests.members.sheets.conftest import sheet_of
from tests.walk.residents import WORKER, _person
from tests.walk.sampling import MADE, WALKED, Refused, Sample, World

ROW = {"name": "王建国", "phone": "13812344080"}


def _receive(world: World, thing: Any, by: Actor, *rows: dict[str, Any]) -> SheetUpload:
    return imports.receive(
        sheet_key="persons", file=sheet_of(*(rows or (ROW,))), file_name="居民.xlsx", by=by, now=WALKED
    )


def _uploaded(world: World, by: Any) -> SheetUpload:
    return _receive(world, None, by)


def _under_way(world: World, by: Any) -> SheetUpload:
    upload = _uploaded(world, by)
    Job.objects.filter(pk=upload.check_job_id).update(state=Job.RUNNING, ended_at=None)
    return upload


def _ended(world: World, upload: SheetUpload) -> None:
    SheetUpload.objects.filter(pk=upload.pk).update(ended_at=WALKED)


def _job_ended(world: World, upload: SheetUpload) -> None:
    Job.objects.update(state=Job.DONE)


def _begun(world: World, upload: SheetUpload) -> None:
    SheetUpload.objects.filter(pk=upload.pk).update(import_job_id=upload.check_job_id)


def _ask(world: World, thing: Any, by: Actor, purpose: str = "冬季入户走访名单") -> SheetExport:
    """More than may leave without a leader's approval."""
    with patch.object(exports, "FREE", 0):
        return exports.ask(sheet_key="persons", purpose=purpose, query="", by=by, now=WALKED)


def _asked(world: World, by: Any) -> SheetExport:
    _person(world)
    return exports.ask(sheet_key="persons", purpose="冬季入户走访名单", query="", by=world.actor(WORKER), now=MADE)


def _agreed(world: World, by: Any) -> SheetExport:
    return SheetExport.objects.create(
        sheet="persons", purpose="冬季入户走访名单", count=1, needs_approval=True, approved=True, decided_at=MADE,
        asked_by_user=by.user_id, asked_by_name=by.user_name, asked_by_unit=by.unit_id,
        asked_by_unit_name=by.unit_name, asked_at=MADE,
    )  # fmt: skip


def _decided(world: World, wanted: SheetExport) -> None:
    SheetExport.objects.update(approved=False, decided_at=MADE)


def _decide(world: World, wanted: SheetExport, by: Actor, words: str = "") -> SheetExport:
    return exports.decide(export_id=wanted.pk, approve=not words, words=words, by=by, now=WALKED)


SAMPLES = [
    Sample(
        imports.receive, _receive,
        changes="sheets_sheetupload jobs_job",
        then=lambda world, thing, upload: SheetUpload.objects.get().checked["new"] == 1,
        rows=lambda world, thing, upload: [("sheet.upload", "sheets.upload", upload.pk)],
        refused=(
            Refused("a list without rows", "没有数据行", InvalidInput,
                    call=lambda w, t, by: _receive(w, t, by, {"name": ""})),
        ),
    ),
    Sample(
        imports.start,
        lambda world, upload, by: imports.start(upload_id=upload.pk, by=by, now=WALKED),
        changes="sheets_sheetupload jobs_job members_person",
        then=lambda world, upload, result: SheetUpload.objects.get().tally["new"] == 1,
        rows=lambda world, upload, result: [
            ("sheet.start", "sheets.upload", upload.pk),
            *[(e.action, e.subject_type, e.subject_id) for e in _written(upload)],
            ("sheet.import", "sheets.upload", upload.pk),
        ],
        make=_uploaded,
        refused=(Refused("imported already", "已经导入过", spoil=_ended),),
    ),
    Sample(
        imports.stop,
        lambda world, upload, by: imports.stop(upload_id=upload.pk, by=by, now=WALKED),
        changes="jobs_job",
        then=lambda world, upload, result: Job.objects.get().state == Job.CANCELLED,
        rows=lambda world, upload, result: [("job.cancel", "job", upload.check_job_id)],
        make=_under_way,
        refused=(Refused("ended", "无需取消", spoil=_job_ended),),
    ),
    Sample(
        imports.discard,
        lambda world, upload, by: imports.discard(upload_id=upload.pk, by=by, now=WALKED),
        changes="sheets_sheetupload",
        then=lambda world, upload, result: not SheetUpload.objects.exists(),
        rows=lambda world, upload, result: [("sheet.discard", "sheets.upload", upload.pk)],
        make=_uploaded,
        refused=(Refused("begun", "不能放弃", spoil=_begun),),
    ),
    Sample(
        exports.ask, _ask,
        changes="sheets_sheetexport outbox_inboxitem",
        then=lambda world, thing, wanted: wanted.count == 1 and wanted.needs_approval and wanted.job is None,
        rows=lambda world, thing, wanted: [("sheet.export_ask", "sheets.export", wanted.pk)],
        make=lambda world, by: _person(world),
        refused=(
            Refused("no purpose", "导出用途", InvalidInput, call=lambda w, t, by: _ask(w, t, by, "查看")),
        ),
        stranger=InvalidInput,
    ),
    Sample(
        exports.decide, _decide,
        changes="sheets_sheetexport outbox_inboxitem",
        then=lambda world, wanted, result: SheetExport.objects.get().approved is True,
        rows=lambda world, wanted, result: [("sheet.export_decide", "sheets.export", wanted.pk)],
        make=_asked,
        refused=(
            Refused("decided", "已经处理过", spoil=_decided),
            Refused("refused without words", "意见", InvalidInput,
                    call=lambda w, wanted, by: _decide(w, wanted, by, "否")),
        ),
    ),
    Sample(
        exports.begin,
        lambda world, wanted, by: exports.begin(export_id=wanted.pk, by=by, now=WALKED),
        changes="sheets_sheetexport jobs_job",
        then=lambda world, wanted, result: SheetExport.objects.get().job is not None,
        rows=lambda world, wanted, result: [("sheet.export_begin", "sheets.export", wanted.pk)],
        make=_agreed,
        refused=(Refused("not agreed to", "没有获得同意", spoil=_decided),),
    ),
]  # fmt: skip


def _written(upload: SheetUpload) -> list[Any]:
    """What the batch put on record, in its order."""
    start = Entry.objects.get(action="sheet.start").pk
    end = Entry.objects.get(action="sheet.import").pk
    return list(Entry.objects.filter(pk__gt=start, pk__lt=end).order_by("pk"))
