"""The books of the shop: clean after everything that can be done, and each fault is found."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection

from points.ledger.verify import find_faults
from points.models import Goods, Order, Shop
from points.shop.services.offline import SALE, Item, begin_offline, end_offline, upload
from points.shop.services.orders import Line, cancel_order, hand_over, lapse_due, place_order
from points.shop.services.settlement import settle

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "the-device-of-the-counter"


@pytest.fixture
def busy(shop, goods, rich, clerk, cast, now):
    """One order of each end, an hour without a connection that was covered in part, a settled month."""
    oil, cut, who = goods(left=20), goods("理发", 15, keeps_stock=False), rich(300)

    def order(*lines, at=now):
        return place_order(
            shop_id=shop.pk, lines=[Line(one.pk, 1) for one in lines], person_id=who.pk, key=str(uuid.uuid4()),
            by=clerk, now=at,
        )  # fmt: skip

    collected, cancelled, late = order(oil, cut), order(oil), order(oil)
    hand_over(order_id=collected.pk, by=clerk, now=now)
    cancel_order(order_id=cancelled.pk, words="不要了", by=clerk, now=now)
    lapse_due(now=late.lapse_at)
    session = begin_offline(shop_id=shop.pk, limit=300, secret=SECRET, by=clerk, now=now)
    item = Item("sale-0001", SALE, now, person_id=who.pk, lines=((oil.pk, 9),))
    upload(session_id=session.pk, secret=SECRET, items=[item], by=clerk, now=now)
    return session


def test_whatever_was_done_adds_up(busy, shop, clerk, cast, now):
    session = busy
    assert Order.objects.get(how="offline").covered == 15
    assert find_faults() == []
    end_offline(session_id=session.pk, secret=SECRET, by=clerk, now=now)
    settle(shop_id=shop.pk, month=now.date().replace(day=1), by=cast.cs, now=now + timedelta(days=10))
    assert find_faults() == []


@pytest.mark.parametrize(
    ("harm", "label"),
    [
        ('UPDATE points_goods SET "left" = "left" + 1 WHERE keeps_stock', "商品库存"),
        ("UPDATE points_order SET points = points + 1 WHERE state = 'collected'", "兑换订单与积分交易"),
        ("UPDATE points_order SET covered = covered - 1 WHERE covered > 0", "兑换订单与积分交易"),
        ("UPDATE points_orderline SET count = count + 1", "兑换订单与明细"),
        ("UPDATE points_order SET state = 'collected' WHERE state = 'cancelled'", "取消和逾期"),
        ("UPDATE points_order SET state = 'cancelled' WHERE how = 'offline'", "兑换订单与出库"),
        ("UPDATE points_offlinesession SET covered = covered + 1", "离线备付"),
    ],
)
def test_each_fault_is_found(busy, shop, harm, label):
    with connection.cursor() as cursor:
        # Nothing else can do this: the triggers are told to look away.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(harm)
        cursor.execute("SET session_replication_role = DEFAULT")
    assert any(fault.check.startswith(label) for fault in find_faults())
    assert {fault.unit_id for fault in find_faults()} == {Shop.objects.get().unit_id}
    assert Goods.objects.exists()
