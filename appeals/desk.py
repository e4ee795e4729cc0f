"""What lies before a person's unit, by role: the piles of the worklist. Each is an equality on an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from accounts.rights import may
from appeals import clocks, requests, selectors
from appeals.models import Appeal, Assignment, Extension, HotlineReturn, Shelving, SupervisionOrder
from appeals.models.limits import PENDING
from appeals.models.supervision import SupervisionQuerySet
from appeals.querysets import AppealQuerySet
from appeals.workflow import ANSWER_HOTLINE, DISPATCHED, IN_PROGRESS, OPEN, REGISTERED, RESOLVED
from governance.deadlines.models import Clock
from governance.scope import Actor, Role, place_column


@dataclass(frozen=True, slots=True)
class Pile:
    """Appeals that wait for the same thing, soonest first; `query` opens all of them in the list `view`."""

    key: str
    title: str
    appeals: AppealQuerySet
    query: str
    empty: str
    tone: str = ""
    view: str = "appeals:list"
    # What the unit would do with each; "" for what its state says.
    word: str = ""
    # The annotation that holds the limit of what is waited for; "" for the appeal's own.
    due: str = ""


@dataclass(frozen=True, slots=True)
class Late:
    """How many are late with a unit; `unit_id` None for those that nobody has been given yet."""

    unit_id: int | None
    name: str
    count: int


def _rows() -> AppealQuerySet:
    """Appeals with what a line shows. What lies with one's own unit needs no further scope."""
    rows = Appeal.objects.select_related(*selectors.LIST_RELATIONS)
    return rows.defer("content", "result", "public_reply", "search", "phone_sealed", "identity_sealed")


def _by_clock(rows: AppealQuerySet) -> AppealQuerySet:
    return rows.order_by(F("due_at").asc(nulls_last=True), "id")


def piles(by: Actor) -> list[Pile]:
    """The piles of the actor's role, most pressing first."""
    found: list[Pile] = []
    unit = by.unit_id
    if may(by, "appeal.accept"):
        found += [
            Pile("handle", "办理中", _by_clock(_rows().filter(lead_unit=unit, state=IN_PROGRESS)),
                 f"tab=in_progress&unit={unit}&order=due", "没有正在办理的工单。"),
            Pile("accept", "待签收", _by_clock(_rows().filter(lead_unit=unit, state=DISPATCHED)),
                 f"tab=dispatched&unit={unit}&order=due", "没有待签收的工单。"),
            Pile("assist", "请我协办", _by_clock(_rows().filter(pk__in=_assisting(unit))), "state=in_progress",
                 "没有需要协办的工单。"),
        ]  # fmt: skip
    if may(by, "appeal.dispatch"):
        desk = _rows().filter(desk_unit=unit, state=REGISTERED)
        found += [
            Pile("adjudicate", "退单待裁", _by_clock(desk.filter(send_back_pending=True)), "tab=sent_back",
                 "没有等待裁定的退单。", "over"),
            Pile("dispatch", "待交办", _by_clock(desk.filter(send_back_pending=False)), "tab=registered&order=due",
                 "没有待交办的诉求。"),
        ]  # fmt: skip
    if may(by, "appeal.visit"):
        rows = _by_clock(_rows().filter(desk_unit=unit, state=RESOLVED))
        found.append(Pile("visit", "待回访", rows, "", "没有待回访的工单。", view="appeals:visits"))
    return [*_returned(by), *_to_decide(by), *_supervised(by), *found, *_followed(by)]


def _returned(by: Actor) -> list[Pile]:
    """What the city hotline returned of what is on the unit's desk."""
    if not may(by, ANSWER_HOTLINE):
        return []
    limits = Clock.objects.filter(
        subject_type=clocks.SUBJECT, subject_id=OuterRef("pk"), kind=clocks.HOTLINE, state=Clock.RUNNING
    )
    first = Subquery(limits.order_by("due_at").values("due_at")[:1])
    rows = returned_to(_rows(), by.unit_id).annotate(answer_due=first)
    rows = rows.order_by(F("answer_due").asc(nulls_last=True), "id")
    return [
        Pile("hotline_return", "热线退回", rows, "hotline_return=open", "没有热线退回。", "over", word="处理退回",
             due="answer_due")
    ]  # fmt: skip


def returned_to(rows: AppealQuerySet, unit_id: int) -> AppealQuerySet:
    """Of the appeals those on the unit's desk with a return of the city hotline that nobody has answered."""
    waiting = HotlineReturn.objects.filter(state=HotlineReturn.OPEN).order_by()
    return rows.filter(desk_unit=unit_id, pk__in=waiting.values("appeal_id"))


def _to_decide(by: Actor) -> list[Pile]:
    """Requests that wait for the unit's decision."""
    piles: list[tuple[str, str, str, QuerySet[Any], str]] = [
        ("appeal.decide_extension", "extension", "待审批延期", Extension.objects.filter(PENDING), "延期"),
        ("appeal.shelve", "shelving", "待审批挂账", Shelving.objects.filter(PENDING), "挂账"),
    ]
    return [
        Pile(key, title, _by_clock(_of_requests(requests.put_to(pending, by))), f"deciding={key}",
             f"没有等待审批的{word}申请。", "soon", word="审批")
        for right, key, title, pending, word in piles if may(by, right)
    ]  # fmt: skip


def _of_requests(pending: QuerySet[Any]) -> AppealQuerySet:
    return _rows().filter(pk__in=pending.order_by().values("appeal_id"))


def _supervised(by: Actor) -> list[Pile]:
    """Supervision orders that wait for the unit's answer, and answers that wait for its word."""
    found = []
    if may(by, "appeal.answer_supervision"):
        mine = SupervisionOrder.objects.filter(unit=by.unit_id, state=SupervisionOrder.OPEN)
        found.append(
            Pile("supervision", "待回复督办", _by_clock(_of_orders(mine)), "tab=open", "没有等待回复的督办单。", "over",
                 "appeals:supervision")
        )  # fmt: skip
    if may(by, "appeal.review_supervision"):
        answered = SupervisionOrder.objects.filter(issued_by_unit=by.unit_id, state=SupervisionOrder.ANSWERED)
        found.append(
            Pile("supervision_review", "待审核督办回复", _by_clock(_of_orders(answered)), "tab=answered",
                 "没有等待审核的督办回复。", view="appeals:supervision")
        )  # fmt: skip
    return found


def _of_orders(orders: SupervisionQuerySet) -> AppealQuerySet:
    return _rows().filter(pk__in=orders.order_by().values("appeal_id"))


def _assisting(unit_id: int) -> AppealQuerySet:
    parts = Assignment.objects.filter(unit_id=unit_id, part=Assignment.ASSISTING, ended_at=None)
    return cast(AppealQuerySet, parts.values("appeal_id"))


def _followed(by: Actor) -> list[Pile]:
    """What happens in one's grid, and what one logged and is not ended."""
    newest = ("-registered_at", "-id")
    found = []
    if by.role in {Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER} and by.grid_id is not None:
        rows = _rows().filter(grid=by.grid_id, state__in=OPEN).order_by(*newest)
        found.append(Pile("grid", "本网格未办结", rows, f"place={by.grid_id}", "本网格没有未办结的诉求。"))
    if may(by, "appeal.register"):
        rows = _rows().filter(registered_by_user=by.user_id, state__in=OPEN).order_by(*newest)
        found.append(Pile("logged", "我登记的", rows, "", "您登记的诉求都已办结。", view="appeals:mine"))
    return found


def on_leaders_list(by: Actor, limit: int = 24) -> list[Late]:
    """Whose the open ones on the district leader's list are, most first."""
    return _by_lead(Appeal.objects.filter(ladder__gte=3, state__in=OPEN, district_id=by.district_id), limit)


def late_by_unit(by: Actor, limit: int = 12) -> list[Late]:
    """Where the late ones lie, most first, in the actor's unit and below."""
    column = place_column(by.unit_kind)
    if column is None:
        return []
    inside = {"district_id": by.district_id, column: by.unit_id}
    return _by_lead(Appeal.objects.filter(card="red", state__in=OPEN, **inside), limit)


def _by_lead(rows: AppealQuerySet, limit: int) -> list[Late]:
    counted = (
        rows.order_by().values("lead_unit_id", "lead_unit__name").annotate(n=Count("pk")).order_by("-n", "lead_unit_id")
    )
    return [Late(row["lead_unit_id"], row["lead_unit__name"] or "尚未交办", row["n"]) for row in counted[:limit]]
