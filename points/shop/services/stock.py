"""The stock: what was bought, what broke, and what a count found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from members.words import text_of
from points.models import Goods, Shop
from points.shop.selectors import waiting_by_goods
from points.shop.services._common import STOCK, locked_goods, locked_shop, record, require
from points.shop.services._placing import move_stock

MOST_PIECES = 100_000


@dataclass(frozen=True, slots=True)
class Count:
    """How many pieces somebody found on the shelf. `expected` is what the page said stood there, None: not asked."""

    goods_id: int
    found: int
    expected: int | None = None
    words: str = ""


def purchase(*, shop_id: int, amounts: Mapping[int, int], words: str = "", by: Actor, now: datetime) -> Shop:
    """Goods came in: pieces by goods. Raises InvalidInput for none, and for what keeps no stock."""
    require(by, STOCK)
    words = text_of(words, label="说明", field="words", most=200)
    some = {goods: amount for goods, amount in amounts.items() if amount}
    if not some:
        raise InvalidInput("请至少填写一种商品的进货数量。", field="amounts")
    if any(not 0 < amount <= MOST_PIECES for amount in some.values()):
        raise InvalidInput(f"进货数量应是 1 至 {MOST_PIECES:,} 之间的整数。", field="amounts")
    with transaction.atomic(durable=True):
        shop = locked_shop(shop_id, by)
        goods = _keeping(some, shop)
        move_stock("purchase", some, by, now, words=words)
        record("shop.purchase", shop, by=by, now=now, after={"goods": _told(goods, some)}, reason=words)
    return shop


def write_off(*, shop_id: int, goods_id: int, amount: int, words: str, by: Actor, now: datetime) -> Goods:
    """Pieces that broke or went bad. Raises IllegalState when fewer are left, InvalidInput without a reason."""
    require(by, STOCK)
    words = text_of(words, label="报损原因", field="words", most=200, least=2)
    if not 0 < amount <= MOST_PIECES:
        raise InvalidInput("报损数量应是 1 以上的整数。", field="amount")
    with transaction.atomic(durable=True):
        shop = locked_shop(shop_id, by)
        (goods,) = _keeping({goods_id: amount}, shop)
        if goods.left < amount:
            raise IllegalState(f"“{goods.name}”可报损的只有 {goods.left} 件，待领取的不算在内。", field="amount")
        move_stock("written_off", {goods_id: -amount}, by, now, words=words)
        record("shop.written_off", shop, by=by, now=now, after={"goods": f"{goods.name} −{amount}"}, reason=words)
    return goods


def count_stock(*, shop_id: int, counts: Sequence[Count], by: Actor, now: datetime) -> dict[int, int]:
    """A stock-taking 盘点: the differences by goods, where there are any. What waits to be collected stands there too.

    Raises InvalidInput where a difference has no reason; IllegalState where fewer were found than wait, or something
    was sold or came in after the page was opened.
    """
    require(by, STOCK)
    if not counts or len({one.goods_id for one in counts}) != len(counts):
        raise InvalidInput("请至少填写一种商品的清点数量。", field="counts")
    if any(not 0 <= one.found <= MOST_PIECES for one in counts):
        raise InvalidInput(f"清点数量应是 0 至 {MOST_PIECES:,} 之间的整数。", field="counts")
    with transaction.atomic(durable=True):
        shop = locked_shop(shop_id, by)
        goods = {one.pk: one for one in _keeping({one.goods_id: 1 for one in counts}, shop)}
        waits = waiting_by_goods(shop)
        differences = {
            one.goods_id: _difference(one, goods[one.goods_id], waits.get(one.goods_id, 0)) for one in counts
        }
        for one in counts:
            if difference := differences[one.goods_id]:
                words = text_of(one.words, label="差异原因", field="counts", most=200)
                move_stock("counted", {one.goods_id: difference}, by, now, words=words)
        found = {pk: amount for pk, amount in differences.items() if amount}
        told = _told(goods.values(), found) or "无差异"
        record("shop.counted", shop, by=by, now=now, after={"goods": told})
    return found


def _difference(one: Count, goods: Goods, waits: int) -> int:
    there = goods.left + waits
    if one.expected is not None and one.expected != there:
        raise IllegalState(
            f"清点期间“{goods.name}”有出入库，账面现为 {there} 件（原 {one.expected} 件），请核对后重新提交。",
            field="counts", code="moved",
        )  # fmt: skip
    difference = one.found - there
    if goods.left + difference < 0:
        raise IllegalState(
            f"“{goods.name}”有 {waits} 件待领取，清点只有 {one.found} 件；请先取消缺货的订单。", field="counts"
        )
    if difference and len(one.words.strip()) < 2:
        raise InvalidInput(f"“{goods.name}”账面 {there} 件，清点 {one.found} 件，请填写差异原因。", field="counts")
    return difference


def _keeping(amounts: Mapping[int, int], shop: Shop) -> list[Goods]:
    goods = locked_goods(amounts, shop.pk)
    if without := next((one for one in goods if not one.keeps_stock), None):
        raise InvalidInput(f"“{without.name}”不管理库存。", field="amounts")
    return goods


def _told(goods: object, amounts: Mapping[int, int]) -> str:
    rows = [one for one in goods if one.pk in amounts]  # type: ignore[attr-defined]
    return "、".join(f"{one.name} {amounts[one.pk]:+d}" for one in rows)
