"""The auditor's long work, as jobs: the record as a spreadsheet, and the check of all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any, cast

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from governance import spreadsheets
from governance.audit import sealing, services
from governance.audit.filters import EntryFilter
from governance.audit.models import Entry, Seal
from governance.errors import InvalidInput, NotAllowed
from governance.jobs import registry
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.jobs.progress import Progress
from governance.jobs.registry import Outcome
from governance.scope import Actor, Role

EXPORT, VERIFY = "audit.export", "audit.verify"
MAX_ROWS = 500_000
_HEADER = (
    "编号", "时间", "操作人", "岗位", "单位", "IP 地址", "操作", "查看个人信息", "对象类型", "对象编号", "对象内部号",
    "变更前", "变更后", "事由", "封存编号",
)  # fmt: skip


def start_export(*, query: str, looks_only: bool, by: Actor, now: datetime) -> Job:
    """Start the export of what the filters in `query` leave; recorded with the filters. Raises NotAllowed."""
    _allowed(by)
    filters = QueryDict(query).dict()
    with transaction.atomic(durable=True):
        services.record(
            action=EXPORT, subject_type="audit", subject_id=0, subject_label="审计记录",
            after={"filters": filters, "looks_only": looks_only}, by=by, now=now,
        )  # fmt: skip
        params = {"query": query, "looks_only": looks_only}
        return jobs.create(kind=EXPORT, title="导出审计记录", params=params, by=by, now=now)


def start_verify(*, expect_head: str, by: Actor, now: datetime) -> Job:
    """Start the check of the whole record; recorded. Raises NotAllowed."""
    _allowed(by)
    with transaction.atomic(durable=True):
        services.record(
            action=VERIFY, subject_type="audit", subject_id=0, subject_label="审计记录",
            after={"expect_head": expect_head}, by=by, now=now,
        )  # fmt: skip
        return jobs.create(kind=VERIFY, title="核对审计记录", params={"expect_head": expect_head}, by=by, now=now)


def _allowed(by: Actor) -> None:
    if by.role != Role.AUDITOR:
        raise NotAllowed("只有审计员可以导出和核对审计记录。")


def export(job: Job, progress: Progress, now: datetime) -> Outcome:
    """Write the spreadsheet."""
    found = _found(job, registry.actor_of(job, now))
    total = found.count()
    if total > MAX_ROWS:
        raise InvalidInput(f"符合条件的记录有 {total:,} 条，一次最多导出 {MAX_ROWS:,} 条，请缩小时间范围后再导出。")
    progress.expect(total)
    file = cast(IO[bytes], TemporaryFile())  # noqa: SIM115  the job's end closes it
    spreadsheets.write_xlsx(file, _HEADER, _rows(found, progress), title="审计记录")
    file.seek(0)
    name = f"审计记录-{timezone.localtime(now):%Y%m%d-%H%M}.xlsx"
    return Outcome(f"共导出 {total:,} 条记录。", {"rows": total}, file, name)


def _found(job: Job, actor: Actor) -> QuerySet[Entry]:
    entries = Entry.objects.visible_to(actor)
    if job.params["looks_only"]:
        entries = entries.filter(is_look=True)
    return cast(QuerySet[Entry], EntryFilter(QueryDict(job.params["query"]), queryset=entries).qs.order_by("at", "id"))


def _rows(found: QuerySet[Entry], progress: Progress) -> Iterator[list[Any]]:
    for entry in found.iterator(chunk_size=1000):
        yield [
            entry.pk, entry.at, entry.user_name, entry.role, entry.unit_name, entry.ip, entry.action_label,
            "是" if entry.is_look else "", entry.subject_type_label, entry.subject_label, entry.subject_id,
            _text(entry.before), _text(entry.after), entry.reason, entry.seal_id,
        ]  # fmt: skip
        progress.advance()


def _text(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else ""


def verify(job: Job, progress: Progress, now: datetime) -> Outcome:
    """Check the record, and say in a sentence what was found; every fault goes into a file."""
    progress.expect(sum(Seal.objects.values_list("count", flat=True)))
    report = sealing.verify(now=now, expect_head=job.params["expect_head"], on_seal=progress.advance)
    counts = f"封存 {report.seals:,} 个、记录 {report.entries:,} 条，另有 {report.unsealed:,} 条尚未封存"
    warnings = "".join(f"。注意：{warning}" for warning in report.warnings)
    if report.is_whole:
        head = f"。链首摘要：{report.head}" if report.head else ""
        return Outcome(f"全部相符：{counts}{head}{warnings}。", {"head": report.head, "faults": 0})
    told = "\n".join(f"{fault.text}（封存 {fault.seal_id or '—'}）" for fault in report.faults)
    message = f"发现 {len(report.faults):,} 处问题！{counts}{warnings}。请下载清单，并报告审计办公室。"
    result = {"head": report.head, "faults": len(report.faults)}
    return Outcome(message, result, BytesIO(told.encode("utf-8-sig")), "审计记录问题清单.txt")
