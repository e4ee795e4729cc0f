"""A month, added up as the records say, frozen once the community settled it."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from governance.audit.models import Entry as Record
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from points.models import Settlement, SettlementLine
from points.shop.selectors import month_of
from points.shop.services import stock
from points.shop.services.orders import Line, cancel_order, hand_over, place_order
from points.shop.services.settlement import settle
from points.shop.services.stock import Count

pytestmark = pytest.mark.django_db(transaction=True)
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def busy(shop, goods, rich, clerk, now):
    """November: two oils and a haircut handed over, one order cancelled, one waits into December; stock moved."""
    oil, cut, who = goods(left=10), goods("理发", 15, value="20", keeps_stock=False, kind="service"), rich(1000)

    def order(*lines, at=now):
        return place_order(
            shop_id=shop.pk, lines=[Line(one.pk, count) for one, count in lines], person_id=who.pk,
            key=str(uuid.uuid4()), by=clerk, now=at,
        )  # fmt: skip

    for made in (order((oil, 2), (cut, 1)), order((oil, 1))):
        hand_over(order_id=made.pk, by=clerk, now=now)
    cancel_order(order_id=order((oil, 3)).pk, words="不要了", by=clerk, now=now)
    order((oil, 1))
    stock.write_off(key="stock-0016", shop_id=shop.pk, goods_id=oil.pk, amount=1, words="漏油", by=clerk, now=now)
    stock.count_stock(key="stock-0017", shop_id=shop.pk, counts=[Count(oil.pk, 5, 6, "少一桶")], by=clerk, now=now)
    return oil, cut, order


def test_a_month_adds_up(busy, shop, cast, now):
    oil, cut, _ = busy
    month = month_of(shop, NOVEMBER)
    assert (month.orders, month.placed, month.cancelled, month.lapsed) == (2, 4, 1, 0)
    assert (month.points, month.covered, month.value) == (105, 0, Decimal("67.70"))
    by_goods = {line.goods_id: line for line in month.lines}
    one, service = by_goods[oil.pk], by_goods[cut.pk]
    assert (one.count, one.points, one.value) == (3, 90, Decimal("47.70"))
    moved = (one.opening, one.purchased, one.sold, one.returned, one.counted, one.written_off, one.closing)
    assert moved == (0, 10, -7, 3, -1, -1, 4)
    assert (service.count, service.points, service.value, service.closing) == (1, 15, Decimal(20), 0)
    assert month_of(shop, date(2026, 10, 1)).lines == []


def test_a_settled_month_is_frozen_and_what_comes_later_counts_later(busy, shop, clerk, cast, now):
    oil, _, order = busy
    later = now + timedelta(days=10)
    row = settle(shop_id=shop.pk, month=NOVEMBER, words="核对无误", by=cast.cs, now=later)
    assert (row.orders, row.points, row.value, row.settled_by_name) == (2, 105, Decimal("67.70"), cast.cs.user_name)
    assert SettlementLine.objects.get(goods=oil).closing == 4
    hand_over(order_id=order((oil, 1), at=later).pk, by=clerk, now=later)
    assert month_of(shop, NOVEMBER).points == 105
    december = month_of(shop, DECEMBER)
    assert (december.points, december.orders) == (30, 1)
    assert next(line.opening for line in december.lines if line.goods_id == oil.pk) == 4
    with pytest.raises(IllegalState, match="已经结算"):
        settle(shop_id=shop.pk, month=NOVEMBER, by=cast.cs, now=later)
    for rows in (Settlement.objects, SettlementLine.objects):
        with pytest.raises(IntegrityError, match="append-only"):
            rows.update(points=1)
    assert Record.objects.filter(action="shop.settle").count() == 1


def test_who_settles_and_when(shop, clerk, cast, now):
    later = now + timedelta(days=10)
    for actor in (clerk, cast.cw, cast.ss):
        with pytest.raises(NotAllowed, match="社区书记"):
            settle(shop_id=shop.pk, month=NOVEMBER, by=actor, now=later)
    with pytest.raises(NotFound):
        settle(shop_id=shop.pk, month=NOVEMBER, by=cast.cs_2, now=later)
    with pytest.raises(IllegalState, match="还没有结束"):
        settle(shop_id=shop.pk, month=NOVEMBER, by=cast.cs, now=now)
    with pytest.raises(InvalidInput, match="月份"):
        settle(shop_id=shop.pk, month=date(2026, 10, 5), by=cast.cs, now=now)
