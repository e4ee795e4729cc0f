"""Taking a list away as a spreadsheet: asked for with a purpose, made in the background, marked, on record.

Up to FREE rows it is made at once for who may export; above, or for who may only ask, somebody at or above the unit
lets it go. Source: rights.md, "export".
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO, Any, cast

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.jobs import registry as jobs_registry
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.jobs.progress import Progress
from governance.outbox.services import notify
from governance.scope import Actor
from governance.sheets import registry
from governance.sheets.declare import FREE, MOST_EXPORTED, Exporter, Sheet
from governance.sheets.models import SheetExport
from governance.spreadsheets import write_xlsx
from governance.ui import dates

KIND = SUBJECT = "sheets.export"
KEEP_FILE = timedelta(days=7)
SECRET = "内部资料，严禁外传"  # noqa: S105 - the line's words
_CHUNK = 500


def ask(
    *, sheet_key: str, purpose: str, query: str, with_numbers: bool = False, by: Actor, now: datetime
) -> SheetExport:
    """Ask for the rows that `query` (a list's query string) names; the job starts at once where nobody need agree.

    Raises NotFound, NotAllowed, InvalidInput (fields "purpose", "with_numbers").
    """
    sheet = registry.get(sheet_key)
    exporter = registry.exporter_of(sheet, by)
    purpose = _words(purpose, "导出用途", "purpose", least=4)
    if with_numbers and not registry.may_take_numbers(sheet, by):
        raise NotAllowed("您的岗位只能导出脱敏后的号码。", field="with_numbers")
    if len(query) > 2000:
        raise InvalidInput("筛选条件过长，请减少条件后再导出。")
    count = count_of(exporter, query, by)
    with transaction.atomic(durable=True):
        wanted = SheetExport.objects.create(
            sheet=sheet.key, purpose=purpose, query=query, words=exporter.words(query, by)[:500], count=count,
            with_numbers=with_numbers, needs_approval=needs_approval(sheet, count, by), asked_by_user=by.user_id,
            asked_by_name=by.user_name[:64], asked_by_unit=by.unit_id, asked_by_unit_name=by.unit_name[:128],
            asked_at=now,
        )  # fmt: skip
        _record("sheet.export_ask", wanted, by, now)
        if wanted.needs_approval:
            _tell_deciders(sheet, wanted, by, now)
        else:
            _start(sheet, wanted, by, now)
    return wanted


def _words(text: str, label: str, field: str, *, least: int) -> str:
    tidy = " ".join(text.split())
    if len(tidy) < least:
        raise InvalidInput(f"请填写{label}，不少于 {least} 个字。", field=field)
    if len(tidy) > 200:
        raise InvalidInput(f"{label}最多 200 个字。", field=field)
    return tidy


def count_of(exporter: Exporter, query: str, actor: Actor) -> int:
    """How many rows would leave. Raises InvalidInput for none, or too many."""
    count = exporter.rows(query, actor).order_by().values("pk")[: MOST_EXPORTED + 1].count()
    if count > MOST_EXPORTED:
        raise InvalidInput(f"一次最多导出 {MOST_EXPORTED:,} 行，请缩小筛选范围。")
    if not count:
        raise InvalidInput("没有符合条件的记录，请放宽筛选条件后再导出。")
    return count


def needs_approval(sheet: Sheet, count: int, actor: Actor) -> bool:
    """Whether somebody has to agree."""
    return count > FREE or not registry.exports_freely(sheet, actor)


def _record(action: str, wanted: SheetExport, by: Actor, now: datetime, **more: Any) -> None:
    after = {
        "sheet": registry.get(wanted.sheet).title, "count": wanted.count, "filters": wanted.words,
        "with_numbers": wanted.with_numbers, "approved": wanted.approved, **more,
    }  # fmt: skip
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=wanted.pk, subject_label=wanted.purpose, after=after,
        reason=wanted.purpose, by=by, now=now,
    )  # fmt: skip


def _start(sheet: Sheet, wanted: SheetExport, by: Actor, now: datetime) -> None:
    title = f"导出{sheet.title} {wanted.count:,} {sheet.noun}"
    wanted.job = jobs.create(kind=KIND, title=title, params={"export": wanted.pk}, by=by, now=now)
    wanted.save(update_fields=["job"])


def _tell_deciders(sheet: Sheet, wanted: SheetExport, by: Actor, now: datetime) -> None:
    units = [unit for unit in dict.fromkeys([by.unit_id, by.community_id, by.street_id, by.district_id]) if unit]
    people = set(registry.people().deciders(sheet.approve_right, units, now)) - {by.user_id}
    if not people:
        raise IllegalState("没有可以审批导出的负责人，请联系上级单位。")
    notify(
        user_ids=people, key=f"sheet-export:{wanted.pk}", now=now,
        title=f"{by.unit_name}{by.user_name}申请导出{sheet.title} {wanted.count:,} {sheet.noun}，请审批",
        body=wanted.purpose, subject_type=SUBJECT, subject_id=wanted.pk,
    )  # fmt: skip


def visible_to(actor: Actor) -> QuerySet[SheetExport]:
    """Exports of one's own; and of the units at or below one's own, those of the sheets that one approves."""
    mine = Q(asked_by_user=actor.user_id)
    approved = [sheet.key for sheet in registry.all_sheets() if registry.may_approve(sheet, actor)]
    if approved:
        mine |= Q(sheet__in=approved, needs_approval=True, asked_by_unit__in=registry.people().below(actor))
    return SheetExport.objects.filter(mine).select_related("job").order_by("-pk")


def may_decide(wanted: SheetExport, actor: Actor) -> bool:
    """Whether the actor may decide this one, which they see: never one's own, and once."""
    return (
        wanted.needs_approval
        and wanted.approved is None
        and wanted.asked_by_user != actor.user_id
        and registry.may_approve(registry.get(wanted.sheet), actor)
    )


def decide(*, export_id: int, approve: bool, words: str, by: Actor, now: datetime) -> SheetExport:
    """Let an export go, or not. Who asked then begins it: the file is theirs, in their own scope."""
    registry.require_any(registry.may_approve, by, "导出由社区书记、街道书记等负责人审批。")
    words = _words(words, "意见", "words", least=0 if approve else 2)
    with transaction.atomic(durable=True):
        wanted = visible_to(by).select_for_update(of=("self",)).filter(pk=export_id).first()
        if wanted is None:
            raise NotFound("没有找到这项导出申请。")
        if wanted.approved is not None or not wanted.needs_approval:
            raise IllegalState("这项申请已经处理过了，请刷新后再看。")
        if not may_decide(wanted, by):
            raise NotAllowed("导出由申请人所在单位或其上级的负责人审批，本人不能审批自己的申请。")
        wanted.approved, wanted.decision_words, wanted.decided_at = approve, words, now
        wanted.decided_by_user, wanted.decided_by_name = by.user_id, by.user_name[:64]
        wanted.save(update_fields=["approved", "decision_words", "decided_at", "decided_by_user", "decided_by_name"])
        _record("sheet.export_decide", wanted, by, now)
        _tell_asker(wanted, now)
    return wanted


def _tell_asker(wanted: SheetExport, now: datetime) -> None:
    verdict = "已同意，可以开始导出" if wanted.approved else "未获同意"
    notify(
        user_ids=[wanted.asked_by_user], key=f"sheet-export:{wanted.pk}:decided", now=now, body=wanted.decision_words,
        title=f"您申请的导出{verdict}：{wanted.purpose}", subject_type=SUBJECT, subject_id=wanted.pk,
    )  # fmt: skip


def begin(*, export_id: int, by: Actor, now: datetime) -> SheetExport:
    """Who asked starts an export that was agreed to. Raises NotFound, IllegalState, NotAllowed."""
    registry.require_any(registry.may_export, by, "您的岗位不能导出表格。")
    with transaction.atomic(durable=True):
        rows = SheetExport.objects.select_for_update(of=("self",))
        wanted = rows.filter(pk=export_id, asked_by_user=by.user_id).first()
        if wanted is None:
            raise NotFound("没有找到这项导出申请。")
        if not wanted.approved or wanted.job_id is not None:
            raise IllegalState("这项导出还没有获得同意，或已经开始。请刷新后再看。")
        sheet = registry.get(wanted.sheet)
        registry.exporter_of(sheet, by)
        _start(sheet, wanted, by, now)
        _record("sheet.export_begin", wanted, by, now)
    return wanted


def work(job: Job, progress: Progress, now: datetime) -> jobs_registry.Outcome:
    """Make the file: run by a worker, as the person who asked stands now."""
    wanted = SheetExport.objects.get(pk=job.params["export"])
    by = jobs_registry.actor_of(job, now)
    sheet = registry.get(wanted.sheet)
    exporter = _still(sheet, wanted, by)
    rows = exporter.rows(wanted.query, by)
    limit = MOST_EXPORTED if wanted.approved else FREE
    total = rows.order_by().values("pk")[: limit + 1].count()
    if total > limit:
        raise InvalidInput(f"符合条件的记录已超过 {limit:,} 行，请重新申请导出。")
    progress.expect(max(1, total))
    output = cast(IO[bytes], tempfile.TemporaryFile())  # noqa: SIM115  the platform closes it
    written = _rows(rows, exporter, wanted, progress)
    count = write_xlsx(output, exporter.header, written, title=sheet.title, mark=mark_of(wanted, by, now))
    output.seek(0)
    _on_record(wanted, exporter, count, by, now)
    return jobs_registry.Outcome(
        f"已导出 {count:,} {sheet.noun}。",
        {"rows": count},
        output,
        f"{sheet.title}_{dates.day(now)}_{count}{sheet.noun}.xlsx",
    )


def _still(sheet: Sheet, wanted: SheetExport, by: Actor) -> Exporter:
    """How it goes out, where the person still may as they stand now."""
    exporter = registry.exporter_of(sheet, by)
    if by.unit_id != wanted.asked_by_unit:
        raise IllegalState("这项导出是以另一个单位的岗位申请的，请切换回该岗位后重新申请。")
    if not wanted.approved and not registry.exports_freely(sheet, by):
        raise NotAllowed("您现在的岗位导出须经审批，请重新申请。")
    if wanted.with_numbers and not registry.may_take_numbers(sheet, by):
        raise NotAllowed("您现在的岗位只能导出脱敏后的号码，请重新申请。")
    return exporter


def _on_record(wanted: SheetExport, exporter: Exporter, count: int, by: Actor, now: datetime) -> None:
    with transaction.atomic(durable=True):
        more = {"rows": count, "columns": "、".join(exporter.header)}
        _record("sheet.export", wanted, by, now, **more)
        if wanted.with_numbers:
            _record("sheet.export_numbers", wanted, by, now, **more)


def mark_of(wanted: SheetExport, actor: Actor, now: datetime) -> str:
    """Who took it away, when and what for: it travels with the file."""
    who = f"导出人：{actor.user_name}（{actor.unit_name}）"
    return f"{SECRET}　{who}　时间：{dates.moment(now)}　用途：{wanted.purpose}"


def _rows(rows: QuerySet[Any], exporter: Exporter, wanted: SheetExport, progress: Progress) -> Iterator[list[object]]:
    for thing in rows.iterator(chunk_size=_CHUNK):
        yield list(exporter.row(thing, with_numbers=wanted.with_numbers))
        progress.advance()


def download_of(wanted: SheetExport, actor: Actor) -> Job:
    """The job whose file this person may take. Raises NotFound."""
    job = wanted.job
    if job is None or wanted.asked_by_user != actor.user_id or not job.output:
        raise NotFound("没有可以下载的文件，可能已过保存期（7 天），请重新导出。")
    return job


def purge(*, now: datetime) -> int:
    """Delete the files of exports that ended over a week ago; how many."""
    old = Job.objects.filter(kind=KIND, ended_at__lt=now - KEEP_FILE).exclude(output="")
    for job in (found := list(old[:200])):
        job.output.delete(save=False)
        job.save(update_fields=["output"])
    return len(found)


def result_url(job: Job) -> str:
    """The export's page."""
    return reverse("sheets:export", args=[job.params["export"]])
