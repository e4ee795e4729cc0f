"""Orders: placed and paid, handed over for their code, cancelled, or lapsed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.rights import may
from governance.days import today_of
from governance.errors import DomainError, IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import PLATFORM, Actor
from members.accounts import is_oneself, person_or_none
from members.models import Person
from members.words import text_of
from points.ledger import services as ledger
from points.models import CodeTries, Goods, Order, Shop, StockMove, Transaction
from points.shop import codes
from points.shop.querysets import OrderQuerySet
from points.shop.services import _placing
from points.shop.services._common import (
    COUNTER,
    SHOP,
    SITE_AND_UNIT,
    only_one,
    person_in,
    record,
    require,
    tell,
    with_names,
)  # fmt: skip
from points.shop.services._placing import SOURCE, Line, cause_of, lapse_at, move_stock

__all__ = ["Line", "cancel_order", "hand_over", "lapse_at", "lapse_due", "place_order", "warn_due"]

# A member is told this long before an order lapses.
WARNED_BEFORE = timedelta(days=1)
# One sweep leaves the rest to the next.
MOST_A_SWEEP = 500


def place_order(
    *, shop_id: int, lines: Sequence[Line], person_id: int, key: str, by: Actor, now: datetime,
    points: int | None = None, phone: str = "",
) -> Order:  # fmt: skip
    """Order and pay: a member for themselves, or clerk and community for a resident who stands at the counter.

    `phone`: the full number that somebody from elsewhere in the street told at the counter.

    The same `key` (up to 80 characters) is the same order (`is_new` tells). `points` is what the person was shown:
    refused when it costs something else by now. Raises NotFound for a shop or person elsewhere; InvalidInput for what
    is not on sale; IllegalState when the shop takes no orders, or points, stock or the month's share do not suffice.
    """
    wanted = _placing.wanted_of(lines)
    if not 8 <= len(key) <= _placing.LONGEST_KEY:
        raise InvalidInput("缺少请求编号，请刷新页面后重试。", field="key")
    with transaction.atomic(durable=True):
        person, how = _person(person_id, by, phone)
        shop = _shop(shop_id, person, how, by)
        try:
            goods = _offered(shop, wanted, points, now)
        except DomainError:
            # What was accepted when it could be had is not refused when it is asked for again.
            if found := _placing.known_order(key, _placing.content_of(shop.pk, person.pk, wanted)):
                return found
            raise
        order = _placing.new_order(shop, person, goods, wanted, key=key, how=how, by=by, now=now)
        if not _placing.insert_once(order) and (found := _placing.known_order(key, order.content)):
            return found
        _fulfil(order, goods, wanted, by, now)
        return order


def _offered(shop: Shop, wanted: dict[int, int], points: int | None, now: datetime) -> list[Goods]:
    """The goods, while the shop sells them for what the person was shown."""
    if not shop.is_open or shop.site.closed_on is not None:
        raise IllegalState(f"{shop.site.name}现在不接受兑换，请稍后再来，或选择附近的其他超市。", code="closed")
    goods = _placing.goods_of(shop, wanted, today_of(now))
    cost = _placing.cost_of(goods, wanted)
    if points is not None and points != cost:
        raise IllegalState(f"商品所需积分刚刚调整，现在共 {cost} 分，请核对后重新提交。", code="price_changed")
    return goods


def _fulfil(order: Order, goods: list[Goods], wanted: dict[int, int], by: Actor, now: datetime) -> None:
    """Paid, written down, and last taken from the stock, for which others wait."""
    _placing.pay(order, order.points, by, now)
    _placing.check_limits(order.person, goods, wanted, now)
    _placing.write_lines(order, goods, wanted)
    record("shop.order_place", order, by=by, now=now, label=order.shop.site.name, after=_kept(order))
    if order.how == "counter":
        title = f"已为您在{order.shop.site.name}下单"
        tell(order, "placed", title, f"共 {order.points} 分，由{by.user_name}代办。", now)
    _placing.take_goods(order, goods, wanted, by, now)


def hand_over(*, code: str = "", order_id: int | None = None, by: Actor, now: datetime) -> Order:
    """Hand over what was ordered, for its code, or for the order that was found at the counter.

    What was handed over before comes back unchanged, `is_new` False, and says by whom and when. Raises InvalidInput for
    a wrong code (counted), NotAllowed for one's own, IllegalState for what was cancelled, lapsed, or is held by a shop
    without a connection.
    """
    require(by, COUNTER)
    pk = order_by_code(code=code, by=by, now=now) if order_id is None else order_id
    with transaction.atomic(durable=True):
        order = _locked(pk, by)
        _check_other(order, by)
        if order.state == "collected":
            return order
        _check_waiting(order, "交付")
        end(order, "collected", by, now)
        record("shop.order_hand_over", order, by=by, now=now, label=order.shop.site.name, after=_kept(order))
        tell(
            order, "collected", f"已在{order.shop.site.name}领取", f"共 {order.points} 分，交付人{by.user_name}。", now
        )
        order.is_new = True
    return order


def order_by_code(*, code: str, by: Actor, now: datetime) -> int:
    """The key of the order with this code in the actor's shops; a wrong code is counted.

    Raises InvalidInput for a wrong code, IllegalState after too many of them.
    """
    require(by, COUNTER)
    signs = codes.tidy(code)
    with transaction.atomic(durable=True):
        tries = _tries(by, now)
        if tries.tries >= codes.MOST_TRIES:
            raise IllegalState("输错领取码次数过多，请 10 分钟后再试，或按姓名查找订单。", field="code")
        rows = Order.objects.visible_to(by).filter(code_index=codes.index_of(signs))
        found: int | None = rows.order_by("-pk").values_list("pk", flat=True).first()
        if found is None:
            tries.tries += 1
            tries.save(update_fields=["tries", "window"])
    # Told after the transaction: a try that is taken back was never counted.
    if found is None:
        raise InvalidInput("没有这个领取码，可能输错，或是其他超市的订单。", field="code")
    return found


def _tries(by: Actor, now: datetime) -> CodeTries:
    CodeTries.objects.bulk_create([CodeTries(user_id=by.user_id)], ignore_conflicts=True)
    tries = CodeTries.objects.select_for_update().get(pk=by.user_id)
    window = codes.window_of(now)
    if tries.window != window:
        tries.tries, tries.window = 0, window
    return tries


def cancel_order(*, order_id: int, words: str = "", by: Actor, now: datetime) -> Order:
    """Take an order back before it is collected: points and stock return exactly as they were taken.

    By the member, or by clerk and community with a reason. Raises NotFound or NotAllowed for another's order,
    InvalidInput without a reason, IllegalState for what is over.
    """
    with transaction.atomic(durable=True):
        order, is_own = _to_cancel(order_id, by)
        least = 0 if is_own else 2
        reason = text_of(words, label="取消原因", field="words", most=200, least=least) or "本人取消"
        _check_waiting(order, "取消")
        undo(order, "cancelled", reason, by, now)
        record(
            "shop.order_cancel", order, by=by, now=now, label=order.shop.site.name, after=_kept(order), reason=reason
        )
        if not is_own:
            body = f"{order.points} 积分已退回。原因：{reason}"
            tell(order, "cancelled", f"您在{order.shop.site.name}的订单已取消", body, now)
    return order


def lapse_due(*, now: datetime) -> int:
    """Take back what was not collected in time; how many. By any number of workers at once: each takes its own."""
    count = 0
    while count < MOST_A_SWEEP and _lapse_one(now):
        count += 1
    return count


def _lapse_one(now: datetime) -> bool:
    with transaction.atomic(durable=True):
        order = _next(Order.objects.waiting().filter(lapse_at__lte=now, held_by=None))
        if order is None:
            return False
        undo(order, "lapsed", "超过领取期限", PLATFORM, now)
        record("shop.order_lapse", order, by=PLATFORM, now=now, label=order.shop.site.name, after=_kept(order))
        title = f"您在{order.shop.site.name}的订单已过领取期限"
        tell(order, "lapsed", title, f"{order.points} 积分已退回，可重新兑换。", now)
    return True


def warn_due(*, now: datetime) -> int:
    """Tell members of orders that lapse within a day, once; how many."""
    count = 0
    while count < MOST_A_SWEEP and _warn_one(now):
        count += 1
    return count


def _warn_one(now: datetime) -> bool:
    with transaction.atomic(durable=True):
        order = _next(Order.objects.waiting().filter(warned_at=None, lapse_at__lte=now + WARNED_BEFORE))
        if order is None:
            return False
        order.warned_at = now
        order.save(update_fields=["warned_at"])
        last = timezone.localtime(order.lapse_at) - timedelta(minutes=1)
        title = f"最晚 {last:%-m月%-d日} 领取：{order.shop.site.name}"
        tell(order, "soon", title, f"{order.points} 分的订单逾期不领将自动退回积分。", now)
    return True


def _next(rows: OrderQuerySet) -> Order | None:
    """The first of the rows that nobody else holds, locked."""
    free = with_names(rows).select_for_update(of=("self",), skip_locked=True, no_key=True)
    found: Order | None = free.order_by("lapse_at", "pk").first()
    return found


# Shared with the counter that has no connection ---------------------------------------------------------------------


def end(order: Order, state: str, by: Actor, now: datetime, words: str = "") -> None:
    """The order is over; it is locked."""
    order.state, order.ended_at, order.ended_on, order.ended_words = state, now, today_of(now), words
    order.ended_by_user, order.ended_by_name, order.held_by = by.user_id, by.user_name[:32], None
    order.save(
        update_fields=["state", "ended_at", "ended_on", "ended_words", "ended_by_user", "ended_by_name", "held_by"]
    )


def undo(order: Order, state: str, words: str, by: Actor, now: datetime) -> None:
    """Points and pieces go back to where they were taken from; the order is locked."""
    spent = Transaction.objects.get(kind="spend", source_type=SOURCE, source_id=order.pk)
    ledger.cancel(transaction=spent, cause=cause_of(order, f"{order.pk}:undo", by, now, words))
    taken = StockMove.objects.filter(order=order, kind="sale").values_list("goods_id", "amount")
    move_stock("return", {goods: -amount for goods, amount in taken}, by, now, order=order)
    end(order, state, by, now, words)


def _person(person_id: int, by: Actor, phone: str) -> tuple[Person, str]:
    me = person_or_none(by)
    if me is not None and me.pk == person_id:
        return me, "phone"
    if not may(by, COUNTER):
        raise NotAllowed("只能为本人兑换。请社区核对您档案上的手机号，并请安全管理员核对账号上的手机号。")
    return person_in(person_id, by, phone), "counter"


def _shop(shop_id: int, person: Person, how: str, by: Actor) -> Shop:
    """A shop of the member's street; at the counter one of the actor's own."""
    rows = Shop.objects.near(person) if how == "phone" else Shop.objects.visible_to(by)
    rows = rows.select_related("site", "unit").only(*SHOP, *SITE_AND_UNIT)
    found: Shop | None = only_one(rows.filter(pk=shop_id))
    if found is None:
        raise NotFound("没有找到这家积分超市，或它不在您所在的街道。", field="shop")
    return found


def _locked(order_id: int, by: Actor | None) -> Order:
    """An order of the actor's shops (None: any), locked. Raises NotFound."""
    rows = Order.objects.all() if by is None else Order.objects.visible_to(by)
    rows = with_names(rows).select_for_update(of=("self",), no_key=True)
    found: Order | None = only_one(rows.filter(pk=order_id))
    if found is None:
        raise NotFound("没有找到这张订单，或不在您的管辖范围内。")
    return found


def _to_cancel(order_id: int, by: Actor) -> tuple[Order, bool]:
    """The locked order, and whether it is the actor's own."""
    me = person_or_none(by)
    if me is not None and Order.objects.filter(pk=order_id, person=me).exists():
        return _locked(order_id, None), True
    if not may(by, COUNTER):
        raise NotAllowed("只能取消本人的订单。")
    return _locked(order_id, by), False


def _check_other(order: Order, by: Actor) -> None:
    if is_oneself(by, order.person):
        raise NotAllowed("不能给本人交付，请同事办理。")


def _check_waiting(order: Order, what: str) -> None:
    if order.state != "placed":
        ended = f"{timezone.localtime(order.ended_at):%-m月%-d日 %H:%M}" if order.ended_at else ""
        raise IllegalState(
            f"这张订单{order.get_state_display()}（{ended}，{order.ended_by_name}），不能再{what}。", code=order.state
        )
    if order.held_by_id is not None:
        raise IllegalState(f"{order.shop.site.name}正在离线办理，上传后才能{what}这张订单，请稍后再试。", code="held")


def _kept(order: Order) -> dict[str, object]:
    return {"state": order.get_state_display(), "points": order.points}
