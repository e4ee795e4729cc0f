"""Orders and settlements as spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from governance.errors import InvalidInput
from governance.scope import Actor
from governance.sheets.declare import Exporter, Sheet
from governance.sheets.lists import ListExporter
from points.models import Order, SettlementLine, Shop
from points.shop.filters import OrderFilterSet
from points.shop.tabs import ORDER_TABS

ORDERS_KEY, SETTLEMENT_KEY = "points_orders", "points_settlement"


class OrderExporter(ListExporter):
    """One row an order, the phone number masked always."""

    filterset_class = OrderFilterSet
    tabs = ORDER_TABS
    header = (
        "下单时间", "超市", "居民", "电话", "内容", "积分", "备付垫付", "状态", "方式", "下单人", "办理人", "办结时间",
        "说明",
    )  # fmt: skip
    has_numbers = False
    noun = "单"

    def in_scope(self, actor: Actor) -> QuerySet[Order]:
        """In scope, the oldest first."""
        rows: QuerySet[Order] = Order.objects.visible_to(actor).select_related("person", "shop__site")
        return rows.prefetch_related("lines").defer("person__search").order_by("pk")

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the list shows it."""
        return [
            _moment(thing.placed_at), thing.shop.site.name, thing.person.name, thing.person.phone_masked,
            "、".join(str(line) for line in thing.lines.all()), thing.points, thing.covered or None,
            thing.get_state_display(), thing.get_how_display(), thing.placed_by_name, thing.ended_by_name,
            _moment(thing.ended_at), thing.ended_words,
        ]  # fmt: skip


class SettlementExporter(Exporter):
    """A shop's settled month, one row a kind of goods, as it was settled. `?shop=12&month=2026-10`. Names nobody."""

    header = (
        "超市", "月份", "商品", "交付数量", "积分", "金额（元）", "期初库存", "进货", "兑换出库", "退回", "盘点差异",
        "报损", "期末库存", "结算人", "结算时间",
    )  # fmt: skip
    has_numbers = False
    noun = "种"

    def rows(self, query: str, actor: Actor) -> QuerySet[SettlementLine]:
        """Of the shop in scope; with none named all that were settled in the month, or at all."""
        shop, month = _asked(query)
        rows = SettlementLine.objects.filter(settlement__shop__in=Shop.objects.visible_to(actor))
        if shop:
            rows = rows.filter(settlement__shop=shop)
        if month is not None:
            rows = rows.filter(settlement__month=month)
        return rows.select_related("settlement__shop__site").order_by("settlement__month", "settlement", "pk")

    def words(self, query: str, actor: Actor) -> str:
        """The shop and the month."""
        shop, month = _asked(query)
        found = Shop.objects.visible_to(actor).select_related("site").filter(pk=shop).first() if shop else None
        said = [found.site.name] if found else []
        return "；".join([*said, f"{month:%Y年%-m月}" if month else "全部已结算月份"])

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the page of the month shows it."""
        of = thing.settlement
        stock = (
            (thing.opening, thing.purchased, thing.sold, thing.returned, thing.counted, thing.written_off,
             thing.closing) if thing.keeps_stock else (None,) * 7
        )  # fmt: skip
        return [
            of.shop.site.name, f"{of.month:%Y-%m}", thing.name, thing.count, thing.points, thing.value, *stock,
            of.settled_by_name, _moment(of.settled_at),
        ]  # fmt: skip


def _asked(query: str) -> tuple[int, date | None]:
    """Raises InvalidInput for what is no shop and no month."""
    sent = QueryDict(query)
    shop, month = sent.get("shop", ""), sent.get("month", "")
    if shop and not (shop.isascii() and shop.isdigit() and len(shop) < 19):
        raise InvalidInput("没有这家积分超市，请回到结算页重新导出。")
    try:
        return int(shop or 0), date.fromisoformat(f"{month}-01") if month else None
    except ValueError:
        raise InvalidInput("月份不对，请回到结算页重新导出。") from None


def _moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


ORDERS = Sheet(
    key=ORDERS_KEY, title="积分兑换订单", noun="单", list_view="points:orders", exporter=OrderExporter(),
    export_right="person.export", ask_right="person.export_ask", approve_right="person.export_approve",
)  # fmt: skip
SETTLEMENTS = Sheet(
    key=SETTLEMENT_KEY, title="积分超市结算", noun="种", list_view="points:shops", exporter=SettlementExporter(),
    export_right="shop.export", approve_right="shop.export_approve",
)  # fmt: skip
