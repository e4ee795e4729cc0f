"""What follows for shops and orders: they go along with their unit, and orders with a person's merged record. Points of
an order of who died or moved come back when it lapses, as those of everybody."""

from __future__ import annotations

from datetime import datetime

from governance.scope import Actor
from members.following import Follower
from members.models import Person
from points.ledger.posting import lock
from points.models import Account, Order, Shop

FOLLOWERS = (
    Follower(
        key="points_shop", label="积分超市", counter="家", url="points:shops", of_unit=True,
        rows=lambda today: Shop.objects.all(),
    ),
    Follower(
        key="points_order", label="待领取的兑换订单", counter="张", url="points:orders", of_unit=True,
        rows=lambda today: Order.objects.waiting(),
    ),
)  # fmt: skip


def on_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """Orders of `drop` are those of `keep`. The accounts are held: an order on its way is seen, or refused."""
    lock(Account.objects.filter(person__in=(keep, drop)).values_list("pk", flat=True))
    Order.objects.filter(person=drop).update(person=keep)
