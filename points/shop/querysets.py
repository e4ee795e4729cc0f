"""Which shops, goods and orders a request may read."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db.models import Q

from governance.scope import Role
from governance.scoped import ScopedQuerySet

# rights.md, "shop": the clerk and the community work there, the street sees. Orders name people, so the district has
# figures alone.
STAFF = frozenset({
    Role.STREET_LEADER, Role.STREET_STAFF, Role.COMMUNITY_SECRETARY, Role.COMMUNITY_WORKER, Role.SHOP_CLERK,
})  # fmt: skip


class ShopQuerySet(ScopedQuerySet):
    """Shops, and what else stands at a shop's place and names nobody."""

    roles = STAFF | {Role.DISTRICT_LEADER, Role.DISTRICT_CENTRE}

    def near(self, person: Any) -> Self:
        """Where a resident may exchange: the shops of their street, in sites that are in use."""
        return self.filter(street_id=person.street_id, site__closed_on=None)


class OfShopQuerySet(ScopedQuerySet):
    """Goods, and hours without a connection."""

    roles = STAFF
    path = "shop__"

    def on_sale(self, on: date) -> Self:
        """What may be ordered on a day."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=on), from_on__lte=on)


class OrderQuerySet(ScopedQuerySet):
    """Orders."""

    roles = STAFF

    def waiting(self) -> Self:
        """Placed, and not collected yet."""
        return self.filter(state="placed")
