"""Supervision orders 督办单: a leader orders, the unit answers within a limit of its own, the issuer reviews.

Those of a ladder or a second unsatisfied visit are made in _orders.py. Source: workflow.md, "Clocks"; rights.md.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from appeals import clocks
from appeals.messages import tell_unit
from appeals.models import Appeal, SupervisionOrder
from appeals.services._orders import Order, close, is_supervised, is_taken, issue, start_clock
from appeals.services._run import Run, step
from appeals.standing import lies_with
from appeals.words import clean
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.scope import Actor

# An insufficient answer is returned once; after that the order is closed, or another is issued.
MAX_RETURNS = 1


def supervise(*, appeal_id: int, words: str, by: Actor, now: datetime, revision: int | None = None) -> Appeal:
    """Order the unit that the appeal lies with to answer for it.

    A unit that is under an open order of this round already gets the words as an entry and a message, and no second
    order.
    """
    words = clean(words, label="督办要求", field="words", most=1000, least=5)
    with step("supervise", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        order = Order(
            origin=SupervisionOrder.LEADER, unit_id=lies_with(run.appeal), words=words, issued_by_unit_id=by.unit_id
        )
        made, is_new = issue(run.appeal, order, by=by, now=now)
        run.data = {"order": made.number, "again": not is_new, "to": made.unit.name}
        run.set(is_supervised=True)
    return run.appeal


def answer_supervision(
    *, appeal_id: int, answer: str, by: Actor, now: datetime, order_id: int | None = None, revision: int | None = None
) -> Appeal:
    """The unit answers the order (the oldest open one, unless `order_id` says which); the issuer is told."""
    answer = clean(answer, label="督办回复", field="answer", most=10_000, least=10)
    with step("answer_supervision", appeal_id=appeal_id, by=by, now=now, revision=revision, words=answer) as run:
        mine = to_answer(run.appeal, by)
        order = _chosen(mine, order_id)
        clocks.met(run.appeal, clocks.SUPERVISION, now=now, detail_id=order.pk)
        order.refresh_from_db()
        order.state, order.answer, order.answered_at = SupervisionOrder.ANSWERED, answer, now
        order.answered_by_user, order.answered_by_name = by.user_id, by.user_name
        order.save(update_fields=["state", "answer", "answered_at", "answered_by_user", "answered_by_name"])
        run.data = {"order": order.number, "late": order.is_late}
        title = f"督办回复待审核（{order.number}）：{run.appeal.title}"
        about = f"supervision_answered:{order.pk}:{order.returns}"
        tell_unit(run.appeal, order.issued_by_unit_id, about=about, title=title, body=answer, now=now)
    return run.appeal


def review_supervision(
    *, appeal_id: int, accept: bool, by: Actor, now: datetime, words: str = "", order_id: int | None = None,
    revision: int | None = None,
) -> Appeal:  # fmt: skip
    """The issuer takes the answer, and the order is closed; or returns it once with words, on a new answer limit."""
    words = clean(words, label="审核意见", field="words", most=1000, least=0 if accept else 5)
    with step("review_supervision", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        order = _chosen(to_review(run.appeal, by), order_id)
        if order.answered_by_user == by.user_id:
            raise NotAllowed("督办回复不能由回复人自己审核，请由本单位其他人员审核。")
        order.review_words, order.reviewed_by_name = words, by.user_name
        run.data = {"order": order.number, "accepted": accept}
        if accept:
            close(order, "accepted", now)
            run.set(is_supervised=is_supervised(run.appeal))
        else:
            _return(run, order)
        order.save(update_fields=["review_words", "reviewed_by_name"])
        _tell_review(run, order, accept)
    return run.appeal


def _return(run: Run, order: SupervisionOrder) -> None:
    """Back for another answer, from whoever has the work by now."""
    if order.returns >= MAX_RETURNS:
        raise IllegalState("这份督办单已退回过一次，不能再退回；请通过销号，确有必要时另下督办单。")
    order.returns += 1
    order.state, order.answered_at, order.is_late = SupervisionOrder.OPEN, None, False
    if order.follows and run.appeal.lead_unit_id is not None and not is_taken(order, run.appeal.lead_unit_id):
        order.unit_id = run.appeal.lead_unit_id
    order.save(update_fields=["returns", "state", "answered_at", "is_late", "unit"])
    start_clock(order, run.now)


def _tell_review(run: Run, order: SupervisionOrder, accept: bool) -> None:
    verdict = "督办回复已通过" if accept else "督办回复被退回，请补充后再回复"
    tell_unit(
        run.appeal, order.unit_id, about=f"supervision_reviewed:{order.pk}:{order.returns}:{accept}", now=run.now,
        title=f"{verdict}（{order.number}）：{run.appeal.title}", body=run.words, level="info" if accept else "over",
    )  # fmt: skip


def to_answer(appeal: Appeal, by: Actor) -> QuerySet[SupervisionOrder]:
    """The appeal's orders that wait for an answer of the actor's unit, oldest first."""
    return _waiting(appeal, SupervisionOrder.OPEN).filter(unit_id=by.unit_id)


def to_review(appeal: Appeal, by: Actor) -> QuerySet[SupervisionOrder]:
    """The appeal's orders that the actor's unit issued and that have been answered, oldest first."""
    return _waiting(appeal, SupervisionOrder.ANSWERED).filter(issued_by_unit_id=by.unit_id)


def _waiting(appeal: Appeal, state: str) -> QuerySet[SupervisionOrder]:
    orders = SupervisionOrder.objects.filter(appeal=appeal, state=state)
    return orders.select_related("unit", "appeal").order_by("pk")


def _chosen(orders: QuerySet[SupervisionOrder], order_id: int | None) -> SupervisionOrder:
    found = orders.first() if order_id is None else orders.filter(pk=order_id).first()
    if found is None:
        raise InvalidInput("没有找到这份待处理的督办单，可能已被处理。请刷新后再看。", field="order")
    return found
