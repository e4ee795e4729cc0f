"""Taking a list of appeals away as a spreadsheet: asked for with a purpose, made in the background, on record.

Up to FREE rows it is made at once; above, a leader of the unit that asks, or of one above it, lets it go.
Source: rights.md, "export". Numbers and names of people are masked in it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace
from typing import IO, Any, cast

from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from accounts.rights import may
from accounts.selectors import leaders_of
from appeals import selectors, tables
from appeals.filters import AppealFilterSet
from appeals.models import Appeal, ExportRequest
from appeals.querysets import AppealQuerySet
from appeals.standing import is_at_or_above
from appeals.words import clean
from governance import privacy
from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.jobs import registry as jobs_registry
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.jobs.progress import Progress
from governance.outbox.services import notify
from governance.scope import Actor
from governance.spreadsheets import write_xlsx
from governance.ui import dates
from grids.models import Unit

KIND = "appeals.export"
SUBJECT = "appeals.export"
# Above so many rows a leader decides. Source: rights.md, "export".
FREE = 1_000
MOST = 100_000
_CHUNK = 500

HEADER = [
    "工单号", "来源编号", "来源渠道", "标题", "诉求内容", "诉求类别", "紧急程度", "状态",
    "街道", "社区", "网格", "事发地址", "诉求人", "联系电话", "主办单位", "经办人",
    "登记时间", "首次交办", "办理时限", "办结时间", "归档时间", "亮牌", "红牌次数", "重办次数",
    "办理情况", "公开答复", "满意度",
]  # fmt: skip


def ask(*, purpose: str, query: str, count: int, by: Actor, now: datetime) -> ExportRequest:
    """Ask for the appeals that `query` (a list's query string) names. Up to FREE rows the job starts at once.

    Raises NotAllowed without the right, InvalidInput for a missing purpose or too many rows.
    """
    purpose = clean(purpose, label="导出用途", field="purpose", most=200, least=4)
    if not may(by, "appeal.export"):
        raise NotAllowed("您的岗位没有导出的权限。")
    if count > MOST:
        raise InvalidInput(f"一次最多导出 {MOST:,} 件，请缩小筛选范围。")
    if len(query) > 2000:
        raise InvalidInput("筛选条件过长，请减少条件后再导出。")
    with transaction.atomic(durable=True):
        wanted = ExportRequest.objects.create(
            purpose=purpose, query=query, count=count, asked_by_user=by.user_id, asked_by_name=by.user_name,
            asked_by_unit_id=by.unit_id, asked_at=now,
        )  # fmt: skip
        _on_record("appeal.export_ask", wanted, by, now)
        if count <= FREE:
            _start(wanted, by, now)
        else:
            _tell_deciders(wanted, by, now)
    return wanted


def _on_record(action: str, wanted: ExportRequest, by: Actor, now: datetime) -> None:
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=wanted.pk, subject_label=wanted.purpose,
        after={"count": wanted.count, "query": wanted.query, "approved": wanted.approved}, reason=wanted.purpose,
        by=by, now=now,
    )  # fmt: skip


def _start(wanted: ExportRequest, by: Actor, now: datetime) -> None:
    wanted.job = jobs.create(
        kind=KIND, title=f"导出诉求 {wanted.count:,} 件", params={"request": wanted.pk}, by=by, now=now
    )
    wanted.save(update_fields=["job"])


def _tell_deciders(wanted: ExportRequest, by: Actor, now: datetime) -> None:
    units = [by.unit_id, by.community_id, by.street_id, by.district_id]
    people = {user for unit in dict.fromkeys(units) if unit for user in leaders_of(unit, now)}
    notify(
        user_ids=people - {by.user_id}, key=f"export:{wanted.pk}", now=now,
        title=f"{by.unit_name}{by.user_name}申请导出 {wanted.count:,} 件诉求，请审批", body=wanted.purpose,
        subject_type=SUBJECT, subject_id=wanted.pk,
    )  # fmt: skip


def visible_to(actor: Actor) -> Any:
    """Requests of one's own, and, for who may decide, those of the units at or below one's own; newest first."""
    mine = Q(asked_by_user=actor.user_id)
    if may(actor, "appeal.approve_export"):
        below = Unit.objects.visible_to(actor).filter(district_id=actor.district_id)
        mine |= Q(asked_by_unit__in=below.values("pk"))
    return ExportRequest.objects.filter(mine).select_related("asked_by_unit", "job").order_by("-pk")


def may_decide(wanted: ExportRequest, by: Actor) -> bool:
    """Whether the actor may decide this request: a leader of its unit or of one above, and never one's own."""
    return (
        wanted.approved is None
        and wanted.job_id is None
        and may(by, "appeal.approve_export")
        and wanted.asked_by_user != by.user_id
        and is_at_or_above(by, wanted.asked_by_unit_id)
    )


def decide(*, request_id: int, approve: bool, words: str, by: Actor, now: datetime) -> ExportRequest:
    """Let a large export go, or not. The person who asked then begins it: the file is theirs, in their own scope."""
    words = clean(words, label="意见", field="words", most=200, least=0 if approve else 2)
    with transaction.atomic(durable=True):
        wanted = visible_to(by).select_for_update(of=("self",)).filter(pk=request_id).first()
        if wanted is None:
            raise NotFound("没有找到这项导出申请。")
        if wanted.approved is not None or wanted.job_id is not None:
            raise IllegalState("这项申请已经处理过了，请刷新后再看。")
        if not may_decide(wanted, by):
            raise NotAllowed("导出由申请人所在单位或其上级的负责人审批，本人不能审批自己的申请。")
        wanted.approved, wanted.decision_words, wanted.decided_at = approve, words, now
        wanted.decided_by_user, wanted.decided_by_name = by.user_id, by.user_name
        wanted.save(update_fields=["approved", "decision_words", "decided_at", "decided_by_user", "decided_by_name"])
        _on_record("appeal.export_decide", wanted, by, now)
        verdict = "已同意，可以开始导出" if approve else "未获同意"
        notify(
            user_ids=[wanted.asked_by_user], key=f"export:{wanted.pk}:decided", now=now, body=words,
            title=f"您申请的导出{verdict}：{wanted.purpose}", subject_type=SUBJECT, subject_id=wanted.pk,
        )  # fmt: skip
    return cast(ExportRequest, wanted)


def begin(*, request_id: int, by: Actor, now: datetime) -> ExportRequest:
    """The person who asked starts an export that was agreed to; the file is theirs alone."""
    with transaction.atomic(durable=True):
        wanted = ExportRequest.objects.select_for_update().filter(pk=request_id, asked_by_user=by.user_id).first()
        if wanted is None:
            raise NotFound("没有找到这项导出申请。")
        if not wanted.approved or wanted.job_id is not None:
            raise IllegalState("这项导出还没有获得同意，或已经开始。请刷新后再看。")
        if not may(by, "appeal.export"):
            raise NotAllowed("您现在的岗位没有导出的权限。")
        _start(wanted, by, now)
        _on_record("appeal.export_begin", wanted, by, now)
    return wanted


def rows_of(query: str, actor: Actor) -> AppealQuerySet:
    """The appeals that a list's query string names, for this actor."""
    given = QueryDict(query)
    request = SimpleNamespace(actor=actor)
    found = AppealFilterSet(given, queryset=selectors.for_list(actor), request=request)
    if not found.is_valid():
        raise InvalidInput("筛选条件已失效，请回到列表重新导出。")
    tab = next((tab for tab in tables.TABS if tab.key == given.get("tab")), tables.TABS[0])
    return cast(AppealQuerySet, tab.apply(found.qs, cast(Any, request)))


def work(job: Job, progress: Progress, now: datetime) -> jobs_registry.Outcome:
    """Make the file: run by a worker, as the person who asked stands now."""
    wanted = ExportRequest.objects.select_related("asked_by_unit").get(pk=job.params["request"])
    by = jobs_registry.actor_of(job, now)
    if not may(by, "appeal.export"):
        raise NotAllowed("您现在的岗位没有导出的权限。")
    appeals = rows_of(wanted.query, by).defer(None).defer("search", "phone_sealed", "identity_sealed")
    limit = FREE if wanted.approved is None else MOST
    total = appeals.order_by().values("pk")[: limit + 1].count()
    if total > limit:
        raise InvalidInput(f"符合条件的诉求已超过 {limit:,} 件，请重新申请导出。")
    progress.expect(total)
    output = cast(IO[bytes], tempfile.TemporaryFile())  # noqa: SIM115  the platform closes it
    count = write_xlsx(output, HEADER, _rows(appeals, progress, _last_line(wanted, by, now)), title="诉求") - 1
    output.seek(0)
    _on_record("appeal.export", wanted, by, now)
    name = f"诉求导出_{dates.day(now)}_{count}件.xlsx"
    return jobs_registry.Outcome(f"已导出 {count:,} 件。", {"rows": count}, output, name)


def _last_line(wanted: ExportRequest, by: Actor, now: datetime) -> list[object]:
    """Who took it away, when and what for: it travels with the file."""
    who = f"导出人：{by.user_name}（{by.unit_name}）"
    return [f"{who}  时间：{dates.moment(now)}  用途：{wanted.purpose}  内部资料，请勿外传"]


def _rows(appeals: AppealQuerySet, progress: Progress, last_line: list[object]) -> Iterator[list[object]]:
    for appeal in appeals.order_by("-registered_at", "-id").iterator(chunk_size=_CHUNK):
        yield _row(appeal)
        progress.advance()
    yield last_line


def mask_name(name: str) -> str:
    """A person's name with only the family name left: 王**."""
    return name[:1] + "**" if name else ""


def _row(appeal: Appeal) -> list[object]:
    text = privacy.mask_text
    return [
        appeal.number, text(appeal.source_number), appeal.get_channel_display(), text(appeal.title),
        text(appeal.content), appeal.category.path if appeal.category else "", appeal.get_urgency_display(),
        appeal.get_state_display(), _name(appeal.street), _name(appeal.community), _name(appeal.grid),
        text(appeal.address), mask_name(appeal.complainant), appeal.phone_masked, _name(appeal.lead_unit),
        appeal.handler_name, appeal.registered_at, appeal.first_dispatched_at, appeal.due_at, appeal.resolved_at,
        appeal.closed_at, appeal.get_card_display(), appeal.red_cards, appeal.rehandles, text(appeal.result),
        text(appeal.public_reply), tables.satisfaction_cell(appeal),
    ]  # fmt: skip


def _name(unit: Unit | None) -> str:
    return unit.name if unit else ""


def register_jobs() -> None:
    """Called once, when Django is ready."""
    jobs_registry.register(KIND, work, result_url=_result_url)


def _result_url(job: Job) -> str:
    return reverse("appeals:export", args=[job.params["request"]])
