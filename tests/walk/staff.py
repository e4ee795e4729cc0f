"""Staff from a list: uploaded, taken over, and their first passwords handed out."""

from __future__ import annotations

import io
import json
from typing import Any

from accounts.models import StaffImport
from accounts.services import staff_import
from accounts.services.staff_rows import COLUMNS
from governance.errors import InvalidInput
from governance.privacy import seal
from governance.scope import Actor
from tests.walk.sampling import SECURITY, WALKED, Refused, Sample, World

TEMPORARY = ["wangfang", "王芳", "Chu-Shi-2026"]


def _list(*rows: str) -> io.BytesIO:
    return io.BytesIO("\n".join([",".join(COLUMNS), *rows]).encode())


def _upload(world: World, thing: Any, by: Actor, *rows: str) -> StaffImport:
    rows = rows or ("wangfang,王芳,13812344080,社区工作者,community_1,,,",)
    return staff_import.upload(file=_list(*rows), filename="名单.csv", by=by, now=WALKED)


def _uploaded(world: World, by: Any) -> StaffImport:
    return _upload(world, None, world.actor(SECURITY))


def _taken_over(world: World, by: Any) -> StaffImport:
    kept = _uploaded(world, by)
    context = staff_import.sealed_context(kept, "passwords_sealed")
    kept.passwords_sealed = seal(json.dumps([TEMPORARY]), context=context)
    kept.save(update_fields=["passwords_sealed"])
    return kept


def _begun(world: World, kept: StaffImport) -> None:
    StaffImport.objects.filter(pk=kept.pk).update(job_id=1)


def _taken(world: World, kept: StaffImport) -> None:
    StaffImport.objects.filter(pk=kept.pk).update(passwords_sealed="")


SAMPLES = [
    Sample(
        staff_import.upload,
        lambda world, thing, by: _upload(world, thing, by),
        changes="accounts_staffimport",
        then=lambda world, thing, kept: len(staff_import.rows_of(StaffImport.objects.get())) == 1,
        rows=lambda world, thing, kept: [("account.import_upload", "staff_import", kept.pk)],
        refused=(
            Refused(
                "a list without rows", "没有数据行", InvalidInput,
                call=lambda world, thing, by: staff_import.upload(file=_list(), filename="名单.csv", by=by, now=WALKED),
            ),
        ),
    ),
    Sample(
        staff_import.start,
        lambda world, kept, by: staff_import.start(import_id=kept.pk, by=by, now=WALKED),
        changes="accounts_staffimport jobs_job",
        then=lambda world, kept, job: (StaffImport.objects.get().job_id, job.kind) == (job.pk, staff_import.KIND),
        rows=lambda world, kept, job: [("account.import_start", "staff_import", kept.pk)],
        make=_uploaded,
        refused=(Refused("begun already", "已经开始导入", spoil=_begun),),
    ),
    Sample(
        staff_import.take_passwords,
        lambda world, kept, by: staff_import.take_passwords(import_id=kept.pk, by=by, now=WALKED),
        changes="accounts_staffimport",
        then=lambda world, kept, taken: (taken, StaffImport.objects.get().passwords_sealed) == ([TEMPORARY], ""),
        rows=lambda world, kept, taken: [("account.import_passwords", "staff_import", kept.pk)],
        make=_taken_over,
        refused=(Refused("taken already", "已下载过", spoil=_taken),),
    ),
]  # fmt: skip
