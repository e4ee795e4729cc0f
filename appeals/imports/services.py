"""All writes of the hotline import: taking a file in, matching its columns, starting its check and its import."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from itertools import islice
from typing import IO, Any
from uuid import uuid4

from django.core.files import File
from django.db import transaction

from accounts.rights import may
from appeals.imports import work
from appeals.imports.mapping import HEAD, ColumnMapping, Layout, checked, filled, find_layout, fits, guess
from appeals.models import ImportFile, ImportProblem, ImportTemplate
from governance import privacy
from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.scope import Actor
from governance.spreadsheets import cell_text, read_rows

SAMPLES = 5
_SAMPLE_LENGTH = 60
# An upload that nobody imports holds numbers in clear, and is deleted after this long.
KEEP_UPLOADS = timedelta(days=7)


def receive(*, upload: IO[bytes], name: str, by: Actor, now: datetime) -> ImportFile:
    """Take a spreadsheet in: find its headers, match its columns as well as the platform can, and keep it.

    A remembered template that fits the headers goes before the platform's own guess. Raises NotAllowed without the
    right, InvalidInput (field "file") for a file that cannot be read or has no rows.
    """
    _check_right(by)
    name = os.path.basename(name.replace("\\", "/").replace("\0", ""))[-200:]
    # One pass over the first rows: opening a large file is what takes the time.
    head = list(islice(filled(read_rows(upload, name)), HEAD + SAMPLES))
    layout = find_layout(head)
    samples = [_sample(cells) for number, cells in head if number >= layout.first_row][:SAMPLES]
    if not samples:
        raise InvalidInput("表头下面没有任何数据行，请确认导出的文件内有工单。", field="file")
    template = fitting_template(layout.headers)
    mapping = ColumnMapping.from_json(template.mapping) if template else guess(layout.headers)
    upload.seek(0, os.SEEK_END)
    file = ImportFile(
        name=name, size=upload.tell(), layout=layout.as_json(), mapping=mapping.as_json(),
        template_name=template.name if template else "", uploaded_by_user=by.user_id, uploaded_at=now,
    )  # fmt: skip
    upload.seek(0)
    file.file.save(f"{uuid4().hex}{os.path.splitext(name)[1][:10].lower()}", File(upload), save=False)
    try:
        _keep(file, samples, by, now)
    except BaseException:
        file.file.delete(save=False)
        raise
    _forget_abandoned(by, now)
    return file


def _keep(file: ImportFile, samples: list[list[str]], by: Actor, now: datetime) -> None:
    with transaction.atomic(durable=True):
        file.save(force_insert=True)
        file.samples_sealed = privacy.seal(json.dumps(samples, ensure_ascii=False), context=samples_context(file))
        file.save(update_fields=["samples_sealed"])
        _record("appeal.import_upload", file, by, now, {"size": file.size})


def _sample(cells: list[object]) -> list[str]:
    return [" ".join(cell_text(cell).split())[:_SAMPLE_LENGTH] for cell in cells]


def samples_of(file: ImportFile) -> list[list[str]]:
    """The first rows below the headers, as they stand in the file."""
    if not file.samples_sealed:
        return []
    return list(json.loads(privacy.open_sealed(file.samples_sealed, context=samples_context(file))))


def samples_context(file: ImportFile) -> str:
    """What a file's sample rows are sealed for."""
    return f"import.samples:{file.pk}"


def fitting_template(headers: list[str]) -> ImportTemplate | None:
    """The remembered template whose columns are all in the file; of several the one with most columns, then the
    one used last."""
    found = [t for t in ImportTemplate.objects.all() if fits(ColumnMapping.from_json(t.mapping), headers)]
    return max(found, key=lambda t: (len(t.mapping.get("columns", {})), t.used_at is not None, t.used_at), default=None)


def template_mapping(name: str) -> ColumnMapping:
    """The mapping remembered under a name. Raises NotFound with the names that there are."""
    template = ImportTemplate.objects.filter(name=name).first()
    if template is None:
        names = "、".join(ImportTemplate.objects.order_by("name").values_list("name", flat=True)[:20])
        raise NotFound(
            f"没有名为“{name}”的导入模板。" + (f"现有模板：{names}。" if names else "目前还没有保存过模板。")
        )
    return ColumnMapping.from_json(template.mapping)


def match_columns(
    *, file_id: int, mapping: ColumnMapping, remember_as: str = "", by: Actor, now: datetime
) -> ImportFile:  # fmt: skip
    """Settle which column is which field, remember it under a name if one is given, and start the check.

    Raises InvalidInput naming the field at fault, IllegalState once the import has begun.
    """
    with transaction.atomic(durable=True):
        file = _locked(file_id, by)
        if file.import_job_id is not None:
            raise IllegalState("这个文件已经开始导入，不能再改列的对应。请重新上传。")
        settled = checked(mapping, Layout.from_json(file.layout).headers)
        _settle(file, settled, remember_as, by, now)
        file.check_job = jobs.create(
            kind=work.CHECK, title=f"检查“{file.name}”", params={"file": file.pk}, by=by, now=now
        )  # fmt: skip
        file.save(update_fields=["mapping", "template_name", "check_job"])
        _record("appeal.import_columns", file, by, now, {"mapping": file.mapping})
    return file


def _settle(file: ImportFile, mapping: ColumnMapping, remember_as: str, by: Actor, now: datetime) -> None:
    file.mapping = mapping.as_json()
    name = " ".join(remember_as.split())
    if len(name) > 64:
        raise InvalidInput("模板名称最多 64 个字。", field="remember_as")
    if name:
        values = {"mapping": file.mapping, "used_at": now, "made_by_user": by.user_id}
        template, made = ImportTemplate.objects.update_or_create(name=name, defaults=values)
        audit.record(
            action="appeal.import_template", subject_type="appeals.importtemplate", subject_id=template.pk,
            subject_label=name, after={"mapping": file.mapping, "made": made}, by=by, now=now,
        )  # fmt: skip
    elif file.template_name:
        ImportTemplate.objects.filter(name=file.template_name).update(used_at=now)
    file.template_name = name or file.template_name


def start_import(*, file_id: int, by: Actor, now: datetime) -> ImportFile:
    """Start the import of a checked file; of one that failed or was cancelled, behind its last batch.

    Raises IllegalState while the check runs, and when the import has begun already.
    """
    with transaction.atomic(durable=True):
        file = _locked(file_id, by)
        if file.check_job is None or file.check_job.state != Job.DONE:
            raise IllegalState("文件还没有检查完，请等检查结束后再导入。")
        if file.import_job is not None and file.import_job.state not in {Job.FAILED, Job.CANCELLED}:
            raise IllegalState("这个文件已经开始导入，不必重复提交。")
        job = _new_import_job(file, by, now)
        _record("appeal.import_start", file, by, now, {"job": job.pk})
    return file


def _new_import_job(file: ImportFile, by: Actor, now: datetime) -> Job:
    earlier = file.import_job_id
    job = jobs.create(kind=work.IMPORT, title=f"导入“{file.name}”", params={"file": file.pk}, by=by, now=now)
    # What the earlier attempt refused is part of what this one will have refused.
    ImportProblem.objects.filter(job=earlier).update(job=job) if earlier else None
    file.import_job = job
    file.save(update_fields=["import_job"])
    return job


def start_here(*, file_id: int, kind: str, by: Actor, now: datetime) -> Job:
    """A check or import that this process carries out itself: the job is made and claimed in one transaction.

    Should the process die, the job goes to a worker, who goes on behind the last batch.
    """
    with transaction.atomic(durable=True):
        file = _locked(file_id, by)
        if kind == work.IMPORT:
            job = _new_import_job(file, by, now)
        else:
            job = jobs.create(kind=kind, title=f"检查“{file.name}”", params={"file": file.pk}, by=by, now=now)
            file.check_job = job
            file.save(update_fields=["check_job"])
        job.state, job.attempts, job.started_at, job.heartbeat_at = Job.RUNNING, 1, now, now
        job.save(update_fields=["state", "attempts", "started_at", "heartbeat_at"])
    return job


def discard(*, file_id: int, by: Actor, now: datetime) -> None:
    """Delete an upload that has not been imported. Raises IllegalState once its import has begun."""
    with transaction.atomic(durable=True):
        file = _locked(file_id, by)
        if file.import_job_id is not None:
            raise IllegalState("这个文件已经开始导入，不能放弃。")
        _record("appeal.import_discard", file, by, now, {})
        _delete(file)


def delete_template(*, template_id: int, by: Actor, now: datetime) -> None:
    """Forget a template; files that were imported with it keep their own mapping."""
    _check_right(by)
    with transaction.atomic(durable=True):
        template = ImportTemplate.objects.select_for_update().filter(pk=template_id).first()
        if template is None:
            raise NotFound("没有这个模板，可能已被删除。")
        audit.record(
            action="appeal.import_template_delete", subject_type="appeals.importtemplate", subject_id=template.pk,
            subject_label=template.name, before={"mapping": template.mapping}, by=by, now=now,
        )  # fmt: skip
        template.delete()


def record_download(*, file: ImportFile, rows: int, by: Actor, now: datetime) -> None:
    """Put into the record that the refused rows, numbers in clear, left the platform."""
    _record("appeal.import_refused_download", file, by, now, {"rows": rows})


def _check_right(by: Actor) -> None:
    if not (by.is_platform or may(by, "appeal.import")):
        raise NotAllowed("只有区网格中心可以导入热线工单。")


def _locked(file_id: int, by: Actor) -> ImportFile:
    _check_right(by)
    files = ImportFile.objects.select_for_update(of=("self",)).select_related("check_job", "import_job")
    file = files.filter(pk=file_id, uploaded_by_user=by.user_id).first()
    if file is None:
        raise NotFound("没有找到这个导入文件，可能已被放弃，或由别人上传。")
    return file


def _record(action: str, file: ImportFile, by: Actor, now: datetime, after: dict[str, Any]) -> None:
    audit.record(
        action=action, subject_type="appeals.importfile", subject_id=file.pk, subject_label=file.name, after=after,
        by=by, now=now,
    )  # fmt: skip


def _forget_abandoned(by: Actor, now: datetime) -> None:
    """Uploads whose people never came back; done with the next upload, as without one there is nothing new to keep."""
    old = ImportFile.objects.filter(uploaded_at__lt=now - KEEP_UPLOADS, import_job=None)
    for file in old.order_by("pk")[:50]:
        with transaction.atomic(durable=True):
            _record("appeal.import_discard", file, by, now, {"abandoned": True})
            _delete(file)


def _delete(file: ImportFile) -> None:
    name, storage = file.file.name, file.file.storage
    ImportProblem.objects.filter(job=file.check_job_id).delete()
    file.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))
