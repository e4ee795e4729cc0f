"""Orders: paid when placed, handed over once, cancelled or lapsed with everything returned."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from governance.audit.models import Entry as Record
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.models import InboxItem
from points.ledger import accounts, selectors
from points.models import Goods, Order, OrderLine, Shop, StockMove, Transaction
from points.shop import codes
from points.shop.services.orders import Line, cancel_order, hand_over, lapse_due, place_order, warn_due
from tests.points.shop.conftest import left, usable

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(shop, now):
    """`order(person, goods, by=…)`."""

    def make(who, *goods, by, count=1, key="", at=None, **more):
        lines = [Line(one.pk, count) for one in goods]
        return place_order(
            shop_id=shop.pk, lines=lines, person_id=who.pk, key=key or str(uuid.uuid4()), by=by, now=at or now, **more
        )

    return make


def code(order: Order) -> str:
    return codes.code_of(order.code_key)


def recorded(action: str) -> int:
    return Record.objects.filter(action=action).count()


def test_a_member_orders_for_their_points(order, shop, goods, rich, as_member, cast, now):
    oil, rice = goods("食用油", 30), goods("大米", 20)
    who = as_member(rich(100), cast.pg)
    made = order(who, oil, rice, by=cast.pg, count=2, points=100)
    assert (made.state, made.how, made.points, made.is_new) == ("placed", "phone", 100, True)
    assert (usable(who, now), left(oil), left(rice)) == (0, 8, 8)
    assert selectors.total(accounts.of_shop(shop.site, now)) == 100
    assert sorted(made.lines.values_list("name", "count", "points")) == [("大米", 2, 20), ("食用油", 2, 30)]
    assert recorded("shop.order_place") == 1
    spent = Transaction.objects.get(kind="spend")
    assert (spent.source_type, spent.source_id, spent.community_id) == ("shop.order", made.pk, shop.community_id)


def test_the_clerk_orders_for_who_stands_at_the_counter(order, goods, rich, as_member, clerk, cast, now):
    who = as_member(rich(), cast.pg)
    made = order(who, goods(), by=clerk)
    assert (made.how, made.placed_by_name) == ("counter", clerk.user_name)
    assert InboxItem.objects.get(user_id=cast.pg.user_id).title.startswith("已为您在一社区积分超市下单")


def test_nobody_orders_for_another_and_no_clerk_elsewhere(order, goods, rich, cast, district, now):
    who, one = rich(), goods()
    with pytest.raises(NotAllowed, match="只能为本人"):
        order(who, one, by=cast.gw)
    with pytest.raises(NotFound, match="管辖范围"):
        order(who, one, by=cast.cw_2)


def test_a_shop_of_another_street_is_not_found(goods, rich, as_member, cast, make_site, district, now):
    from tests.points.shop.conftest import make_shop

    far = make_shop(make_site("三社区积分超市", kind="shop", unit=district.community_3), now)
    one = goods("牙膏", 5, at=far)
    who = as_member(rich(), cast.pg)
    with pytest.raises(NotFound, match="所在的街道"):
        place_order(shop_id=far.pk, lines=[Line(one.pk, 1)], person_id=who.pk, key="x" * 12, by=cast.pg, now=now)


def test_refusals_leave_nothing_behind(order, shop, goods, rich, clerk, now):
    oil, who = goods("食用油", 30, left=2), rich(100)
    gone = goods("旧商品", 1, until_on=date(2026, 11, 1))
    with pytest.raises(IllegalState, match="只剩 2 件"):
        order(who, oil, by=clerk, count=3)
    with pytest.raises(IllegalState, match="可用积分不足：需要 150 分，现有 100 分"):
        order(who, goods("洗衣液", 150), by=clerk)
    with pytest.raises(InvalidInput, match="已下架"):
        order(who, gone, by=clerk)
    with pytest.raises(InvalidInput, match="先选择"):
        order(who, by=clerk)
    with pytest.raises(InvalidInput, match="1 至 99"):
        order(who, oil, by=clerk, count=100)
    with pytest.raises(IllegalState, match="现在共 30 分"):
        order(who, oil, by=clerk, points=29)
    Shop.objects.update(is_open=False)
    with pytest.raises(IllegalState, match="现在不接受兑换"):
        order(who, oil, by=clerk)
    assert (usable(who, now), left(oil)) == (100, 2)
    assert not Order.objects.exists()
    assert not Transaction.objects.filter(kind="spend").exists()
    assert recorded("shop.order_place") == 0


def test_the_same_key_is_the_same_order_and_refused_for_another(order, goods, rich, clerk, now):
    oil, who = goods(), rich()
    first = order(who, oil, by=clerk, key="one-tap-1")
    again = order(who, oil, by=clerk, key="one-tap-1")
    assert (again.pk, first.is_new, again.is_new) == (first.pk, True, False)
    assert usable(who, now) == 70
    with pytest.raises(IllegalState, match="内容不同") as refused:
        order(who, oil, by=clerk, key="one-tap-1", count=2)
    assert refused.value.code == "key_reused"


def test_the_share_of_the_month_counts_what_waits_and_was_collected(order, goods, rich, clerk, now):
    one, who = goods("鸡蛋", 5, per_month=2), rich()
    first = order(who, one, by=clerk)
    order(who, one, by=clerk)
    with pytest.raises(IllegalState, match="每人每月限兑 2 件，本月已经兑完"):
        order(who, one, by=clerk)
    cancel_order(order_id=first.pk, words="不要了", by=clerk, now=now)
    with pytest.raises(IllegalState, match="还可以兑换 1 件"):
        order(who, one, by=clerk, count=2)
    order(who, one, by=clerk)
    order(who, one, by=clerk, at=now + timedelta(days=10))


def test_a_service_has_no_stock(order, goods, rich, clerk, now):
    cut, who = goods("理发", 15, left=0, kind="service", keeps_stock=False), rich()
    made = order(who, cut, by=clerk)
    assert not made.moves.exists()
    cancel_order(order_id=made.pk, words="师傅请假", by=clerk, now=now)
    assert usable(who, now) == 100


def test_the_code_is_handed_over_once_and_a_repeat_says_by_whom(order, goods, rich, as_member, clerk, cast, now):
    who = as_member(rich(), cast.pg)
    made = order(who, goods(), by=cast.pg)
    done = hand_over(code=codes.told(code(made)).lower(), by=clerk, now=now + timedelta(hours=1))
    assert (done.state, done.ended_by_name, done.is_new) == ("collected", clerk.user_name, True)
    again = hand_over(code=code(made), by=cast.cw, now=now + timedelta(hours=2))
    assert (again.is_new, again.ended_by_name, again.ended_at) == (False, clerk.user_name, now + timedelta(hours=1))
    assert recorded("shop.order_hand_over") == 1
    assert InboxItem.objects.filter(user_id=cast.pg.user_id, title="已在一社区积分超市领取").count() == 1


def test_who_may_hand_over(order, goods, rich, as_member, clerk, cast, now):
    made = order(rich(), goods(), by=clerk)
    for actor in (cast.gw, cast.ss, cast.dc):
        with pytest.raises(NotAllowed, match="柜台"):
            hand_over(code=code(made), by=actor, now=now)
    with pytest.raises(InvalidInput, match="其他超市"):
        hand_over(code=code(made), by=cast.cw_2, now=now)
    with pytest.raises(NotFound):
        hand_over(order_id=made.pk, by=cast.cw_2, now=now)
    as_member(made.person, clerk)
    with pytest.raises(NotAllowed, match="不能给本人交付"):
        hand_over(code=code(made), by=clerk, now=now)
    assert hand_over(order_id=made.pk, by=cast.cs, now=now).state == "collected"


def test_wrong_codes_are_counted_and_the_count_is_forgotten_after_a_while(order, goods, rich, clerk, now):
    made = order(rich(), goods(), by=clerk)
    wrong = next(c for c in (codes.code_of(uuid.UUID(int=n)) for n in range(9)) if c != code(made))
    for _ in range(codes.MOST_TRIES):
        with pytest.raises(InvalidInput, match="没有这个领取码"):
            hand_over(code=wrong, by=clerk, now=now)
    with pytest.raises(IllegalState, match="次数过多"):
        hand_over(code=code(made), by=clerk, now=now)
    assert hand_over(code=code(made), by=clerk, now=now + codes.WINDOW).state == "collected"


def test_a_cancelled_order_returns_everything(order, goods, rich, as_member, cast, now):
    oil, who = goods(), as_member(rich(), cast.pg)
    made = order(who, oil, by=cast.pg, count=2)
    done = cancel_order(order_id=made.pk, by=cast.pg, now=now)
    assert (done.state, done.ended_words) == ("cancelled", "本人取消")
    assert (usable(who, now), left(oil)) == (100, 10)
    with pytest.raises(IllegalState, match=r"已取消.*不能再取消"):
        cancel_order(order_id=made.pk, by=cast.pg, now=now)
    assert Transaction.objects.filter(kind="cancel").count() == 1
    assert recorded("shop.order_cancel") == 1


def test_who_may_cancel(order, goods, rich, as_member, clerk, cast, now):
    made = order(rich(), goods(), by=clerk)
    with pytest.raises(NotAllowed, match="本人的订单"):
        cancel_order(order_id=made.pk, by=cast.gw, now=now)
    with pytest.raises(NotFound):
        cancel_order(order_id=made.pk, words="别的社区", by=cast.cs_2, now=now)
    with pytest.raises(InvalidInput, match="取消原因"):
        cancel_order(order_id=made.pk, by=clerk, now=now)
    assert cancel_order(order_id=made.pk, words="商品破损", by=clerk, now=now).ended_words == "商品破损"


def test_what_was_collected_is_not_cancelled_and_what_was_cancelled_not_collected(order, goods, rich, clerk, now):
    who, oil = rich(), goods()
    one, other = order(who, oil, by=clerk), order(who, oil, by=clerk)
    hand_over(order_id=one.pk, by=clerk, now=now)
    with pytest.raises(IllegalState, match=r"已领取.*不能再取消"):
        cancel_order(order_id=one.pk, words="退货", by=clerk, now=now)
    cancel_order(order_id=other.pk, words="不要了", by=clerk, now=now)
    with pytest.raises(IllegalState, match=r"已取消.*不能再交付"):
        hand_over(code=code(other), by=clerk, now=now)


def test_an_order_lapses_after_its_last_day_and_is_told_of_a_day_before(order, goods, rich, as_member, cast, now):
    oil, who = goods(), as_member(rich(), cast.pg)
    made = order(who, oil, by=cast.pg)
    # Placed on Monday 23rd: the last day is the 30th, in Daqing.
    end = now.replace(day=30, hour=16, minute=0)
    assert made.lapse_at == end
    assert warn_due(now=end - timedelta(hours=25)) == 0
    assert warn_due(now=end - timedelta(hours=24)) == 1
    assert warn_due(now=end - timedelta(hours=23)) == 0
    assert InboxItem.objects.get(user_id=cast.pg.user_id).title == "最晚 11月30日 领取：一社区积分超市"
    assert lapse_due(now=end - timedelta(seconds=1)) == 0
    assert lapse_due(now=end) == 1
    assert lapse_due(now=end) == 0
    made.refresh_from_db()
    assert (made.state, made.ended_by_name, usable(who, end), left(oil)) == ("lapsed", "系统", 100, 10)
    assert InboxItem.objects.filter(title__contains="已过领取期限").count() == 1
    assert recorded("shop.order_lapse") == 1


def test_until_the_sweep_came_a_late_member_still_gets_their_goods(order, goods, rich, clerk, now):
    made = order(rich(), goods(), by=clerk)
    assert hand_over(code=code(made), by=clerk, now=made.lapse_at + timedelta(minutes=1)).state == "collected"
    assert lapse_due(now=made.lapse_at + timedelta(hours=1)) == 0


def test_two_records_of_a_person_become_one_with_their_orders(order, goods, rich, clerk, cast, now):
    from points.shop.following import on_merged

    one, other = rich(), rich(50, name="王建国二")
    made = order(other, goods(), by=clerk)
    with transaction.atomic():
        on_merged(keep=one, drop=other, by=cast.cs, now=now)
    assert Order.objects.get(pk=made.pk).person == one


def test_the_database_keeps_the_stock_itself(goods, now):
    oil = goods("食用油", 30, left=3)
    with pytest.raises(IntegrityError, match="written by its moves"):
        Goods.objects.filter(pk=oil.pk).update(left=100)
    with pytest.raises(IntegrityError, match="written by its moves"):
        Goods.objects.filter(pk=oil.pk)._raw_delete("default")
    move = {"goods": oil, "by_user": 1, "by_name": "店员", "on": now.date(), "at": now}
    with pytest.raises(IntegrityError, match="points_stock_never_below_zero"):
        StockMove.objects.create(kind="written_off", amount=-4, **move)
    with pytest.raises(IntegrityError, match="append-only"):
        StockMove.objects.update(amount=1)
    with pytest.raises(IntegrityError, match="points_stock_moves_its_way"):
        StockMove.objects.create(kind="purchase", amount=-1, **move)
    cut = goods("理发", 15, kind="service", keeps_stock=False)
    with pytest.raises(IntegrityError, match="keep no stock"):
        StockMove.objects.create(kind="purchase", amount=1, **(move | {"goods": cut}))
    assert left(oil) == 3
    assert not OrderLine.objects.exists()
