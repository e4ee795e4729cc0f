"""What follows for shops and orders: they go along with their unit, and orders with a person's merged record. Points of
an order of who died or moved come back when it lapses, as those of everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from governance.scope import Actor, UnitKind
from grids.registry import OpenWork
from members.following import Follower
from members.models import Person
from points.ledger.posting import lock
from points.models import Account, Order, Shop

FOLLOWERS = (
    Follower(
        key="points_shop", label="积分超市", counter="家", of_unit=True, is_counted=False,
        rows=lambda today: Shop.objects.all(),
    ),
    Follower(
        key="points_order", label="待领取的兑换订单", counter="张", url="points:orders", of_unit=True,
        rows=lambda today: Order.objects.waiting(),
    ),
)  # fmt: skip


def open_work(unit_ids: Sequence[int]) -> list[OpenWork]:
    """The shops of the units: a community pays for one and settles with it, so a street cannot take it over."""
    ids = list(unit_ids)
    here = Q(unit_id__in=ids) | Q(grid_id__in=ids) | Q(community_id__in=ids)
    takers = frozenset({UnitKind.COMMUNITY, UnitKind.GRID})
    count = Shop.objects.filter(here).count()
    return [OpenWork("积分超市", count, reverse("points:shops"), counter="家", takers=takers)]


def on_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """Orders of `drop` are those of `keep`. The accounts are held: an order on its way is seen, or refused."""
    lock(Account.objects.filter(person__in=(keep, drop)).values_list("pk", flat=True))
    Order.objects.filter(person=drop).update(person=keep)
