"""How appeals stand in a table: columns, tabs, orders. The page, the export and the saved views share them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from appeals.clocks import REVIEW
from appeals.models import Appeal
from appeals.workflow import CLOSED, DISPATCHED, IN_PROGRESS, MERGED, REGISTERED, REJECTED, RESOLVED, SHELVED
from governance.scope import Actor, UnitKind
from governance.ui import dates
from governance.ui.templatetags.ui import chip, clock_chip, state_chip
from governance.ui.views import Column, Order, Tab

ENDED = {CLOSED, MERGED, REJECTED}
URGENCY_CHIPS = {1: ("较急", "line"), 2: ("紧急", "soon line")}

TABS: Sequence[Tab] = (
    Tab("all", "全部"),
    Tab("registered", "待交办", Q(state=REGISTERED, send_back_pending=False)),
    Tab("sent_back", "退单待裁", Q(state=REGISTERED, send_back_pending=True), tone="over"),
    Tab("dispatched", "待签收", Q(state=DISPATCHED)),
    Tab("in_progress", "办理中", Q(state=IN_PROGRESS)),
    Tab("shelved", "挂账", Q(state=SHELVED)),
    Tab("resolved", "待回访", Q(state=RESOLVED)),
    Tab("closed", "已归档", Q(state=CLOSED)),
    Tab("soon", "即将到期", Q(card="yellow"), tone="soon"),
    Tab("late", "已超期", Q(card="red"), tone="over"),
)

ORDERS: Sequence[Order] = (
    Order("new", "最新登记", ("-registered_at",)),
    Order("old", "最早登记", ("registered_at",)),
    Order("due", "时限由近到远", ("due_at",)),
    Order("due_last", "时限由远到近", ("-due_at",)),
)


def columns(actor: Actor) -> list[Column]:
    """The columns of the list, for this actor."""
    from_above = actor.unit_kind in {UnitKind.DISTRICT, UnitKind.STREET}
    return [
        Column("number", "工单号", number_cell, always=True, phone="lead", orders=("new", "old")),
        Column("title", "诉求内容", title_cell, always=True, phone="title", grow=True),
        Column("category", "类别", category_cell, secondary=True),
        Column("place", "社区网格", community_cell if actor.unit_kind == UnitKind.DISTRICT else place_cell),
        Column("state", "状态", state_cell, phone="inline"),
        Column("clock", "办理时限", clock_cell, phone="inline", orders=("due", "due_last")),
        Column("lead_unit", "主办单位", lambda a: unit_name(a.lead_unit), secondary=True, default=from_above),
        Column("handler_name", "经办人", secondary=True, phone="hidden", default=not from_above),
        Column("channel", "来源", lambda a: a.get_channel_display(), default=False),
        Column("complainant", "诉求人", default=False),
        Column("phone_masked", "联系电话", default=False),
        Column("address", "事发地址", default=False),
        Column("desk_unit", "交办单位", lambda a: unit_name(a.desk_unit), default=False),
        Column("registered_by_name", "登记人", default=False),
        Column("registered_at", "登记时间", lambda a: dates.short(a.registered_at), default=False),
        Column("resolved_at", "办结时间", lambda a: dates.short(a.resolved_at), default=False),
        Column("satisfaction", "满意度", satisfaction_cell, default=False),
        Column("action", "操作", lambda a: action_cell(a, actor), always=True, phone="actions"),
    ]


def number_cell(appeal: Appeal) -> SafeString:
    """The number, leading to the appeal."""
    return format_html('<a href="{}">{}</a>', reverse("appeals:detail", args=[appeal.pk]), appeal.number)


def title_cell(appeal: Appeal) -> SafeString:
    """The title behind its marks: urgent, supervised, repeated, returned."""
    link = format_html(
        '<a class="title-link" href="{}">{}</a>', reverse("appeals:detail", args=[appeal.pk]), appeal.title
    )
    return format_html("{}{}", format_html_join("", "{}", ((mark,) for mark in marks(appeal))), link)


def marks(appeal: Appeal) -> list[SafeString | str]:
    """The chips before a title."""
    found: list[SafeString | str] = []
    if appeal.urgency in URGENCY_CHIPS:
        found.append(chip(*URGENCY_CHIPS[appeal.urgency]))
    if appeal.is_supervised:
        found.append(chip("督办", "over line"))
    if appeal.send_back_pending:
        found.append(chip("退单待裁", "over line"))
    found += company_marks(appeal)
    if appeal.rehandles:
        found.append(chip(f"重办 {appeal.rehandles}", "soon line"))
    return found


def company_marks(appeal: Appeal) -> list[SafeString | str]:
    """That others are about the same matter, or may be; without its company known, what was merged into it."""
    company = appeal.company
    if company is None:
        return [chip(f"重复 {appeal.repeats}", "line")] if appeal.repeats else []
    if company.is_mass:
        return [chip(f"群体 {company.people} 人", "over line", "users")]
    if company.size:
        return [chip(f"重复 {company.size - 1}", "line")]
    return [chip("疑似重复", "soon line")]


def category_cell(appeal: Appeal) -> SafeString | str:
    """The category's own name; the whole path in its title."""
    if appeal.category is None:
        return "未归类"
    return format_html('<span title="{}">{}</span>', appeal.category.path, appeal.category.name)


def unit_name(unit: Any) -> str:
    """A unit as a table shows it."""
    return (unit.short_name or unit.name) if unit else ""


def place_cell(appeal: Appeal) -> str:
    """Community and grid; the street where it is not known closer."""
    if appeal.community is None:
        return unit_name(appeal.street)
    return f"{unit_name(appeal.community)} {unit_name(appeal.grid)}".strip()


def community_cell(appeal: Appeal) -> str:
    """The community alone, for who looks from far above; the street where it is not known closer."""
    return unit_name(appeal.community or appeal.street)


def state_cell(appeal: Appeal) -> SafeString:
    """The state's chip; of what was merged also how its parent stands, where the list knows."""
    own = state_chip(appeal.state, appeal.get_state_display())
    if appeal.state != MERGED or not Appeal._meta.get_field("parent").is_cached(appeal) or appeal.parent is None:
        return own
    return format_html('{} <span class="text-2">主单{}</span>', own, appeal.parent.get_state_display())


def clock_cell(appeal: Appeal) -> SafeString | str:
    """What is left of the limit; of a finished appeal whether it was ever late."""
    if appeal.state == SHELVED and appeal.clock_kind == REVIEW and appeal.due_at is not None:
        day = f"{timezone.localdate(appeal.due_at):%Y-%m-%d} 复核"
        return chip(day, "soon" if appeal.card == "yellow" else "mute", "player-pause")
    if appeal.due_at is not None:
        return clock_chip(appeal.due_at, appeal.card, now=timezone.now(), of=appeal.late_step)
    if appeal.state == CLOSED:
        return chip("曾超期", "soon", "clock-exclamation") if appeal.red_cards else chip("按期", "ok", "circle-check")
    return ""


def satisfaction_cell(appeal: Appeal) -> str:
    """The complainant's own word."""
    words = {"satisfied": "满意", "basically": "基本满意", "unsatisfied": "不满意"}
    return words.get(appeal.satisfaction, "未联系上" if appeal.close_kind == "unreachable" else "")


def next_word(appeal: Appeal, actor: Actor) -> str:
    """What the actor's unit would do with the appeal next, as one word; "查看" when it is not its turn."""
    on_desk, with_us = appeal.desk_unit_id == actor.unit_id, appeal.lead_unit_id == actor.unit_id
    if appeal.state == REGISTERED and on_desk:
        return "裁定" if appeal.send_back_pending else "交办"
    if appeal.state == DISPATCHED and with_us:
        return "签收"
    if appeal.state == IN_PROGRESS and with_us:
        return "办理"
    if appeal.state == RESOLVED and on_desk:
        return "回访"
    return "查看"


def action_cell(appeal: Appeal, actor: Actor) -> SafeString:
    """One tap to what comes next."""
    return format_html(
        '<span class="row-actions"><a href="{}#action">{}<span class="visually-hidden"> {}</span></a></span>',
        reverse("appeals:detail", args=[appeal.pk]), next_word(appeal, actor), appeal.number,
    )  # fmt: skip


def row_tone(appeal: Appeal) -> str:
    """The mark at a row's edge."""
    if appeal.state in ENDED:
        return ""
    return {"red": "over", "yellow": "soon"}.get(appeal.card, "")
