"""Which transactions a request may read."""

from __future__ import annotations

from governance.scope import Role
from members.volunteers.querysets import PEOPLE, ScopedQuerySet


class TransactionQuerySet(ScopedQuerySet):
    """Transactions of the actor's unit and below it; they name people, so the district reads figures alone."""

    roles = PEOPLE | {Role.SHOP_CLERK}
