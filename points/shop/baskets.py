"""What somebody chose on a page of goods, as the form sends it: `goods-12=2`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from points.models import Goods, Shop
from points.shop.services.orders import Line


@dataclass(frozen=True, slots=True)
class Choice:
    """Goods, and how many were chosen."""

    goods: Goods
    count: int

    @property
    def points(self) -> int:
        """All of them."""
        return self.goods.points * self.count


def choices(shop: Shop, sent: Mapping[str, str], now: datetime) -> list[Choice]:
    """All that the shop offers now, with what was typed for each; what is no number counts as none."""
    rows = Goods.objects.filter(shop=shop).on_sale(timezone.localdate(now)).select_related("photo")
    return [Choice(one, number(sent.get(f"goods-{one.pk}", ""))) for one in rows.order_by("kind", "points", "name")]


def chosen(rows: Iterable[Choice]) -> list[Choice]:
    """Those of which some are wanted."""
    return [row for row in rows if row.count]


def lines(rows: Sequence[Choice]) -> list[Line]:
    """As the service takes them."""
    return [Line(row.goods.pk, row.count) for row in rows]


def number(text: str) -> int:
    """A small whole number as typed; 0 for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
