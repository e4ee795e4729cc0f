"""发放兑换明细: what a unit gave and exchanged, a line a transaction, names masked as in the public notice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from governance.scope import Actor
from governance.sheets.buttons import actions_for
from governance.sheets.declare import Sheet
from governance.sheets.lists import ListExporter
from governance.ui.filters import DateRangeFilter
from governance.ui.lists import Tab
from governance.ui.views import Action, Column, ListPage, Order
from members.volunteers.filters import MemberFilterSet
from points.models import Entry, Transaction
from points.rounds.notices.names import masked

KEY = "points_flows"
LIST = ("发放兑换明细", "points:flows")
# What is given or exchanged; of what was put right only that of an award.
_SHOWN = Q(kind__in=("award", "spend", "cancel")) | Q(kind="reverse", undoes__kind="award")
TABS = (
    Tab("", "全部"),
    Tab("given", "发放", Q(kind__in=("award", "reverse"))),
    Tab("exchanged", "兑换", Q(kind__in=("spend", "cancel"))),
)


class FlowFilterSet(MemberFilterSet):
    """Transactions by unit and day."""

    path = ""
    q = kind = team = None
    day = DateRangeFilter(label="日期", field_name="on")
    person = django_filters.CharFilter(
        label="居民", field_name="entries__account__person__name", max_length=32, help_text="完整姓名"
    )

    class Meta:
        model = Transaction
        fields: list[str] = []


def flows(actor: Actor) -> QuerySet[Transaction]:
    """In scope, each with the holder's side."""
    rows: QuerySet[Transaction] = Transaction.objects.visible_to(actor).filter(_SHOWN)
    holders = Entry.objects.filter(account__kind="holder").select_related("account__person", "account__household")
    holders = holders.defer("account__person__search")
    return rows.select_related("community", "unit").prefetch_related(Prefetch("entries", holders, to_attr="holders"))


def whom(row: Transaction) -> str:
    """Whom it was for, as the public notice names them."""
    for entry in row.holders:  # type: ignore[attr-defined]
        account = entry.account
        if account.person is not None:
            return masked(account.person.name)
        if account.household is not None:
            return f"{masked(account.household.head_name)}户" if account.household.head_name else "住户"
    return ""


def amount(row: Transaction) -> int:
    """Points that came to the holder; negative for what went."""
    return sum(entry.amount for entry in row.holders)  # type: ignore[attr-defined]


class FlowList(ListPage):
    """What was given and exchanged here, the newest first."""

    page = "points_flows"
    title = LIST[0]
    noun = "笔"
    has_personal_data = True
    filterset_class = FlowFilterSet
    columns = (
        Column("who", "姓名", whom, always=True, phone="title"),
        Column("words", "事由", "words", always=True, grow=True, phone="inline"),
        Column("points", "积分", lambda row: f"{amount(row):+,}", num=True, phone="meta"),
        Column("kind", "类别", lambda row: row.get_kind_display(), phone="inline"),
        Column("on", "日期", lambda row: row.on.isoformat(), phone="inline"),
        Column("by_name", "经办人", "by_name", phone="meta"),
        Column("community", "社区", "unit.name", secondary=True, phone="meta"),
    )
    orders = (Order("new", "最新", ("-pk",)),)
    tabs = TABS
    empty_title = "没有发放和兑换"
    empty_text = "请放宽查找条件。"

    def get_queryset(self) -> QuerySet[Transaction]:
        """In scope."""
        return flows(self.actor)

    def get_actions(self) -> Sequence[Action]:
        """As a spreadsheet."""
        return actions_for(KEY, self.request, self.actor)

    def row_label(self, row: Any) -> str:
        return f"{whom(row)} {amount(row):+}"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Beside the notices."""
        return [("积分公示", reverse("points:notices")), (self.title, "")]


class FlowExporter(ListExporter):
    """The same as a spreadsheet; names masked, no numbers at all."""

    filterset_class = FlowFilterSet
    tabs = TABS
    header = ("日期", "类别", "姓名", "积分", "事由", "经办人", "单位")
    has_numbers = False
    noun = "笔"
    wordless = {"person": "按姓名查找"}

    def in_scope(self, actor: Actor) -> QuerySet[Transaction]:
        """By day."""
        return flows(actor).order_by("on", "pk")

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the list shows it."""
        return [
            thing.on, thing.get_kind_display(), whom(thing), amount(thing), thing.words, thing.by_name, thing.unit.name
        ]  # fmt: skip


FLOWS = Sheet(
    key=KEY, title="积分发放兑换明细", noun="笔", list_view=LIST[1], exporter=FlowExporter(),
    export_right="person.export", ask_right="person.export_ask", approve_right="person.export_approve",
)  # fmt: skip
