"""How an order comes to be: once for its key, paid under the holder's lock, with goods taken from the stock last.

The order of locks: the order (by its key), the holder's account, goods by primary key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Sum

from governance.days import start_of, today_of
from governance.errors import IllegalState, InvalidInput
from governance.inserting import insert, insert_unless
from governance.scope import Actor
from members.models import Person
from points.ledger import accounts, services
from points.ledger.posting import Cause
from points.models import Goods, Order, OrderLine, Shop, StockMove
from points.models.shop import COUNTING
from points.shop import codes
from points.shop.services._common import with_names

SOURCE = "shop.order"
MOST_LINES, MOST_PIECES, LONGEST_KEY = 20, 99, 80


@dataclass(frozen=True, slots=True)
class Line:
    """So many pieces of some goods."""

    goods_id: int
    count: int


def wanted_of(lines: Sequence[Line]) -> dict[int, int]:
    """Pieces by goods, in the order of their keys. Raises InvalidInput for nothing, or for too much."""
    found = {line.goods_id: line.count for line in sorted(lines, key=lambda line: line.goods_id) if line.count}
    if not found:
        raise InvalidInput("请先选择要兑换的商品。", field="lines")
    if len(found) != len({line.goods_id for line in lines if line.count}) or len(found) > MOST_LINES:
        raise InvalidInput(f"一单最多 {MOST_LINES} 种商品，每种一行。", field="lines")
    if any(not 0 < count <= MOST_PIECES for count in found.values()):
        raise InvalidInput(f"数量应是 1 至 {MOST_PIECES} 之间的整数。", field="lines")
    return found


def content_of(shop_id: int, person_id: int, wanted: Mapping[int, int]) -> str:
    """What was asked, as SHA-256."""
    asked = json.dumps([shop_id, person_id, sorted(wanted.items())])
    return hashlib.sha256(asked.encode()).hexdigest()


def known_order(key: str, content: str) -> Order | None:
    """The order of this key; raises IllegalState when the key was used for something else."""
    known = Order.objects.filter(key=key)
    was = known.values_list("content", flat=True).first()
    if was is None:
        return None
    if was != content:
        raise IllegalState("这个请求编号已用于另一单，内容不同，已拒绝。请刷新后重新提交。", code="key_reused")
    found: Order = with_names(known).get()
    return found


def goods_of(shop: Shop, wanted: Mapping[int, int], today: date) -> list[Goods]:
    """The goods, not locked. Raises InvalidInput for what is not on sale there."""
    rows = Goods.objects.filter(shop=shop, pk__in=wanted).on_sale(today)
    found = list(rows.only("name", "points", "value", "per_month", "keeps_stock"))
    if len(found) != len(wanted):
        raise InvalidInput("所选商品中有的已下架，请刷新商品列表后重新选择。", field="lines")
    return found


def cost_of(goods: Iterable[Goods], wanted: Mapping[int, int]) -> int:
    """What these pieces cost together, in points."""
    return sum(one.points * wanted[one.pk] for one in goods)


def new_order(
    shop: Shop, person: Person, goods: Iterable[Goods], wanted: Mapping[int, int], *, key: str, how: str, by: Actor,
    now: datetime,
) -> Order:  # fmt: skip
    """The order as it will be written."""
    order = Order(
        shop=shop, person=person, how=how, points=cost_of(goods, wanted), key=key,
        content=content_of(shop.pk, person.pk, wanted), placed_at=now, placed_by_user=by.user_id,
        placed_by_name=by.user_name[:32], lapse_at=lapse_at(shop, now), **shop.unit_and_place,
    )  # fmt: skip
    order.code_index = codes.index_of(codes.code_of(order.code_key))
    return order


def lapse_at(shop: Shop, now: datetime) -> datetime:
    """The midnight that ends the last day on which an order of now can be collected."""
    last = today_of(now) + timedelta(days=shop.lapse_days)
    return start_of(last + timedelta(days=1))


def insert_once(order: Order) -> bool:
    """Write the order, unless one of its key is there: who comes second waits for the first. Whether it is new."""
    key = insert_unless(order, conflict="key")
    if key is None:
        return False
    order.pk, order.is_new, order._state.adding = key, True, False
    return True


def cause_of(order: Order, key: str, by: Actor, now: datetime, words: str = "") -> Cause:
    """Why points move for an order."""
    return Cause(key=f"{SOURCE}:{key}", unit=order.shop.unit, by=by, now=now, source=(SOURCE, order.pk), words=words)


def pay(order: Order, points: int, by: Actor, now: datetime) -> None:
    """So many points of the holder for the shop; the holder's account is locked from here on."""
    holder, account = accounts.of_purchase(order.person, order.shop.site, now)
    words = f"在{order.shop.site.name}兑换"
    services.spend(holder=holder, shop=account, points=points, cause=cause_of(order, f"{order.pk}:pay", by, now, words))


def check_limits(person: Person, goods: Iterable[Goods], wanted: Mapping[int, int], now: datetime) -> None:
    """Raise IllegalState when a person had their share of the month. Under the lock of the holder's account."""
    limited = [one for one in goods if one.per_month is not None]
    if not limited:
        return
    begin = start_of(today_of(now).replace(day=1))
    rows = OrderLine.objects.filter(
        goods__in=limited, order__person=person, order__state__in=COUNTING, order__placed_at__gte=begin
    )
    had = dict(rows.values_list("goods").annotate(Sum("count")))
    for one in limited:
        free = max(0, (one.per_month or 0) - had.get(one.pk, 0))
        if wanted[one.pk] > free:
            said = f"还可以兑换 {free} 件" if free else "已经兑完"
            raise IllegalState(
                f"“{one.name}”每人每月限兑 {one.per_month} 件，本月{said}。", field="lines", code="limit"
            )


def locked_stock(ids: Iterable[int]) -> dict[int, int]:
    """How many pieces are left, by goods, locked by primary key."""
    rows = Goods.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return dict(rows.values_list("pk", "left"))


def write_lines(order: Order, goods: Sequence[Goods], wanted: Mapping[int, int]) -> None:
    """What was ordered, as it was called and what it cost then."""
    insert(
        OrderLine(order=order, goods=one, name=one.name, count=wanted[one.pk], points=one.points, value=one.value)
        for one in goods
    )


def take_goods(order: Order, goods: Sequence[Goods], wanted: Mapping[int, int], by: Actor, now: datetime) -> None:
    """Take the pieces out of the stock. Raises IllegalState when there are not as many.

    The last that an order does: whoever wants the same goods waits from here to the commit.
    """
    names = {one.pk: one.name for one in goods if one.keeps_stock}
    if not names:
        return
    for pk, left in locked_stock(names).items():
        if left < wanted[pk]:
            said = f"只剩 {left} 件" if left else "已兑完"
            raise IllegalState(f"“{names[pk]}”{said}，请调整数量或换一种。", field="lines", code="sold_out")
    move_stock("sale", {pk: -wanted[pk] for pk in names}, by, now, order=order)


def move_stock(
    kind: str, amounts: Mapping[int, int], by: Actor, now: datetime, *, order: Order | None = None, words: str = ""
) -> None:
    """Pieces that come or go, by goods, in the order of their keys; the trigger keeps what is left."""
    insert(
        StockMove(
            goods_id=goods, kind=kind, amount=amount, order=order, words=words, by_user=by.user_id,
            by_name=by.user_name[:32], on=today_of(now), at=now,
        )
        for goods, amount in sorted(amounts.items())
    )  # fmt: skip
