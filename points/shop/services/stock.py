"""The stock: what was bought, what broke, and what a count found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from members.words import text_of
from points.models import Goods, Shop, StockSheet
from points.shop.selectors import waiting_by_goods
from points.shop.services._common import STOCK, locked_goods, locked_shop, record, require
from points.shop.services._placing import move_stock

MOST_PIECES = 100_000
_LONGEST_KEY = 80


@dataclass(frozen=True, slots=True)
class Count:
    """How many pieces somebody found on the shelf. `expected` is what the page said stood there, None: not asked."""

    goods_id: int
    found: int
    expected: int | None = None
    words: str = ""


def purchase(
    *, shop_id: int, amounts: Mapping[int, int], key: str, words: str = "", by: Actor, now: datetime
) -> StockSheet:
    """Goods came in: pieces by goods. The same `key` (the form's) is the same purchase, booked once (`is_new` tells).

    Raises InvalidInput for none, and for what keeps no stock; IllegalState for a key that was used for something else.
    """
    require(by, STOCK)
    words = text_of(words, label="说明", field="words", most=200)
    some = {goods: amount for goods, amount in amounts.items() if amount}
    if not some:
        raise InvalidInput("请至少填写一种商品的进货数量。", field="amounts")
    if any(not 0 < amount <= MOST_PIECES for amount in some.values()):
        raise InvalidInput(f"进货数量应是 1 至 {MOST_PIECES:,} 之间的整数。", field="amounts")
    with transaction.atomic(durable=True):
        shop = locked_shop(shop_id, by)
        sheet = _sheet(shop, "purchase", key, [sorted(some.items()), words], by, now)
        if sheet.is_new:
            goods = _keeping(some, shop)
            move_stock("purchase", some, by, now, words=words)
            _moved(sheet, some)
            record("shop.purchase", shop, by=by, now=now, after={"goods": _told(goods, some)}, reason=words)
    return sheet


def write_off(
    *, shop_id: int, goods_id: int, amount: int, words: str, key: str, by: Actor, now: datetime
) -> StockSheet:
    """Pieces that broke or went bad, once for the form's `key`. Raises IllegalState when fewer are left, or the key was
    used for something else; InvalidInput without a reason."""
    require(by, STOCK)
    words = text_of(words, label="报损原因", field="words", most=200, least=2)
    if not 0 < amount <= MOST_PIECES:
        raise InvalidInput("报损数量应是 1 以上的整数。", field="amount")
    with transaction.atomic(durable=True):
        shop = locked_shop(shop_id, by)
        sheet = _sheet(shop, "written_off", key, [goods_id, amount, words], by, now)
        if sheet.is_new:
            (goods,) = _keeping({goods_id: amount}, shop)
            if goods.left < amount:
                raise IllegalState(f"“{goods.name}”可报损的只有 {goods.left} 件，待领取的不算在内。", field="amount")
            move_stock("written_off", {goods_id: -amount}, by, now, words=words)
            _moved(sheet, {goods_id: -amount})
            told = {"goods": f"{goods.name} −{amount}"}
            record("shop.written_off", shop, by=by, now=now, after=told, reason=words)
    return sheet


def count_stock(
    *, shop_id: int, counts: Sequence[Count], key: str, by: Actor, now: datetime
) -> dict[int, int]:  # fmt: skip
    """A stock-taking 盘点: the differences by goods, where there are any. What waits to be collected stands there.

    Sent again with the form's `key`, it says what it found and moves nothing.

    Raises InvalidInput where a difference has no reason; IllegalState where fewer were found than wait, something was
    sold or came in after the page was opened, or the key was used for something else.
    """
    require(by, STOCK)
    if not counts or len({one.goods_id for one in counts}) != len(counts):
        raise InvalidInput("请至少填写一种商品的清点数量。", field="counts")
    if any(not 0 <= one.found <= MOST_PIECES for one in counts):
        raise InvalidInput(f"清点数量应是 0 至 {MOST_PIECES:,} 之间的整数。", field="counts")
    typed = sorted((one.goods_id, one.found, one.words) for one in counts)
    with transaction.atomic(durable=True):
        shop = locked_shop(shop_id, by)
        sheet = _sheet(shop, "counted", key, [typed], by, now)
        if sheet.is_new:
            _moved(sheet, _put_right(shop, counts, by, now))
    return {int(goods): pieces for goods, pieces in sheet.outcome.items()}


def _put_right(shop: Shop, counts: Sequence[Count], by: Actor, now: datetime) -> dict[int, int]:
    goods = {one.pk: one for one in _keeping({one.goods_id: 1 for one in counts}, shop)}
    waits = waiting_by_goods(shop)
    differences = {one.goods_id: _difference(one, goods[one.goods_id], waits.get(one.goods_id, 0)) for one in counts}
    for one in counts:
        if difference := differences[one.goods_id]:
            words = text_of(one.words, label="差异原因", field="counts", most=200)
            move_stock("counted", {one.goods_id: difference}, by, now, words=words)
    found = {pk: amount for pk, amount in differences.items() if amount}
    record("shop.counted", shop, by=by, now=now, after={"goods": _told(goods.values(), found) or "无差异"})
    return found


def _sheet(shop: Shop, kind: str, key: str, typed: list[Any], by: Actor, now: datetime) -> StockSheet:
    """The form of this key: new, or as it was written down before; the shop is locked.

    Raises IllegalState for a key that was used for something else.
    """
    if not 8 <= len(key) <= _LONGEST_KEY or not key.isprintable():
        raise InvalidInput("缺少请求编号，请刷新页面后重试。", field="key")
    content = hashlib.sha256(json.dumps([shop.pk, kind, typed]).encode()).hexdigest()
    sheet = StockSheet(
        shop=shop, kind=kind, key=key, content=content, by_user=by.user_id, by_name=by.user_name[:32], at=now
    )
    known: StockSheet | None = StockSheet.objects.filter(key=key).first()
    if known is None:
        try:
            with transaction.atomic():
                sheet.save(force_insert=True)
        except IntegrityError:
            known = StockSheet.objects.get(key=key)
    if known is None:
        sheet.is_new = True
        return sheet
    if known.content != content:
        raise IllegalState("这个请求编号已用于另一次登记，内容不同，已拒绝。请刷新后重新填写。", code="key_reused")
    return known


def _moved(sheet: StockSheet, outcome: Mapping[int, int]) -> None:
    sheet.outcome = {str(goods): pieces for goods, pieces in outcome.items()}
    sheet.save(update_fields=["outcome"])


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
