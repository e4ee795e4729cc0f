"""Ends that are not a closing, and their undoing: merge, unmerge, reject, reopen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from appeals import clocks
from appeals.messages import tell_unit
from appeals.models import Appeal, SuspectedRepeat
from appeals.repeats.grouping import regroup
from appeals.services import _orders
from appeals.services._again import hand_back
from appeals.services._hand_over import end_parts
from appeals.services._run import Run, add_entry, step
from appeals.services.dispatch import BulkResult
from appeals.words import clean
from appeals.workflow import MERGED, OPEN, REGISTERED, REJECTED
from governance.errors import DomainError, IllegalState, InvalidInput
from governance.scope import Actor

# Why an appeal may be refused; a street may only refuse for one of these. Source: rights.md, "reject".
REJECT_REASONS = [
    ("in_court", "已进入诉讼、仲裁、行政复议程序"),
    ("not_district", "不属于本区管辖，已告知向有权单位反映"),
    ("no_matter", "没有实质内容，且无法联系诉求人"),
    ("same_matter", "同一事项已答复，无新情况"),
    ("against_law", "诉求内容违反法律法规"),
]


def merge(
    *, appeal_id: int, into_id: int, by: Actor, now: datetime, words: str = "", revision: int | None = None
) -> Appeal:
    """Merge the appeal into another of the same matter, which carries on for it; its complainant is answered too."""
    words = clean(words, label="并案说明", field="words", most=1000)
    if appeal_id == into_id:
        raise InvalidInput("不能并入自身，请选择另一件工单。", field="into")
    with step("merge", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words, also=into_id) as run:
        parent = Appeal.objects.visible_to(by).filter(pk=into_id).first()
        if parent is None:
            raise InvalidInput("没有找到要并入的工单，或它不在您的管辖范围内。", field="into")
        _check_parent(run, parent)
        end_parts(run, "merged")
        clocks.cancel(run.appeal, now=now)
        run.move(MERGED)
        run.set(parent=parent.pk, lead_unit=None, handler_name="", send_back_pending=False)
        run.data["into"] = parent.number
        _orders.end_all(run)
        Appeal.objects.filter(pk=parent.pk).update(repeats=F("repeats") + 1)
        add_entry(parent, "merged_in", by=by, now=now, words=words, data={"child": run.appeal.number})
        SuspectedRepeat.objects.filter(appeal=run.appeal).delete()
        run.afterwards(lambda: regroup([run.appeal.pk, parent.pk]))
    return run.appeal


def merge_many(
    *, appeal_ids: Iterable[int], into_id: int | None, by: Actor, now: datetime, words: str = ""
) -> tuple[Appeal, list[BulkResult]]:
    """Merge each into one appeal, each in a transaction of its own; that appeal, and what became of the others.

    Without `into_id` it is the earliest of them that is still open. Raises InvalidInput where none can be.
    """
    chosen = Appeal.objects.visible_to(by).filter(pk__in=list(appeal_ids)).order_by("registered_at", "pk")
    open_ones = chosen.filter(state__in=OPEN, parent=None)
    parent = open_ones.first() if into_id is None else Appeal.objects.visible_to(by).filter(pk=into_id).first()
    if parent is None:
        raise InvalidInput("所选的工单都已了结或已并案，没有可作主单的，请填写主单的工单号。", field="into")
    results = []
    for appeal in chosen.exclude(pk=parent.pk):
        problem = ""
        try:
            merge(appeal_id=appeal.pk, into_id=parent.pk, by=by, now=now, words=words)
        except DomainError as refusal:
            problem = refusal.message
        results.append(BulkResult(appeal.pk, appeal.number, problem))
    if not results:
        raise InvalidInput("除主单外请至少再选择一件工单。", field="into")
    return parent, results


def _check_parent(run: Run, parent: Appeal) -> None:
    if parent.state not in OPEN:
        raise InvalidInput("要并入的工单已经了结，请登记为重复诉求并重新交办。", field="into")
    if parent.parent_id is not None:
        raise InvalidInput("要并入的工单本身已并案，请选择它的主单。", field="into")
    if run.appeal.children.exists():
        raise IllegalState("这件工单下已有并案的工单，不能再并入别的工单。")


def unmerge(*, appeal_id: int, words: str, by: Actor, now: datetime, revision: int | None = None) -> Appeal:
    """Undo a merger: the appeal stands by itself again, and waits for its dispatch."""
    words = clean(words, label="撤销理由", field="words", most=1000, least=2)
    parent_id = Appeal.objects.filter(pk=appeal_id).values_list("parent_id", flat=True).first()
    also = parent_id or appeal_id
    with step("unmerge", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words, also=also) as run:
        parent = run.appeal.parent
        if parent is None:
            raise IllegalState("这件工单没有并案。")
        run.move(REGISTERED)
        run.set(parent=None)
        Appeal.objects.filter(pk=parent.pk).update(repeats=F("repeats") - 1)
        add_entry(parent, "unmerged", by=by, now=now, words=words, data={"child": run.appeal.number})
        clocks.start(run.appeal, clocks.DISPATCH, unit_id=run.appeal.desk_unit_id, now=now)
        run.afterwards(lambda: regroup([run.appeal.pk, parent.pk]))
    return run.appeal


def reject(
    *, appeal_id: int, reason: str, words: str, public_reply: str, by: Actor, now: datetime,
    revision: int | None = None,
) -> Appeal:  # fmt: skip
    """Refuse the appeal 不予受理, with a reason from the list and an answer for the complainant."""
    if reason not in dict(REJECT_REASONS):
        raise InvalidInput("请选择不予受理的理由。", field="reason")
    words = clean(words, label="不予受理说明", field="words", most=1000, least=5)
    reply = clean(public_reply, label="公开答复", field="public_reply", most=10_000, least=10)
    with step("reject", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        if run.appeal.children.exists():
            raise IllegalState("这件工单下有并案的工单，请先撤销并案。")
        run.move(REJECTED)
        run.set(public_reply=reply, closed_at=now, close_kind="rejected", send_back_pending=False)
        run.data["reason"] = reason
        _orders.end_all(run)
        clocks.met(run.appeal, clocks.DISPATCH, now=now)
        clocks.cancel(run.appeal, now=now)
    return run.appeal


def reopen(*, appeal_id: int, words: str, by: Actor, now: datetime, revision: int | None = None) -> Appeal:
    """The district centre opens a closed appeal again; who handled it has it back with the re-handle clock."""
    words = clean(words, label="重新办理的理由", field="words", most=1000, least=5)
    with step("reopen", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        _tell_reopened(run)
        hand_back(run, title="区中心要求重新办理")
    return run.appeal


def _tell_reopened(run: Run) -> None:
    if run.appeal.desk_unit_id != run.by.unit_id:
        about = f"reopened:{run.appeal.revision}"
        tell_unit(run.appeal, run.appeal.desk_unit_id, about=about, title=f"重新办理：{run.appeal.title}", now=run.now)
