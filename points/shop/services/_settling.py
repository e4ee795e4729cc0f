"""The rows of a settlement, as the records say: in the transaction of who settles, with the shop locked."""

from __future__ import annotations

from datetime import date, datetime

from points.models import Settlement, SettlementLine, Shop
from points.shop import selectors


def write(shop: Shop, month: date, *, words: str, user_id: int, user_name: str, now: datetime) -> Settlement:
    """Write the month down. IntegrityError: it is settled already."""
    made = selectors.month_of(shop, month)
    row = Settlement(
        shop=shop, month=month, orders=made.orders, placed=made.placed, cancelled=made.cancelled, lapsed=made.lapsed,
        points=made.points, covered=made.covered, value=made.value, words=words, settled_by_user=user_id,
        settled_by_name=user_name[:32], settled_at=now, **shop.unit_and_place,
    )  # fmt: skip
    row.save(force_insert=True)
    SettlementLine.objects.bulk_create(_line(row, line) for line in made.lines)
    return row


def _line(row: Settlement, line: selectors.GoodsMonth) -> SettlementLine:
    return SettlementLine(
        settlement=row, goods_id=line.goods_id, name=line.name, count=line.count, points=line.points,
        value=line.value, keeps_stock=line.keeps_stock, opening=line.opening, purchased=line.purchased,
        sold=line.sold, returned=line.returned, counted=line.counted, written_off=line.written_off,
        closing=line.closing,
    )  # fmt: skip
