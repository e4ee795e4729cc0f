"""Orders and settlements as spreadsheets: who may, what stands there, what does not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from governance.audit.models import Entry as Record
from governance.errors import InvalidInput, NotAllowed
from governance.sheets import exports, registry
from members.models import Person
from points.shop.services import settlement
from points.shop.services.orders import Line, hand_over, place_order
from points.shop.sheet import ORDERS_KEY, SETTLEMENT_KEY
from tests.sheets.bringing import Desk
from tests.signing import client_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ordered(shop, goods, rich, clerk, now):
    """Two orders of one resident, one of them handed over; goods whose name would be a formula."""
    oil, who = goods("=1+1 食用油", 30), rich(200)
    Person.objects.filter(pk=who.pk).update(phone_masked="138****4080")

    def order(key: str):
        return place_order(shop_id=shop.pk, lines=[Line(oil.pk, 1)], person_id=who.pk, key=key, by=clerk, now=now)

    hand_over(order_id=order("order-0001").pk, by=clerk, now=now)
    return order("order-0002")


def told(desk: Desk, query: str = "") -> list[dict[str, object]]:
    _, (mark, header, *rows) = desk.export(query)
    assert "严禁外传" in str(mark[0])
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_orders_by_tab_with_purpose_and_on_record(ordered, cast, now):
    (waits,) = told(Desk(ORDERS_KEY, cast.cs, now))
    (done,) = told(Desk(ORDERS_KEY, cast.cs, now), "tab=collected")
    assert (waits["状态"], done["状态"], done["积分"]) == ("待领取", "已领取", 30)
    assert waits["电话"] == "138****4080"
    assert waits["内容"] == "=1+1 食用油 × 1", "text that a spreadsheet program does not take for a formula"
    assert Record.objects.filter(action="sheet.export").count() == 2


def test_a_worker_asks_and_a_clerk_may_not(ordered, cast, clerk, now):
    wanted = exports.ask(sheet_key=ORDERS_KEY, purpose="核对兑换", query="", by=cast.cw, now=now)
    assert wanted.needs_approval
    for by in (clerk, cast.dc, cast.gw):
        with pytest.raises(NotAllowed):
            exports.ask(sheet_key=ORDERS_KEY, purpose="核对兑换", query="", by=by, now=now)
    assert "导出" not in client_of(clerk).get(reverse("points:orders")).content.decode()
    assert "导出" in client_of(cast.cs).get(reverse("points:orders")).content.decode()
    with pytest.raises(InvalidInput, match="没有符合条件"):
        exports.ask(sheet_key=ORDERS_KEY, purpose="核对兑换", query="", by=cast.cs_2, now=now)


def test_a_settled_month_names_nobody_and_the_district_may_have_it(ordered, shop, cast, now):
    month, query = now.date().replace(day=1), f"shop={shop.pk}&month={now:%Y-%m}"
    address = f"{reverse('points:shop_settlement', args=[shop.pk])}?month={now:%Y-%m}"
    assert "points_settlement" not in client_of(cast.cs).get(address).content.decode(), "not before it is settled"
    settlement.settle(shop_id=shop.pk, month=month, by=cast.cs, now=now + timedelta(days=40))
    assert "points_settlement" in client_of(cast.cs).get(address).content.decode()
    (row,) = told(Desk(SETTLEMENT_KEY, cast.dc, now), query)
    assert (row["交付数量"], row["积分"], row["期初库存"], row["期末库存"]) == (1, 30, 0, 8)
    assert "王建国" not in str(row)
    exporter = registry.get(SETTLEMENT_KEY).exporter
    assert exporter.words(query, cast.dc) == f"一社区积分超市；{now.year}年{now.month}月"
    assert exporter.rows(query, cast.cs_2).count() == 0
    for bad in ("shop=x", "month=2026-13"):
        with pytest.raises(InvalidInput):
            exporter.rows(bad, cast.cs)
    assert date(now.year, now.month, 1) == month
