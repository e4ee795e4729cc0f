"""What the unit that an appeal lies with does: accept, contact, return, resolve; and the assisting unit's part."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from accounts.rights import DC
from accounts.selectors import with_role
from appeals import clocks, sampling
from appeals.messages import tell, tell_unit
from appeals.models import Appeal, Assignment, SendBack
from appeals.services._hand_over import end, end_parts
from appeals.services._run import SUBJECT, Run, step
from appeals.services.register import visiting_unit
from appeals.services.stages import refuse_open_stages
from appeals.words import clean
from appeals.workflow import CLOSED, DISPATCHED, IN_PROGRESS, REGISTERED, RESOLVED
from governance.errors import IllegalState, InvalidInput
from governance.files import services as files
from governance.scope import Actor


def accept(*, appeal_id: int, by: Actor, now: datetime, revision: int | None = None) -> Appeal:
    """The unit takes the order 签收. The lead's moves the appeal on; an assisting unit's only its own part."""
    with step("accept", appeal_id=appeal_id, by=by, now=now, revision=revision) as run:
        part = _own_part(run)
        if part.accepted_at is not None:
            raise IllegalState(f"{part.accepted_by_name}已签收过这件工单，不必重复签收。")
        part.accepted_at, part.accepted_by_user, part.accepted_by_name = now, by.user_id, by.user_name
        part.save(update_fields=["accepted_at", "accepted_by_user", "accepted_by_name"])
        clocks.met(run.appeal, clocks.ACCEPT, now=now, detail_id=part.pk)
        # What was accepted cannot be sent back any more: its window is of no interest.
        clocks.cancel(run.appeal, clocks.SEND_BACK, now=now, detail_id=part.pk)
        run.data["part"] = part.part
        if part.part == Assignment.LEAD and run.appeal.state == DISPATCHED:
            run.move(IN_PROGRESS)
            run.set(handler_name=by.user_name)
    return run.appeal


def _own_part(run: Run) -> Assignment:
    return run.appeal.assignments.select_for_update().get(unit_id=run.by.unit_id, ended_at=None)


def contact(*, appeal_id: int, words: str, by: Actor, now: datetime, revision: int | None = None) -> Appeal:
    """Record the first contact with the complainant; a later one is recorded too, but moves no clock."""
    words = clean(words, label="联系情况", field="words", most=1000, least=2)
    with step("contact", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        part = _own_part(run)
        run.data["first"] = part.contacted_at is None
        if part.contacted_at is None:
            part.contacted_at = now
            part.save(update_fields=["contacted_at"])
            clocks.met(run.appeal, clocks.CONTACT, now=now, detail_id=part.pk)
    return run.appeal


def send_back(
    *, appeal_id: int, reason: str, words: str, by: Actor, now: datetime, revision: int | None = None
) -> Appeal:
    """Return the order 退单 inside its window, with a typed reason, for the dispatcher to decide.

    The first resolve clock runs on. Once the window has lapsed the unit owns the order (首接负责).
    """
    words = clean(words, label="退单说明", field="words", most=1000, least=5)
    if reason not in dict(SendBack.REASONS):
        raise InvalidInput("请选择退单理由。", field="reason")
    with step("send_back", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        part = _own_part(run)
        if now > part.send_back_until:
            raise IllegalState("退单期限已过，按首接负责制由您单位办理；确需调整请联系交办单位转办。")
        SendBack.objects.create(
            assignment=part, appeal=run.appeal, reason=reason, words=words, asked_by_user=by.user_id, asked_at=now
        )
        end_parts(run, "sent_back")
        run.move(REGISTERED)
        run.set(lead_unit=None, handler_name="", send_back_pending=True)
        run.data["reason"] = reason
        _to_district_when_bounced(run)
        title = f"{by.unit_name}退单待裁定：{run.appeal.title}"
        tell_unit(run.appeal, run.appeal.desk_unit_id, about=f"sent_back:{part.pk}", title=title, body=words, now=now)
    return run.appeal


def _to_district_when_bounced(run: Run) -> None:
    """The second different unit that sends an appeal back takes it to the district centre, which decides who has it.

    Every return counts, upheld or refused: what two units have refused is not found a third one by the same desk.
    The dispatch limit starts here, against whose desk it is now.
    """
    appeal = run.appeal
    units = appeal.send_backs.order_by("assignment__unit_id").values_list("assignment__unit_id", flat=True).distinct()
    if len(units) >= 2:
        run.set(desk_unit=appeal.district_id)
        run.then("ping_pong", f"已有 {len(units)} 个单位退单，转区网格中心裁定。", units=len(units))
        centre = set(with_role(DC, appeal.district_id, run.now))
        about, title = f"ping_pong:{appeal.revision}", f"多次退单，请区网格中心裁定：{appeal.title}"
        tell(appeal, centre, about=about, title=title, body=run.words, level="over", now=run.now)
    clocks.start(appeal, clocks.DISPATCH, unit_id=appeal.desk_unit_id, now=run.now)


def resolve(
    *, appeal_id: int, result: str, public_reply: str, by: Actor, now: datetime,
    attachment_ids: Sequence[uuid.UUID] = (), revision: int | None = None,
) -> Appeal:  # fmt: skip
    """Finish the handling 办结: what was done for the record, and the reply that the complainant reads.

    Open assisting parts end with it; the desk moves to the unit that has to visit, and its clock starts. What the
    policy's sample leaves out is closed at once.
    """
    result = clean(result, label="办理情况", field="result", most=10_000, least=20)
    public_reply = clean(public_reply, label="公开答复", field="public_reply", most=10_000, least=10)
    with step("resolve", appeal_id=appeal_id, by=by, now=now, revision=revision, words=result) as run:
        lead = _own_part(run)
        refuse_open_stages(run.appeal)
        late = clocks.is_late(run.appeal, now)
        end(run, lead, "resolved", result)
        end_parts(run, "resolved")
        clocks.met(run.appeal, clocks.RESOLVE, clocks.REHANDLE, now=now)
        is_drawn = late or sampling.is_visited(run.appeal)
        run.move(RESOLVED if is_drawn else CLOSED)
        visitor = visiting_unit(run.appeal, by.unit_id)
        run.set(
            result=result, public_reply=public_reply, resolved_at=now, handler_name=by.user_name, desk_unit=visitor,
            visit_attempts=0,
        )  # fmt: skip
        run.data = {"public_reply": public_reply, "late": late}
        if is_drawn:
            clocks.start(run.appeal, clocks.VISIT, unit_id=visitor, now=now)
            title = f"待回访：{run.appeal.title}"
            tell_unit(run.appeal, visitor, about=f"resolved:{lead.pk}", title=title, now=now)
        else:
            _close_unvisited(run)
        files.attach(ids=attachment_ids, subject_type=SUBJECT, subject_id=appeal_id, by=by)
    return run.appeal


def _close_unvisited(run: Run) -> None:
    """The sample left it out: closed at once, and in no figure counted as visited."""
    percent = sampling.percent(run.appeal)
    run.set(closed_at=run.now, close_kind="not_sampled", satisfaction="")
    words = f"本方案按 {percent}% 抽样回访，这件工单未抽中，不回访，直接归档。"
    run.then("not_sampled", words, percent=percent, draw=round(sampling.draw(run.appeal), 4))


def finish_assisting(*, appeal_id: int, result: str, by: Actor, now: datetime, revision: int | None = None) -> Appeal:
    """The assisting unit hands in its result; the lead is told."""
    result = clean(result, label="协办情况", field="result", most=10_000, least=5)
    with step("finish_assisting", appeal_id=appeal_id, by=by, now=now, revision=revision, words=result) as run:
        part = _own_part(run)
        if part.part != Assignment.ASSISTING:
            raise IllegalState("您单位是主办单位，请用“办结”提交办理结果。")
        if part.accepted_at is None:
            raise IllegalState("请先签收再提交协办结果。")
        end(run, part, "resolved", result)
        if run.appeal.lead_unit_id is not None:
            title = f"{by.unit_name}已提交协办结果：{run.appeal.title}"
            tell_unit(run.appeal, run.appeal.lead_unit_id, about=f"assisted:{part.pk}", title=title, now=now)
    return run.appeal
