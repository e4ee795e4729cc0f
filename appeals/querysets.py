"""Which appeals a request may read: the scope, once, for HTML, API and export alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db import models
from django.db.models import Q

from governance.scope import Actor, Role, UnitKind, place_column

if TYPE_CHECKING:
    from appeals.models import Appeal  # noqa: F401 - in the base below

# Who sees appeals at all (rights.md, "see in scope"); the three offices and shop clerks see none.
TERRITORIAL = {
    Role.DISTRICT_LEADER, Role.DISTRICT_CENTRE, Role.STREET_LEADER, Role.STREET_STAFF,
    Role.COMMUNITY_SECRETARY, Role.COMMUNITY_WORKER, Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER,
}  # fmt: skip


class AppealQuerySet(models.QuerySet["Appeal"]):
    """Appeals, narrowed to what an actor may see."""

    def visible_to(self, actor: Actor) -> AppealQuerySet:
        """What happened in the actor's unit and below, what is or was with it, and what the actor logged.

        Source: rights.md, "see in scope". An equality on an index wherever the appeal itself names the unit: as the
        place where it happened, or for a department as the lead. What else it sees is little, and looked up first
        (one query), as an OR over tables would read them whole.
        """
        if actor.role == Role.ENTERPRISE_LIAISON:
            return self.filter(registered_by_user=actor.user_id)
        if actor.role == Role.DEPARTMENT_STAFF or actor.unit_kind == UnitKind.SQUAD:
            here = Q(lead_unit_id=actor.unit_id)
        elif actor.role in TERRITORIAL and (column := place_column(actor.unit_kind)):
            here = Q(**{column: actor.unit_id})
        else:
            return self.none()
        if actor.unit_kind == UnitKind.DISTRICT:
            return self.filter(here)
        elsewhere = self._elsewhere(actor, here)
        return self.filter(here | Q(pk__in=elsewhere)) if elsewhere else self.filter(here)

    def _elsewhere(self, actor: Actor, here: Q) -> list[int]:
        """What was handed to the unit or logged by the actor, and does not show on the appeal itself."""
        handed = self._handed_to(actor.unit_id).filter(is_outside=True)
        logged = self._logged_by(actor.user_id).exclude(here)
        return [pk for (pk,) in handed.union(logged, self._ordered_of(actor.unit_id)).order_by()]

    def _handed_to(self, unit_id: int) -> models.QuerySet[Any, Any]:
        """The appeals that are or were with the unit."""
        assignments: Any = self.model._meta.get_field("assignments").related_model
        return cast("models.QuerySet[Any, Any]", assignments.objects.filter(unit_id=unit_id).values_list("appeal_id"))

    def _ordered_of(self, unit_id: int) -> models.QuerySet[Any, Any]:
        """The appeals that the unit has to answer for, though it may never have had them: a successor's orders."""
        orders: Any = self.model._meta.get_field("supervision_orders").related_model
        return cast("models.QuerySet[Any, Any]", orders.objects.open().filter(unit_id=unit_id).values_list("appeal_id"))

    def _logged_by(self, user_id: int) -> models.QuerySet[Any, Any]:
        """The appeals that the person logged."""
        return self.model._default_manager.filter(registered_by_user=user_id).values_list("pk")

    def open(self) -> AppealQuerySet:
        """What still has to be worked on."""
        return self.exclude(state__in=("closed", "merged", "rejected"))
