"""Which transactions a request may read."""

from __future__ import annotations

from governance.scope import Role
from governance.scoped import ScopedQuerySet
from members.querysets import SEE


class TransactionQuerySet(ScopedQuerySet):
    """Transactions of the actor's unit and below it; they name people, so the district reads figures alone."""

    roles = SEE | {Role.SHOP_CLERK}


class OfBooksQuerySet(ScopedQuerySet):
    """Halts and faults of the actor's unit and below it: units and figures, no persons."""

    roles = frozenset({
        Role.DISTRICT_LEADER, Role.DISTRICT_CENTRE, Role.STREET_LEADER, Role.STREET_STAFF, Role.COMMUNITY_SECRETARY,
    })  # fmt: skip
    path = "unit__"
