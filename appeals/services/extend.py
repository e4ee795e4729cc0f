"""Extension 延期: asked for by who handles, before the limit; decided by the tier that its length demands.

Source: workflow.md, "extension at most 3 times …"; rights.md, "decide an extension". Until it is granted the old limit
stands, and what falls due meanwhile happens.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from appeals import clocks, requests
from appeals.messages import tell_unit
from appeals.models import Appeal, Assignment, Extension
from appeals.models.limits import PENDING
from appeals.notices import tell_complainants
from appeals.services import _requests
from appeals.services._run import Run, step
from appeals.words import clean
from governance.deadlines import services as deadlines
from governance.deadlines.models import Clock
from governance.deadlines.terms import UNIT_NAMES, Span, Term, Unit
from governance.deadlines.terms import Extension as Allowance
from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor


def ask_extension(
    *, appeal_id: int, amount: int, reason: str, by: Actor, now: datetime,
    attachment_ids: Sequence[uuid.UUID] = (), revision: int | None = None,
) -> Appeal:  # fmt: skip
    """Ask for `amount` more of the policy's unit (working days) on the unit's own part, with a reason and evidence.

    Raises IllegalState once the limit has passed, when as many as the policy allows were granted, or while another
    request waits; InvalidInput for more than one extension may be long.
    """
    reason = clean(reason, label="延期理由", field="reason", most=2000, least=10)
    if not attachment_ids:
        raise InvalidInput("请上传延期的佐证材料（如施工合同、检测安排、现场照片）。", field="attachments")
    with step("ask_extension", appeal_id=appeal_id, by=by, now=now, revision=revision, words=reason) as run:
        part = _requests.own_part(run, "申请延期")
        clock = clock_of(run.appeal, part)
        allowed = _allowed(clock, amount, now)
        if Extension.objects.filter(PENDING, assignment=part).exists():
            raise IllegalState("已有一份延期申请等待审批，请等审批后再申请。")
        request = Extension.objects.create(
            appeal=run.appeal, assignment=part, clock_id=clock.pk, clock_kind=clock.kind, amount=amount,
            unit=allowed.span.unit, due_before=clock.due_at, decider_id=_decider(run, part, amount, allowed),
            **_requests.asked(run, reason),
        )  # fmt: skip
        clocks.start(run.appeal, clocks.EXTENSION, unit_id=request.decider_id, now=now, detail_id=request.pk)
        run.attachment_ids = attachment_ids
        run.data = {"request": request.pk, "amount": amount, "unit": request.unit, "to": request.decider.name}
        title = f"延期申请待审批：{run.appeal.title}"
        tell_unit(
            run.appeal, request.decider_id, about=f"extension:{request.pk}", title=title, body=reason, leaders=True,
            now=now,
        )  # fmt: skip
    return run.appeal


def decide_extension(
    *, appeal_id: int, grant: bool, words: str, by: Actor, now: datetime, extension_id: int | None = None,
    revision: int | None = None,
) -> Appeal:  # fmt: skip
    """Grant or refuse a request (the oldest that the unit decides, unless `extension_id` says which).

    Granted, the time counts on from where the limit ends now; a limit that was missed meanwhile stays on record.
    """
    words = clean(words, label="审批意见", field="words", most=1000, least=2)
    with step("decide_extension", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        request = _requests.chosen(to_decide(run.appeal, by), extension_id, "extension")
        _requests.decide(request, grant, words, by, now)
        clocks.met(run.appeal, clocks.EXTENSION, now=now, detail_id=request.pk)
        run.data = {"request": request.pk, "granted": grant, "amount": request.amount, "unit": request.unit}
        if grant:
            request.due_after = _lengthen(request, now)
            run.data |= {"due_before": request.due_before.isoformat(), "due_after": request.due_after.isoformat()}
            _tell_complainants(run, request, request.due_after)
        request.save(update_fields=[*_requests.DECISION, "due_after"])
        verdict = f"同意延期，新时限 {_moment(request.due_after)}" if request.due_after else "延期未获同意，原时限不变"
        about = f"extension_decided:{request.pk}"
        unit_id = request.assignment.unit_id
        tell_unit(run.appeal, unit_id, about=about, title=f"{verdict}：{run.appeal.title}", body=words, now=now)
    return run.appeal


def _tell_complainants(run: Run, request: Extension, due_after: datetime) -> None:
    """An entry that the complainant may read, and a text. They wait for the whole: a helper's part is not told."""
    if request.assignment.part != Assignment.LEAD:
        return
    public = f"办理时限延长至{_day(due_after)}。"
    run.then("extended", f"办理时限延长 {length_text(request)}。", public=public, due_at=due_after.isoformat())
    tell_complainants(run.appeal, public, about=f"extended:{request.pk}", now=run.now)


def clock_of(appeal: Appeal, part: Assignment) -> Clock:
    """The limit that the part works under; raises IllegalState when there is none."""
    clock = requests.handling_clock(appeal, part)
    if clock is None:
        raise IllegalState("这件工单没有正在计时的办结时限，不需要延期。")
    return clock


def to_decide(appeal: Appeal, by: Actor) -> QuerySet[Extension]:
    """The pending requests on the appeal that the actor may decide, oldest first."""
    pending = Extension.objects.filter(PENDING, appeal=appeal).select_related("assignment__unit", "decider")
    return requests.decided_by(pending, by)


def _allowed(clock: Clock, amount: int, now: datetime) -> Allowance:
    allowed = Term.parse(clock.term).extension
    if allowed is None:
        raise IllegalState("这类工单的时限不能延期。")
    if now > clock.due_at or clock.overdue_since is not None:
        raise IllegalState("时限已过，不能再申请延期；请尽快办结，并在办理情况中说明原因。")
    if requests.granted(clock) >= allowed.times:
        raise IllegalState(f"这件工单已延期 {allowed.times} 次，按规定不能再延期。")
    if type(amount) is not int or not 1 <= amount <= allowed.span.amount:
        raise InvalidInput(f"一次最多延期 {allowed.span.text}，请填写 1 到 {allowed.span.amount}。", field="amount")
    return allowed


def _decider(run: Run, part: Assignment, amount: int, allowed: Allowance) -> int:
    """Up to the leader's own measure the unit that handed it out; above it the district centre."""
    wanted = run.appeal.district_id if amount > allowed.own else part.given_by_unit_id
    return _requests.decider_above(run, wanted)


def _lengthen(request: Extension, now: datetime) -> datetime:
    part = request.assignment
    detail = 0 if part.part == Assignment.LEAD else part.pk
    extended = deadlines.extend(
        subject_type=clocks.SUBJECT, subject_id=request.appeal_id, kind=request.clock_kind, detail_id=detail,
        by=Span(request.amount, Unit(request.unit)), now=now,
    )  # fmt: skip
    if not extended:
        raise IllegalState("要延期的时限已经结束，请刷新后再看。")
    return extended[0].due_at


def _day(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.year}年{local.month}月{local.day}日"


def _moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%m-%d %H:%M}" if moment else ""


def length_text(request: Extension) -> str:
    """For people: 5 个工作日."""
    return f"{request.amount} {UNIT_NAMES[Unit(request.unit)]}"
