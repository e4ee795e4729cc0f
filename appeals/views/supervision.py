"""督办: the list of orders with the sheet of each, the district leader's list, and who sends back wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from appeals import desk, returns, selectors
from appeals.filters import LongFilter
from appeals.forms.inputs import unit_options
from appeals.forms.periods import PeriodForm
from appeals.models import SupervisionOrder
from appeals.views.lists import AppealList
from appeals.workflow import OPEN
from governance.scope import Actor
from governance.ui import dates
from governance.ui.filters import DateRangeFilter
from governance.ui.templatetags.ui import chip, clock_chip
from governance.ui.views import Action, Column, ListPage, Order, Tab, find_or_404
from grids.models import Unit

# The rung of the ladder that puts an appeal on the district leader's list.
LEADERS_RUNG = 3
_TONES = {SupervisionOrder.OPEN: "over line", SupervisionOrder.ANSWERED: "visit", SupervisionOrder.CLOSED: "mute"}


class SupervisionFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """By number, by unit, by where it came from, by when."""

    q = django_filters.CharFilter(label="单号", method="by_number", max_length=20)
    unit = LongFilter(label="单位", queryset=Unit.objects.all())
    origin = django_filters.ChoiceFilter(label="来由", choices=SupervisionOrder.ORIGINS, empty_label="全部")
    issued = DateRangeFilter(label="下达日期", field_name="issued_at")

    class Meta:
        model = SupervisionOrder
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:
            inside = Unit.objects.filter(district_id=self.request.actor.district_id)
            self.filters["unit"].queryset = inside

    def offer(self) -> None:
        """The units to choose from: those that have been under an order, in scope."""
        mine = SupervisionOrder.objects.visible_to(self.request.actor)
        units = Unit.objects.filter(pk__in=mine.order_by().values("unit_id").distinct())
        self.form.fields["unit"].offer(unit_options(units))
        self.form.fields["unit"].widget.empty_label = "全部"

    def by_number(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The order's number or its appeal's, whole."""
        number = value.strip().upper()
        return queryset.filter(Q(number=number) | Q(appeal__number=number))


class SupervisionList(ListPage):
    """The orders of one's district or street, or those that one's unit has to answer."""

    page = "supervision"
    title = "督办单"
    noun = "份"
    template_name = "appeals/list.html"
    results_template_name = "appeals/parts/results.html"
    filterset_class = SupervisionFilterSet
    page_size = 20
    unfolded = 4
    empty_title = "没有督办单"
    orders = (Order("new", "最新下达", ("-issued_at",)), Order("old", "最早下达", ("issued_at",)))
    tabs = (
        Tab("all", "全部"),
        Tab("open", "待回复", Q(state=SupervisionOrder.OPEN)),
        Tab("late", "逾期未回复", Q(state=SupervisionOrder.OPEN, is_late=True), tone="over"),
        Tab("answered", "待审核", Q(state=SupervisionOrder.ANSWERED)),
        Tab("closed", "已销号", Q(state=SupervisionOrder.CLOSED)),
    )
    columns = (
        Column("number", "督办单号", lambda o: _number(o), always=True, phone="lead"),
        Column("appeal", "诉求", lambda o: _appeal(o), always=True, phone="title", grow=True),
        Column("unit", "被督办单位", lambda o: o.unit.short_name or o.unit.name, phone="inline"),
        Column("origin", "来由", lambda o: o.get_origin_display(), secondary=True),
        Column("state", "状态", lambda o: _state(o), phone="inline"),
        Column("due", "回复时限", lambda o: _due(o), phone="inline"),
        Column(
            "issuer", "签发", lambda o: f"{o.issued_by_unit.short_name or o.issued_by_unit.name} {o.issued_by_name}"
        ),
        Column("issued_at", "下达时间", lambda o: dates.short(o.issued_at), secondary=True),
        Column("returns", "退回", lambda o: f"{o.returns} 次" if o.returns else "", default=False),
        Column("closed_at", "销号时间", lambda o: dates.short(o.closed_at) if o.closed_at else "", default=False),
    )

    def get_queryset(self) -> QuerySet[Any]:
        rows = SupervisionOrder.objects.visible_to(self.actor).select_related("appeal", "unit", "issued_by_unit")
        return rows.defer(
            "answer", "appeal__content", "appeal__result", "appeal__public_reply", "appeal__search",
            "appeal__phone_sealed", "appeal__identity_sealed",
        )  # fmt: skip

    def row_tone(self, row: Any) -> str:
        return "over" if row.state == SupervisionOrder.OPEN and row.is_late else ""

    def row_label(self, row: Any) -> str:
        return str(row.number)

    def extra_context(self) -> dict[str, Any]:
        if not self.is_partial and self.filterset is not None:
            self.filterset.offer()
        return {}


def _number(order: SupervisionOrder) -> SafeString:
    url = reverse("appeals:supervision_sheet", args=[order.pk])
    return format_html('<a href="{}">{}</a>', url, order.number)


def _appeal(order: SupervisionOrder) -> SafeString:
    url = reverse("appeals:detail", args=[order.appeal_id])
    return format_html('<a class="title-link" href="{}">{} {}</a>', url, order.appeal.number, order.appeal.title)


def _state(order: SupervisionOrder) -> SafeString | str:
    return chip(order.get_state_display(), _TONES[order.state])


def _due(order: SupervisionOrder) -> SafeString | str:
    if order.state == SupervisionOrder.OPEN and order.due_at is not None:
        return clock_chip(order.due_at, "red" if order.is_late else "", now=timezone.now())
    if order.answered_at is None:
        return ""
    return chip("逾期回复", "soon") if order.is_late else chip("按期回复", "ok")


@require_GET
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The order on A4 paper."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    orders = SupervisionOrder.objects.visible_to(actor).select_related("appeal__category", "unit", "issued_by_unit")
    order = find_or_404(orders, pk=pk)
    context = {
        "title": f"督办单 {order.number}", "order": order, "appeal": order.appeal, "now": timezone.now(),
        "has_personal_data": True,
        "crumbs": [
            ("督办单", reverse("appeals:supervision")),
            (order.appeal.number, reverse("appeals:detail", args=[order.appeal_id])), (order.number, ""),
        ],
    }  # fmt: skip
    return render(request, "appeals/supervision_sheet.html", context)


class LeaderList(AppealList):
    """区领导清单: what climbed to the district's leaders and is still open, and whose it is."""

    page = "appeals-leaders"
    title = "区领导清单"
    template_name = "appeals/leader_list.html"
    tabs = ()
    bulk_actions = ()
    empty_title = "清单上没有未办结的工单"

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.for_page(self.actor).filter(ladder__gte=LEADERS_RUNG, state__in=OPEN)

    def get_actions(self) -> Sequence[Action]:
        return ()

    def extra_context(self) -> dict[str, Any]:
        """Above the list: how many are whose."""
        units = [] if self.is_partial else desk.on_leaders_list(self.actor)
        return {**super().extra_context(), "late_units": [(row, _of_unit(row)) for row in units]}


def _of_unit(row: desk.Late) -> str:
    query = f"unit={row.unit_id}" if row.unit_id else "state=registered"
    return f"{reverse('appeals:leader_list')}?{query}"


@require_GET
def send_backs(request: HttpRequest) -> HttpResponse:
    """Who sends back how often, and how often wrongly: a row a unit, each number opens its appeals."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = timezone.localdate()
    form = PeriodForm(request.GET or None)
    since, until = form.period(today)
    rows = returns.by_unit(actor, since, until)
    context = {
        "title": "退单统计", "since": since, "until": until,
        "form": form if form.errors else PeriodForm({"since": since, "until": until}),
        "rows": [(row, row.rate, _numbers(row, since, until)) for row in rows],
        "total": [(label, sum(row.numbers[name] for row in rows)) for name, label in _VERDICTS.items()],
    }  # fmt: skip
    return render(request, "appeals/send_backs.html", context)


_VERDICTS = {"asked": "退单", "upheld": "成立", "refused": "不成立", "pending": "待裁定"}


def _numbers(row: returns.UnitReturns, since: date, until: date) -> list[tuple[str, int, str]]:
    """Each number with its heading and the list of its appeals."""
    url = reverse("appeals:list")
    keys = {verdict: returns.key(row.unit_id, verdict, since, until) for verdict in returns.VERDICTS}
    return [(_VERDICTS[name], number, f"{url}?returned={keys[name]}") for name, number in row.numbers.items()]
