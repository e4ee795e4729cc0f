"""What the nightly check adds up of the shop: stock, orders and what paid for them, hours without a connection, months.

Each is one question to the database, which answers with the unit, what it is about, what it should be, and what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import connection

from points.ledger.verify import MOST_OF_A_CHECK, Fault, register_check

_STOCK = """
SELECT s.unit_id, '商品 ' || g.id, coalesce(m.total, 0)::text, g."left"::text
  FROM points_goods g JOIN points_shop s ON s.id = g.shop_id
    LEFT JOIN (SELECT goods_id, sum(amount) AS total FROM points_stockmove GROUP BY 1) m ON m.goods_id = g.id
  WHERE coalesce(m.total, 0) <> g."left"
"""
# What was paid: a spending and a cover of the order's own, less what undid the spending.
_PAID = """
SELECT o.unit_id, '订单 ' || o.id, o.points || '（垫付 ' || o.covered || '）',
    coalesce(p.spent, 0) + coalesce(p.covered, 0) || '（垫付 ' || coalesce(p.covered, 0) || '）'
  FROM points_order o LEFT JOIN (
    SELECT source_id, sum(points) FILTER (WHERE kind = 'spend') AS spent,
        sum(points) FILTER (WHERE kind = 'cover') AS covered
      FROM points_transaction WHERE source_type = 'shop.order' GROUP BY 1
  ) p ON p.source_id = o.id
  WHERE o.points <> coalesce(p.spent, 0) + coalesce(p.covered, 0) OR o.covered <> coalesce(p.covered, 0)
"""
_LINES = """
SELECT o.unit_id, '订单 ' || o.id || ' 的明细', o.points::text, coalesce(l.total, 0)::text
  FROM points_order o LEFT JOIN (
    SELECT order_id, sum(points * count) AS total FROM points_orderline GROUP BY 1
  ) l ON l.order_id = o.id
  WHERE o.points IS DISTINCT FROM l.total
"""
# Of what ended without being collected points and pieces went back, and of nothing else.
_UNDONE = """
SELECT o.unit_id, '订单 ' || o.id || ' 的退回',
    CASE WHEN o.state IN ('cancelled', 'lapsed') THEN '已退回' ELSE '未退回' END,
    CASE WHEN u.id IS NULL THEN '未退回' ELSE '已退回' END
  FROM points_order o LEFT JOIN points_transaction u
    ON u.source_type = 'shop.order' AND u.source_id = o.id AND u.kind = 'cancel'
  WHERE (o.state IN ('cancelled', 'lapsed')) <> (u.id IS NOT NULL)
"""
_PIECES = """
SELECT o.unit_id, '订单 ' || o.id || ' 的出库',
    (CASE WHEN o.state IN ('placed', 'collected') THEN l.pieces ELSE 0 END)::text,
    coalesce(-m.moved, 0)::text
  FROM points_order o
    JOIN (
      SELECT x.order_id, sum(x.count) AS pieces FROM points_orderline x
        JOIN points_goods g ON g.id = x.goods_id AND g.keeps_stock GROUP BY 1
    ) l ON l.order_id = o.id
    LEFT JOIN (SELECT order_id, sum(amount) AS moved FROM points_stockmove GROUP BY 1) m ON m.order_id = o.id
  WHERE (CASE WHEN o.state IN ('placed', 'collected') THEN l.pieces ELSE 0 END) <> coalesce(-m.moved, 0)
"""
# The reserve of a shop is what the open session set aside, less what it has covered.
_RESERVES = """
SELECT coalesce(s.community_id, s.street_id), '离线备付账户 ' || a.id, coalesce(o.points, 0)::text, a.balance::text
  FROM points_account a JOIN points_shop s ON s.site_id = a.site_id
    LEFT JOIN (
      SELECT shop_id, sum("limit" - covered) AS points FROM points_offlinesession WHERE state = 'open' GROUP BY 1
    ) o ON o.shop_id = s.id
  WHERE a.kind = 'reserve' AND a.balance <> coalesce(o.points, 0)
"""
_MONTHS = """
SELECT t.unit_id, '结算 ' || t.id, t.points || ' 分、' || t.orders || ' 单',
    coalesce(o.points, 0) || ' 分、' || coalesce(o.orders, 0) || ' 单'
  FROM points_settlement t LEFT JOIN (
    SELECT shop_id, date_trunc('month', ended_on)::date AS month, sum(points) AS points, count(*) AS orders
      FROM points_order WHERE state = 'collected' GROUP BY 1, 2
  ) o ON o.shop_id = t.shop_id AND o.month = t.month
  WHERE t.points <> coalesce(o.points, 0) OR t.orders <> coalesce(o.orders, 0)
"""
_CHECKS = (
    ("shop_stock", "商品库存与出入库相符", _STOCK),
    ("shop_paid", "兑换订单与积分交易相符", _PAID),
    ("shop_lines", "兑换订单与明细相符", _LINES),
    ("shop_undone", "取消和逾期的订单已退回积分", _UNDONE),
    ("shop_pieces", "兑换订单与出库相符", _PIECES),
    ("shop_reserves", "离线备付与进行中的离线办理相符", _RESERVES),
    ("shop_months", "已结算月份与订单相符", _MONTHS),
)


def register() -> None:
    """Called once, at start-up."""
    for key, label, question in _CHECKS:
        register_check(key, label, _asking(label, question))


def _asking(label: str, question: str) -> Callable[[], Iterable[Fault]]:
    def check() -> Iterable[Fault]:
        with connection.cursor() as cursor:
            cursor.execute(f"{question} ORDER BY 1, 2 LIMIT {MOST_OF_A_CHECK}")
            rows = cursor.fetchall()
        return [Fault(unit, label, about, expected, found) for unit, about, expected, found in rows]

    return check
