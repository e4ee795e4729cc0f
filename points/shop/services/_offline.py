"""What one thing that a device did becomes: an order handed over, or a sale that is paid, covered, or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Sum
from django.utils import timezone

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.scope import Actor
from members.accounts import is_oneself
from members.models import Person
from points.ledger import accounts
from points.ledger import services as ledger
from points.ledger.posting import lock, lots_in_use
from points.models import Goods, OfflineSession, OfflineUpload, Order
from points.shop.services import _placing
from points.shop.services._common import locked_goods, record, tell
from points.shop.services._placing import Line, cause_of, move_stock
from points.shop.services.orders import end


def carry_out(
    row: OfflineUpload, session: OfflineSession, order_id: int, person_id: int, lines: Sequence[tuple[int, int]],
    by: Actor, now: datetime,
) -> None:  # fmt: skip
    """Fill the row's order, outcome, covered points and words; the session is locked. A DomainError: it cannot be."""
    if order_id:
        _collect(row, session, order_id, by, now)
    else:
        _sell(row, session, person_id, _placing.wanted_of([Line(goods, count) for goods, count in lines]), by, now)


def _collect(row: OfflineUpload, session: OfflineSession, order_id: int, by: Actor, now: datetime) -> None:
    rows = Order.objects.select_related("shop__site", "person").filter(shop=session.shop_id)
    order = rows.select_for_update(of=("self",), no_key=True).filter(pk=order_id).first()
    if order is None:
        raise InvalidInput("名单里没有这张订单。")
    if order.state != "placed" or order.held_by_id not in (None, session.pk):
        raise IllegalState(
            f"订单已是“{order.get_state_display()}”（{order.ended_by_name}），离线又交付了一次，请找回商品或联系居民补缴。"
        )
    if is_oneself(by, order.person):
        raise NotAllowed("不能给本人交付。")
    end(order, "collected", by, now, f"离线交付 {timezone.localtime(row.done_at):%m-%d %H:%M}")
    record("shop.order_hand_over", order, by=by, now=now, label=order.shop.site.name, after={"state": "已领取"})
    tell(order, "collected", f"已在{order.shop.site.name}领取", f"共 {order.points} 分，交付人{by.user_name}。", now)
    row.order, row.outcome = order, "done"


def _sell(
    row: OfflineUpload, session: OfflineSession, person_id: int, wanted: Mapping[int, int], by: Actor, now: datetime
) -> None:  # fmt: skip
    shop = session.shop
    person = Person.objects.here().filter(pk=person_id, street_id=shop.street_id).defer("search").first()
    goods = list(Goods.objects.filter(shop=shop, pk__in=wanted).order_by("pk"))
    if person is None or len(goods) != len(wanted):
        raise InvalidInput("没有找到这位居民或商品，请核对后在柜台重新办理。")
    if is_oneself(by, person):
        raise NotAllowed("不能给本人办理，请同事办理。")
    order = _placing.new_order(shop, person, goods, wanted, key=f"offline:{row.key}", how="offline", by=by, now=now)
    _check_sold(session, order.points)
    if not _placing.insert_once(order):
        raise IllegalState("这条离线记录已经记账。")
    order.covered = _pay(order, session, by, now)
    _take(order, goods, wanted, by, now)
    end(order, "collected", by, now, f"离线办理 {timezone.localtime(row.done_at):%m-%d %H:%M}")
    order.save(update_fields=["covered"])
    record("shop.order_place", order, by=by, now=now, label=shop.site.name, after={"points": order.points})
    tell(order, "offline", f"已在{shop.site.name}兑换", f"共 {order.points} 分，经办人{by.user_name}。", now)
    row.order, row.covered = order, order.covered
    row.outcome = "covered" if order.covered else "done"
    row.words = f"积分不足，备付垫付 {order.covered} 分。" if order.covered else ""


def _check_sold(session: OfflineSession, points: int) -> None:
    """What is sold without a connection may all have to be covered: no more than was set aside."""
    sales = Order.objects.filter(uploads__session=session, how="offline")
    sold = sales.aggregate(points=Sum("points"))["points"] or 0
    if session.state == "open" and sold + points > session.limit:
        raise IllegalState(f"超出离线限额：限额 {session.limit} 分，已售 {sold} 分，这笔 {points} 分。")


def _pay(order: Order, session: OfflineSession, by: Actor, now: datetime) -> int:
    """The holder pays what they can, the reserve the rest; how much the rest is."""
    site = order.shop.site
    holder, shop, reserve = (
        accounts.of_person(order.person, now), accounts.of_shop(site, now), accounts.of_reserve(site, now),
    )  # fmt: skip
    lock([holder.pk, shop.pk, reserve.pk])
    paid = min(order.points, sum(lot.left for lot in lots_in_use(holder.pk, today_of(now))))
    short = order.points - paid
    if short and (session.state != "open" or short > session.limit - session.covered):
        raise IllegalState(f"居民可用积分只有 {paid} 分，这笔需要 {order.points} 分，备付已退回，请联系居民补办。")
    if paid:
        _placing.pay(order, paid, by, now)
    if short:
        words = f"{site.name}离线垫付"
        ledger.cover(
            reserve=reserve, shop=shop, points=short, cause=cause_of(order, f"{order.pk}:cover", by, now, words)
        )
    return short


def _take(order: Order, goods: Sequence[Goods], wanted: Mapping[int, int], by: Actor, now: datetime) -> None:
    """What was handed over was there, whatever the books say: they are set right by a counted difference first."""
    kept = [one.pk for one in goods if one.keeps_stock]
    for one in locked_goods(kept, order.shop_id) if kept else ():
        if (lacking := wanted[one.pk] - one.left) > 0:
            move_stock("counted", {one.pk: lacking}, by, now, words="离线交付时在架，账面不足")
    _placing.write_lines(order, goods, wanted)
    _placing.take_goods(order, goods, wanted, by, now)
