"""What follows for orders when two records of a person become one. Points of an order of who died or moved come back
when it lapses, as those of everybody."""

from __future__ import annotations

from datetime import datetime

from governance.scope import Actor
from members.models import Person
from points.ledger.posting import lock
from points.models import Account, Order


def on_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """Orders of `drop` are those of `keep`. The accounts are held: an order on its way is seen, or refused."""
    lock(Account.objects.filter(person__in=(keep, drop)).values_list("pk", flat=True))
    Order.objects.filter(person=drop).update(person=keep)
