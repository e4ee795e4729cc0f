"""Taking a spreadsheet in: sent, looked at, started, stopped, given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import IO

from django.db import transaction

from governance.errors import IllegalState, InvalidInput, NotFound
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.scope import Actor
from governance.sheets import registry, sealed
from governance.sheets.declare import CHANGED, NEW, OUTCOMES, Sheet
from governance.sheets.models import SheetUpload
from governance.sheets.reading import rows_of
from governance.sheets.work import CHECK, IMPORT, forget_file, record, too_many
from governance.spreadsheets import estimated_rows, read_rows

# Contents with personal numbers are kept so long at most, whatever becomes of the upload; refused rows a week.
KEEP_FILE = timedelta(days=1)
KEEP_REFUSED = timedelta(days=7)
# So much is done at once, without a place in the queue behind somebody's two hundred thousand rows.
_SMALL_BYTES, _SMALL_ROWS = 300 * 1024, 500


def receive(*, sheet_key: str, file: IO[bytes], file_name: str, by: Actor, now: datetime) -> SheetUpload:
    """Keep an uploaded spreadsheet, sealed, and have every row looked at.

    Raises NotFound, NotAllowed; InvalidInput (field "file") for what cannot be read, of a small one at once.
    """
    sheet = registry.get(sheet_key)
    registry.importer_of(sheet, by)
    # Says at once what is no spreadsheet at all.
    read_rows(file, file_name)
    size = file.seek(0, 2)
    is_small = size <= _SMALL_BYTES and estimated_rows(file) <= _SMALL_ROWS
    if is_small:
        _readable(file, file_name, sheet)
    with transaction.atomic(durable=True):
        upload = SheetUpload.objects.create(
            sheet=sheet.key, file_name=file_name[-200:], size=size, unit_id=by.unit_id, uploaded_by_user=by.user_id,
            uploaded_by_name=by.user_name[:64], uploaded_at=now,
        )  # fmt: skip
        sealed.keep_file(upload, file)
        upload.check_job = _job(CHECK, f"检查{sheet.title}表格：{upload.file_name}", upload, by, now)
        upload.save(update_fields=["file", "digest", "check_job"])
        record("sheet.upload", upload, by, now, {"size": size})
    if is_small:
        jobs.run(job_id=upload.check_job.pk, now=now)
    return upload


def _readable(file: IO[bytes], name: str, sheet: Sheet) -> None:
    """Read a small file to its end: whoever sent a wrong one learns so on the form, and nothing of it is kept."""
    count = sum(1 for _ in rows_of(file, name, sheet))
    if sheet.importer is not None and count > sheet.importer.most_rows:
        raise too_many(sheet.importer)
    if not count:
        raise InvalidInput(f"表格里没有数据行。请在表头下面填写{sheet.title}后再上传。", field="file")


def _job(kind: str, title: str, upload: SheetUpload, by: Actor, now: datetime) -> Job:
    return jobs.create(kind=kind, title=title, params={"upload": upload.pk}, by=by, now=now)


def start(*, upload_id: int, by: Actor, now: datetime) -> SheetUpload:
    """Take the rows over; one that was stopped goes on where it was. Raises NotFound, NotAllowed, IllegalState."""
    with transaction.atomic(durable=True):
        upload, sheet = _locked(upload_id, by)
        if upload.ended_at is not None:
            raise IllegalState("这份表格已经导入过，请上传新的。")
        if upload.import_job is not None and upload.import_job.state in (*Job.OPEN, Job.DONE):
            raise IllegalState("这份表格已经开始导入，无需重复提交。")
        if not upload.file:
            raise IllegalState(sealed.GONE)
        if upload.check_job is None or upload.check_job.state != Job.DONE:
            raise IllegalState("还没有检查完，请稍候再导入。")
        if not (upload.checked.get(NEW) or upload.checked.get(CHANGED)):
            raise IllegalState("没有需要导入的行。")
        upload.import_job = _job(IMPORT, f"导入{sheet.title}：{upload.file_name}", upload, by, now)
        upload.save(update_fields=["import_job"])
        record("sheet.start", upload, by, now, {"job": upload.import_job.pk})
    if sum(upload.checked.get(outcome, 0) for outcome in OUTCOMES) <= _SMALL_ROWS:
        jobs.run(job_id=upload.import_job.pk, now=now)
    return upload


def _locked(upload_id: int, by: Actor) -> tuple[SheetUpload, Sheet]:
    """One's own upload, locked, with its sheet."""
    _require(by)
    rows = SheetUpload.objects.select_for_update(of=("self",)).select_related("check_job", "import_job")
    upload = rows.filter(pk=upload_id, uploaded_by_user=by.user_id).first()
    if upload is None:
        raise NotFound("没有找到这份表格，可能已被放弃，或由别人上传。")
    sheet = registry.get(upload.sheet)
    registry.importer_of(sheet, by)
    return upload, sheet


def _require(by: Actor) -> None:
    registry.require_any(registry.may_import, by, "您的岗位不能导入表格。")


def stop(*, upload_id: int, by: Actor, now: datetime) -> None:
    """Stop the look or the import that is under way; what was taken over stays. Raises NotFound, IllegalState."""
    _require(by)
    upload = SheetUpload.objects.filter(pk=upload_id, uploaded_by_user=by.user_id).first()
    if upload is None:
        raise NotFound("没有找到这份表格，可能已被放弃，或由别人上传。")
    job_id = upload.import_job_id or upload.check_job_id
    if job_id is None:
        raise IllegalState("没有正在进行的检查或导入。")
    jobs.cancel(job_id=job_id, by=by, now=now)


def discard(*, upload_id: int, by: Actor, now: datetime) -> None:
    """Give an upload up before its import. Raises NotFound, IllegalState once that has begun."""
    with transaction.atomic(durable=True):
        upload, _ = _locked(upload_id, by)
        if upload.import_job is not None:
            raise IllegalState("这份表格已经开始导入，不能放弃。")
        record("sheet.discard", upload, by, now, {})
        name, storage = upload.file.name, upload.file.storage
        upload.delete()
        if name:
            transaction.on_commit(lambda: storage.delete(name))


def record_refused(*, upload: SheetUpload, count: int, by: Actor, now: datetime) -> None:
    """Put into the record that refused rows, numbers in clear, left the platform."""
    record("sheet.refused_download", upload, by, now, {"refused": count})


def purge(*, now: datetime) -> int:
    """Delete uploaded contents after a day, and refused rows after a week; how many uploads had any."""
    old = SheetUpload.objects.filter(uploaded_at__lt=now - KEEP_FILE).exclude(file="")
    open_work = SheetUpload.objects.filter(import_job__state__in=Job.OPEN)
    purged = 0
    for upload in old.exclude(pk__in=open_work.values("pk"))[:200]:
        with transaction.atomic(durable=True):
            forget_file(upload)
        purged += 1
    stale = SheetUpload.objects.filter(uploaded_at__lt=now - KEEP_REFUSED, refusals__isnull=False).distinct()
    for upload in stale[:200]:
        purged += bool(upload.refusals.all().delete()[0])
    return purged
