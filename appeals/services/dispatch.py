"""Handing an appeal over: dispatch, pass down, transfer, recall, adjudication of a return, assisting units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from appeals import clocks
from appeals.messages import tell_unit
from appeals.models import Appeal, Assignment, SendBack
from appeals.services._hand_over import end_lead, end_parts, give
from appeals.services._run import Run, step
from appeals.targets import target
from appeals.words import clean
from appeals.workflow import DISPATCHED, REGISTERED
from governance.errors import DomainError, IllegalState, InvalidInput
from governance.scope import Actor
from grids.models import Unit


def dispatch(
    *, appeal_id: int, to_unit_id: int, by: Actor, now: datetime, words: str = "",
    assisting_unit_ids: Sequence[int] = (), revision: int | None = None,
) -> Appeal:  # fmt: skip
    """Hand a registered appeal to a lead unit 主办 and any assisting units 协办; the resolve clock starts now.

    An appeal that was handed out before keeps its first resolve clock: bouncing never buys time.
    """
    words = clean(words, label="交办意见", field="words", most=1000)
    with step("dispatch", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        if run.appeal.send_back_pending:
            raise IllegalState("这件工单有退单等待裁定，请先裁定。")
        _hand_out(run, to_unit_id, assisting_unit_ids)
    return run.appeal


def _hand_out(run: Run, to_unit_id: int, assisting_unit_ids: Sequence[int] = ()) -> None:
    unit = target(to_unit_id, run.by)
    helpers = [target(i, run.by, field="assisting", allow_self=False) for i in dict.fromkeys(assisting_unit_ids)]
    if unit in helpers:
        raise InvalidInput(f"{unit.name}已是主办单位，不能同时协办。", field="assisting")
    clocks.met(run.appeal, clocks.DISPATCH, now=run.now)
    run.move(DISPATCHED)
    run.set(desk_unit=run.by.unit_id, send_back_pending=False)
    give(run, unit, Assignment.LEAD)
    for helper in helpers:
        give(run, helper, Assignment.ASSISTING)
    run.data |= {"to": unit.name, "assisting": [helper.name for helper in helpers]}


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one appeal of a bulk step; `problem` is empty when it went through."""

    appeal_id: int
    number: str
    problem: str


def dispatch_many(
    *, appeal_ids: Iterable[int], to_unit_id: int, by: Actor, now: datetime, words: str = ""
) -> list[BulkResult]:
    """Dispatch each appeal in a transaction of its own: one that is refused does not hold up the others."""
    numbers = dict(Appeal.objects.visible_to(by).filter(pk__in=list(appeal_ids)).values_list("pk", "number"))
    results = []
    for appeal_id, number in sorted(numbers.items()):
        try:
            dispatch(appeal_id=appeal_id, to_unit_id=to_unit_id, by=by, now=now, words=words)
            results.append(BulkResult(appeal_id, number, ""))
        except DomainError as refusal:
            results.append(BulkResult(appeal_id, number, refusal.message))
    return results


def pass_down(
    *, appeal_id: int, to_unit_id: int, by: Actor, now: datetime, words: str = "", revision: int | None = None
) -> Appeal:
    """The lead unit hands the appeal to a unit below it, and becomes its dispatcher; the clock runs on."""
    words = clean(words, label="转派意见", field="words", most=1000)
    with step("pass_down", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        unit = target(to_unit_id, by, allow_self=False)
        end_lead(run, "passed_down")
        run.move(DISPATCHED)
        run.set(desk_unit=by.unit_id)
        give(run, unit, Assignment.LEAD)
        run.data["to"] = unit.name
    return run.appeal


def transfer(
    *, appeal_id: int, to_unit_id: int, words: str, by: Actor, now: datetime, revision: int | None = None
) -> Appeal:
    """The dispatcher, or a unit above it, gives an appeal in progress to another unit; the clock runs on."""
    words = clean(words, label="转办理由", field="words", most=1000, least=2)
    with step("transfer", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        unit = target(to_unit_id, by)
        if unit.pk == run.appeal.lead_unit_id:
            raise InvalidInput(f"{unit.name}正是现在的主办单位，请选择其他单位。", field="to_unit")
        previous = run.appeal.lead_unit_id
        end_lead(run, "transferred")
        run.move(DISPATCHED)
        run.set(desk_unit=by.unit_id)
        give(run, unit, Assignment.LEAD)
        run.data["to"] = unit.name
        _tell_loss(run, previous, "已转办其他单位")
    return run.appeal


def recall(*, appeal_id: int, words: str, by: Actor, now: datetime, revision: int | None = None) -> Appeal:
    """Take back what has not been accepted; it returns to the desk for another dispatch."""
    words = clean(words, label="撤回理由", field="words", most=1000, least=2)
    with step("recall", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        previous = run.appeal.lead_unit_id
        end_parts(run, "recalled")
        run.move(REGISTERED)
        run.set(lead_unit=None, handler_name="", desk_unit=by.unit_id)
        clocks.start(run.appeal, clocks.DISPATCH, unit_id=by.unit_id, now=now)
        _tell_loss(run, previous, "已被撤回")
    return run.appeal


def _tell_loss(run: Run, unit_id: int | None, what: str) -> None:
    if unit_id is not None:
        about = f"{run.step.name}:{run.appeal.revision}"
        tell_unit(run.appeal, unit_id, about=about, title=f"工单{what}：{run.appeal.title}", now=run.now)


def report_up(*, appeal_id: int, words: str, by: Actor, now: datetime, revision: int | None = None) -> Appeal:
    """Hand a registered appeal to the desk of the unit above, whose means it needs; the dispatch clock runs on."""
    words = clean(words, label="上报理由", field="words", most=1000, least=2)
    with step("report_up", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        if run.appeal.send_back_pending:
            raise IllegalState("这件工单有退单等待裁定，请先裁定再上报。")
        above = Unit.objects.filter(pk=by.unit_id).values_list("parent_id", flat=True).first()
        if above is None:
            raise IllegalState("区级已是最上一级，请直接交办。")
        run.set(desk_unit=above)
        clocks.open_clocks(run.appeal).filter(kind=clocks.DISPATCH).update(unit_id=above)
        run.data["to"] = Unit.objects.get(pk=above).name
        about = f"report_up:{run.appeal.revision}"
        tell_unit(run.appeal, above, about=about, title=f"下级上报待交办：{run.appeal.title}", now=now)
    return run.appeal


def adjudicate(
    *, appeal_id: int, uphold: bool, words: str, by: Actor, now: datetime, to_unit_id: int | None = None,
    revision: int | None = None,
) -> Appeal:  # fmt: skip
    """Decide a return 退单. Upheld: the appeal waits for another dispatch, or goes to `to_unit_id` at once.

    Refused: it goes back to the unit, which then owns it (首接负责); the wrong return stays on record.
    """
    words = clean(words, label="裁定意见", field="words", most=1000, least=2)
    with step("adjudicate", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        pending = _pending_return(run.appeal)
        pending.upheld, pending.decision_words = uphold, words
        pending.decided_at, pending.decided_by_user = now, by.user_id
        pending.save(update_fields=["upheld", "decision_words", "decided_at", "decided_by_user"])
        unit = pending.assignment.unit
        run.data = {"upheld": uphold, "unit": unit.name}
        run.set(send_back_pending=False)
        if not uphold:
            _give_back(run, unit)
        elif to_unit_id is not None:
            _hand_out(run, to_unit_id)
        _tell_decision(run, unit, uphold)
    return run.appeal


def _pending_return(appeal: Appeal) -> SendBack:
    pending = appeal.send_backs.select_related("assignment__unit").filter(decided_at=None).first()
    if pending is None:
        raise IllegalState("这件工单没有等待裁定的退单，可能别人已经裁定。请刷新后再看。")
    return pending


def _give_back(run: Run, unit: Unit) -> None:
    """The unit gets it again without a new window: the return that it had was used up."""
    clocks.met(run.appeal, clocks.DISPATCH, now=run.now)
    run.move(DISPATCHED)
    give(run, unit, Assignment.LEAD, may_send_back=False)


def _tell_decision(run: Run, unit: Unit, uphold: bool) -> None:
    verdict = "退单成立" if uphold else "退单不成立，请签收办理"
    about = f"adjudicated:{run.appeal.revision}"
    tell_unit(run.appeal, unit.pk, about=about, title=f"{verdict}：{run.appeal.title}", body=run.words, now=run.now)


def add_assisting(
    *, appeal_id: int, unit_ids: Sequence[int], by: Actor, now: datetime, words: str = "", revision: int | None = None
) -> Appeal:
    """Ask further units to assist, each with its own acceptance and its own limit."""
    words = clean(words, label="协办要求", field="words", most=1000)
    if not unit_ids:
        raise InvalidInput("请至少选择一个协办单位。", field="unit_ids")
    with step("add_assisting", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        units = [target(i, by, field="unit_ids", allow_self=False) for i in dict.fromkeys(unit_ids)]
        taken = set(run.appeal.assignments.filter(ended_at=None).values_list("unit_id", flat=True))
        for unit in units:
            if unit.pk in taken:
                raise InvalidInput(f"{unit.name}已在办理这件工单，不必重复添加。", field="unit_ids")
            give(run, unit, Assignment.ASSISTING)
        run.data["assisting"] = [unit.name for unit in units]
    return run.appeal
