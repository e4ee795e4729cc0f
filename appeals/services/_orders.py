"""Supervision orders 督办单 as other steps and the engine make them, move them on and end them.

The appeal is locked by the caller. Source: workflow.md, "Clocks".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.rights import DC
from accounts.selectors import with_role
from appeals import clocks
from appeals.messages import tell, tell_unit
from appeals.models import Appeal, Assignment, SupervisionOrder
from appeals.models.supervision import SupervisionQuerySet
from appeals.numbers import take_supervision_number
from appeals.services._run import Run, add_entry
from appeals.standing import lies_with
from appeals.workflow import REGISTERED
from governance.deadlines.models import Clock
from governance.scope import PLATFORM, Actor
from grids.models import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order that is to be made: from where, to which unit, with which words."""

    origin: str
    unit_id: int
    words: str
    issued_by_unit_id: int
    clock_id: int = 0


def issue(appeal: Appeal, order: Order, *, by: Actor, now: datetime) -> tuple[SupervisionOrder, bool]:
    """Make the order, start its clock and tell the unit; (the order, whether it is new).

    The appeal is locked, the caller writes the entry and marks the appeal. Where an open order of this round, or one
    that the same clock made, is there already, that one is given, and its unit told.
    """
    standing = _standing(appeal, order)
    if standing is not None:
        about = f"supervised:{standing.pk}:again:{now.timestamp():.0f}"
        title = f"再次督办（{standing.number}）：{appeal.title}"
        tell_unit(appeal, standing.unit_id, about=about, title=title, body=order.words, level="over", now=now)
        return standing, False
    made = SupervisionOrder.objects.create(
        number=take_supervision_number(timezone.localdate(now)), appeal=appeal, round=appeal.rehandles + 1,
        origin=order.origin, clock_id=order.clock_id, district_id=appeal.district_id, street_id=appeal.street_id,
        unit_id=order.unit_id, follows=_is_about_handling(appeal, order.unit_id),
        issued_by_unit_id=order.issued_by_unit_id, issued_by_user=by.user_id, issued_by_name=by.user_name,
        issued_at=now, words=order.words,
    )  # fmt: skip
    start_clock(made, now)
    title = f"督办单 {made.number}：{appeal.title}"
    tell_unit(
        appeal, made.unit_id, about=f"supervised:{made.pk}", title=title, body=order.words, level="over", leaders=True,
        now=now,
    )  # fmt: skip
    if by.is_platform:
        centre = set(with_role(DC, appeal.district_id, now))
        tell(appeal, centre, about=f"supervised:{made.pk}:centre", title=title, body=order.words, level="over", now=now)
    return made, True


def issue_by_platform(appeal: Appeal, order: Order, now: datetime) -> tuple[str, str, dict[str, object]]:
    """The order of a ladder or a visit; the entry that says so, as (kind, words, data)."""
    made, is_new = issue(appeal, order, by=PLATFORM, now=now)
    words = order.words if is_new else f"{order.words}（已在督办单 {made.number} 督办中，不另下达）"
    return "supervise", words, {"order": made.number, "again": not is_new, "to": made.unit.name}


def _standing(appeal: Appeal, order: Order) -> SupervisionOrder | None:
    """An order that makes another one needless."""
    orders = SupervisionOrder.objects.filter(appeal=appeal).select_related("unit").order_by("pk")
    if order.clock_id and (made := orders.filter(clock_id=order.clock_id).first()):
        return made
    return orders.open().filter(unit_id=order.unit_id, round=appeal.rehandles + 1).first()


def _is_about_handling(appeal: Appeal, unit_id: int) -> bool:
    """Whether the order goes with the work: the unit leads, or has the appeal on its desk for a dispatch."""
    if appeal.lead_unit_id is not None and appeal.lead_unit_id == unit_id:
        return True
    assists = Assignment.objects.filter(appeal=appeal, unit_id=unit_id, part=Assignment.ASSISTING, ended_at=None)
    return appeal.state == REGISTERED and not assists.exists()


def start_clock(order: SupervisionOrder, now: datetime) -> None:
    """Start the order's answer limit against its unit."""
    clock = clocks.start(order.appeal, clocks.SUPERVISION, unit_id=order.unit_id, now=now, detail_id=order.pk)
    order.due_at = clock.due_at if clock else None
    order.save(update_fields=["due_at"])


def close(order: SupervisionOrder, how: str, now: datetime) -> None:
    """Close the order, in one of its ENDS."""
    order.state, order.closed_at, order.closed_how = SupervisionOrder.CLOSED, now, how
    order.save(update_fields=["state", "closed_at", "closed_how"])


def is_supervised(appeal: Appeal) -> bool:
    """Whether an order on the appeal is open."""
    return SupervisionOrder.objects.filter(appeal=appeal).open().exists()


def is_taken(order: SupervisionOrder, unit_id: int) -> bool:
    """Whether the unit has another open order of the same round, beside which there is no room for this one."""
    others = SupervisionOrder.objects.open().filter(appeal_id=order.appeal_id, unit_id=unit_id, round=order.round)
    return others.exclude(pk=order.pk).exists()


def follow(run: Run, unit: Unit) -> None:
    """The unanswered orders about the handling go with the work to its new lead, on the same clock.

    A unit that answered has done its part. While nobody has the work (recalled, sent back) an order stays where it is.
    """
    orders = SupervisionOrder.objects.filter(appeal=run.appeal, state=SupervisionOrder.OPEN, follows=True)
    for order in orders.exclude(unit_id=unit.pk).select_related("unit").order_by("pk"):
        previous = order.unit.name
        if is_taken(order, unit.pk):
            _end(order, "joined", run.now)
        else:
            _give_to(order, unit.pk)
            about = f"supervised:{order.pk}:to:{unit.pk}"
            title = f"督办单 {order.number} 随单转来：{run.appeal.title}"
            tell_unit(run.appeal, unit.pk, about=about, title=title, body=order.words, level="over", now=run.now)
        words = f"督办单 {order.number} 由{previous}转{unit.name}回复，时限不变。"
        run.then("supervision_moved", words, order=order.number, to=unit.name)


def _give_to(order: SupervisionOrder, unit_id: int) -> None:
    SupervisionOrder.objects.filter(pk=order.pk).update(unit_id=unit_id)
    _clocks(order).update(unit_id=unit_id)


def _clocks(order: SupervisionOrder) -> QuerySet[Clock]:
    return clocks.open_clocks(order.appeal).filter(kind=clocks.SUPERVISION, detail_id=order.pk)


def _end(order: SupervisionOrder, how: str, now: datetime) -> None:
    clocks.cancel(order.appeal, clocks.SUPERVISION, now=now, detail_id=order.pk)
    close(order, how, now)


def end_all(run: Run) -> None:
    """The appeal ends by a merger or a rejection, and its orders with it."""
    for order in SupervisionOrder.objects.filter(appeal=run.appeal).open().order_by("pk"):
        _end(order, "appeal_ended", run.now)
        run.then("supervision_ended", f"工单结束，督办单 {order.number} 随之销号。", order=order.number)
    run.set(is_supervised=False)


def naming(unit_ids: Sequence[int]) -> SupervisionQuerySet:
    """The open orders that these units have to answer or to review."""
    named = Q(unit_id__in=unit_ids) | Q(issued_by_unit_id__in=unit_ids)
    return SupervisionOrder.objects.open().filter(named)


def succeed(appeal: Appeal, old: Unit, new: Unit, now: datetime) -> None:
    """A unit was closed: its successor answers and reviews in its place."""
    orders = SupervisionOrder.objects.filter(appeal=appeal).open().order_by("pk")
    orders.filter(issued_by_unit=old).update(issued_by_unit=new)
    for order in orders.filter(unit=old):
        if is_taken(order, new.pk):
            _end(order, "joined", now)
        else:
            _give_to(order, new.pk)
    still = is_supervised(appeal)
    Appeal.objects.filter(pk=appeal.pk).exclude(is_supervised=still).update(is_supervised=still)


def note_clock(clock: Clock) -> None:
    """An answer clock ran out or moved: the order repeats it. Called by the engine's handler, appeal locked."""
    late = clock.overdue_since is not None
    SupervisionOrder.objects.filter(pk=clock.detail_id).update(due_at=clock.due_at, is_late=late)


def note_unsatisfied(run: Run) -> None:
    """After a second unsatisfied visit: the unit that has it again is put under an order. Source: workflow.md."""
    order = Order(
        origin=SupervisionOrder.VISIT, unit_id=lies_with(run.appeal), issued_by_unit_id=run.appeal.district_id,
        words=f"第 {run.appeal.rehandles} 次回访不满意，请查明原因，限期重办并书面回复。",
    )  # fmt: skip
    kind, words, data = issue_by_platform(run.appeal, order, run.now)
    run.then(kind, words, **data)
    run.set(is_supervised=True)


def note_ladder(appeal: Appeal, clock: Clock, label: str, now: datetime) -> None:
    """The ladder of an overdue limit makes the order, once a clock; the entry is written here."""
    order = Order(
        origin=SupervisionOrder.LADDER, unit_id=clock.unit_id, issued_by_unit_id=appeal.district_id, clock_id=clock.pk,
        words=f"{label}时限 {timezone.localtime(clock.due_at):%m-%d %H:%M} 已超期，请立即办理并书面回复原因和措施。",
    )  # fmt: skip
    kind, words, data = issue_by_platform(appeal, order, now)
    add_entry(appeal, kind, by=PLATFORM, now=now, words=words, data=dict(data), clock=clocks.reading(appeal, now))
    appeal.is_supervised = True
