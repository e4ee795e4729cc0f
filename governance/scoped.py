"""The common case of a scope: what lies in the actor's unit and below it, for the roles that read it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.db import models

from governance.scope import TERRITORIAL_KINDS, Actor, Role, own_column


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows with the columns of a place (district, street, community, grid), or that lead to one by `path`.

    Who has none of the `roles`, or acts for a unit that is not among the `kinds`, sees nothing: nobody does until a
    subclass says who.
    """

    roles: Collection[Role] = frozenset()
    kinds: Collection[str] = TERRITORIAL_KINDS
    path = ""

    def visible_to(self, actor: Actor) -> Self:
        """What lies in the actor's unit and below it."""
        column = own_column(actor, self.roles, self.kinds)
        return self.none() if column is None else self.filter(**{self.path + column: actor.unit_id})
