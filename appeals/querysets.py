"""Which appeals a request may read: the scope, once, for HTML, API and export alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from governance.scope import Actor, Role, UnitKind

if TYPE_CHECKING:
    from appeals.models import Appeal  # noqa: F401

# Who sees appeals at all (rights.md, "see in scope"); the three offices and shop clerks see none.
TERRITORIAL = {
    Role.DISTRICT_LEADER, Role.DISTRICT_CENTRE, Role.STREET_LEADER, Role.STREET_STAFF,
    Role.COMMUNITY_SECRETARY, Role.COMMUNITY_WORKER, Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER,
}  # fmt: skip
_COLUMN = {
    UnitKind.DISTRICT: "district_id",
    UnitKind.STREET: "street_id",
    UnitKind.COMMUNITY: "community_id",
    UnitKind.GRID: "grid_id",
}


class AppealQuerySet(models.QuerySet["Appeal"]):
    """Appeals, narrowed to what an actor may see."""

    def visible_to(self, actor: Actor) -> AppealQuerySet:
        """What happened in the actor's unit and below, what is or was with it, and what the actor logged.

        Source: rights.md, "see in scope".
        """
        own = Q(registered_by_user=actor.user_id)
        if actor.role == Role.DEPARTMENT_STAFF or actor.unit_kind == UnitKind.SQUAD:
            return self.filter(self._with_unit(actor.unit_id) | own)
        if actor.role == Role.ENTERPRISE_LIAISON:
            return self.filter(own)
        if actor.role not in TERRITORIAL or actor.unit_kind not in _COLUMN:
            return self.none()
        inside = Q(**{_COLUMN[actor.unit_kind]: actor.unit_id})
        if actor.unit_kind == UnitKind.DISTRICT:
            return self.filter(inside)
        return self.filter(inside | own | self._with_unit(actor.unit_id))

    def _with_unit(self, unit_id: int) -> Q:
        """What is or was handed to the unit."""
        from appeals.models import Assignment

        return Q(pk__in=Assignment.objects.filter(unit_id=unit_id).values("appeal_id"))

    def open(self) -> AppealQuerySet:
        """What still has to be worked on."""
        return self.exclude(state__in=("closed", "merged", "rejected"))
