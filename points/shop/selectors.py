"""Reading the shop: what a month was, and what a device gets before it works without a connection."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from governance import privacy
from members.identity import phone_context
from members.models import Person
from points.models import Goods, Lot, OfflineSession, Order, OrderLine, Shop, StockMove
from points.shop import codes

MOST_PEOPLE = 3_000


# A month ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GoodsMonth:
    """Some goods in a month: what was handed over, in pieces, points and yuan, and how the stock moved."""

    goods_id: int
    name: str
    keeps_stock: bool
    count: int
    points: int
    value: Decimal
    opening: int
    purchased: int
    sold: int
    returned: int
    counted: int
    written_off: int

    @property
    def closing(self) -> int:
        """The stock at the end of the month: the moves are signed."""
        return self.opening + self.purchased + self.sold + self.returned + self.counted + self.written_off


@dataclass(frozen=True, slots=True)
class Month:
    """A shop's month: what was handed over in it counts, whenever it was ordered."""

    month: date
    orders: int
    placed: int
    cancelled: int
    lapsed: int
    points: int
    covered: int
    value: Decimal
    lines: list[GoodsMonth]


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_of(shop: Shop, month: date) -> Month:
    """The month of `month`'s first day, by what the records say today; four queries."""
    end = next_month(month)
    ended = Order.objects.filter(shop=shop, ended_on__gte=month, ended_on__lt=end)
    counts = ended.aggregate(
        orders=Count("pk", filter=Q(state="collected")), cancelled=Count("pk", filter=Q(state="cancelled")),
        lapsed=Count("pk", filter=Q(state="lapsed")), points=Sum("points", filter=Q(state="collected")),
        covered=Sum("covered", filter=Q(state="collected")),
    )  # fmt: skip
    lines = _lines(shop, ended, month, end)
    return Month(
        month=month, orders=counts["orders"], placed=_placed_in(shop, month, end), cancelled=counts["cancelled"],
        lapsed=counts["lapsed"], points=counts["points"] or 0, covered=counts["covered"] or 0,
        value=sum((line.value for line in lines), Decimal(0)), lines=lines,
    )  # fmt: skip


def _placed_in(shop: Shop, month: date, end: date) -> int:
    since, until = (timezone.make_aware(datetime.combine(day, time())) for day in (month, end))
    return Order.objects.filter(shop=shop, placed_at__gte=since, placed_at__lt=until).count()


def _lines(shop: Shop, ended: QuerySet[Order], month: date, end: date) -> list[GoodsMonth]:
    rows = OrderLine.objects.filter(order__in=ended.filter(state="collected")).values("goods")
    sums: dict[int, dict[str, Any]] = {
        row["goods"]: dict(row)
        for row in rows.annotate(
            pieces=Sum("count"), cost=Sum(F("points") * F("count")), worth=Sum(F("value") * F("count"))
        )
    }
    moves = StockMove.objects.filter(goods__shop=shop, on__lt=end).values("goods")
    this = Q(on__gte=month)
    stock: dict[int, dict[str, Any]] = {
        row["goods"]: dict(row)
        for row in moves.annotate(
            opening=Sum("amount", filter=~this, default=0),
            **{kind: Sum("amount", filter=this & Q(kind=kind), default=0)
               for kind in ("purchase", "sale", "return", "counted", "written_off")},
        )
    }  # fmt: skip
    goods = Goods.objects.filter(shop=shop, pk__in={*sums, *stock}).order_by("kind", "name")
    return [_goods_month(one, sums.get(one.pk, {}), stock.get(one.pk, {})) for one in goods]


def _goods_month(goods: Goods, sums: dict[str, Any], stock: dict[str, Any]) -> GoodsMonth:
    return GoodsMonth(
        goods_id=goods.pk, name=goods.name, keeps_stock=goods.keeps_stock, count=sums.get("pieces", 0),
        points=sums.get("cost", 0), value=sums.get("worth", Decimal(0)), opening=stock.get("opening", 0),
        purchased=stock.get("purchase", 0), sold=stock.get("sale", 0), returned=stock.get("return", 0),
        counted=stock.get("counted", 0), written_off=stock.get("written_off", 0),
    )  # fmt: skip


# For a device without a connection ----------------------------------------------------------------------------------


def snapshot(session: OfflineSession, now: datetime) -> dict[str, Any]:
    """What the device works with: held orders by the hash of their code, goods, members with points by the hash of
    their phone number. Names are masked; codes and numbers stand there as salted hashes alone.
    """
    shop = session.shop
    return {
        "session": session.pk, "shop": shop.site.name, "salt": session.salt, "limit": session.limit,
        "until": session.until.isoformat(), "upload_until": session.upload_until.isoformat(),
        "orders": [_held(order, session.salt) for order in _held_orders(session)],
        "goods": [
            {"id": one.pk, "name": one.name, "points": one.points, "left": one.left if one.keeps_stock else None}
            for one in Goods.objects.filter(shop=shop).on_sale(timezone.localdate(now)).order_by("name")
        ],
        "people": _people(session, now),
    }  # fmt: skip


def salted(salt: str, text: str) -> str:
    """The hash under which a device finds a code or a number."""
    return hashlib.sha256(f"{salt}:{text}".encode()).hexdigest()


def masked(name: str) -> str:
    """A name as it is shown where others may look on: 王*国, 李*."""
    return name[0] + "*" * max(1, len(name) - 2) + (name[-1] if len(name) > 2 else "")


def _held_orders(session: OfflineSession) -> QuerySet[Order]:
    rows = Order.objects.filter(held_by=session).select_related("person").prefetch_related("lines")
    return rows.order_by("pk")


def _held(order: Order, salt: str) -> dict[str, Any]:
    return {
        "id": order.pk, "hash": salted(salt, codes.code_of(order.code_key)),
        "who": masked(order.person.name), "points": order.points,
        "lines": [str(line) for line in order.lines.all()],
    }  # fmt: skip


def _people(session: OfflineSession, now: datetime) -> list[dict[str, Any]]:
    lots = Lot.objects.filter(
        left__gt=0, expires_on__gte=timezone.localdate(now), account__person__community=session.shop.community_id
    )
    points = dict(lots.values_list("account__person").annotate(Sum("left")).order_by("account__person")[:MOST_PEOPLE])
    people = Person.objects.here().filter(pk__in=points).exclude(phone_sealed="").defer("search")
    return [
        {
            "id": one.pk, "who": masked(one.name), "points": points[one.pk],
            "hash": salted(session.salt, privacy.open_sealed(one.phone_sealed, context=phone_context(one))),
        }
        for one in people
    ]  # fmt: skip


# For lists ----------------------------------------------------------------------------------------------------------


def previous_month(day: date) -> date:
    """The first day of the month before."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def low_goods() -> QuerySet[Goods]:
    """Goods on sale of which more should be bought."""
    rows: QuerySet[Goods] = Goods.objects.filter(until_on=None, keeps_stock=True, left__lte=F("low_at"))
    return rows


def handed_over() -> QuerySet[Order]:
    """Orders that were handed over."""
    rows: QuerySet[Order] = Order.objects.filter(state="collected")
    return rows


def of_each_shop(rows: QuerySet[Any], what: Aggregate) -> Subquery:
    """A figure of the rows of each shop, beside the shop in one query."""
    grouped = rows.filter(shop=OuterRef("pk")).order_by().values("shop").annotate(figure=what)
    return Subquery(grouped.values("figure")[:1])


def waiting_by_goods(shop: Shop) -> dict[int, int]:
    """Pieces that are paid and wait to be collected, by goods."""
    rows = OrderLine.objects.filter(order__shop=shop, order__state="placed")
    return dict(rows.values_list("goods").annotate(Sum("count")))
