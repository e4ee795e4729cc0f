"""Which careers a request may read. Pay is nobody's but theirs who propose, review and decide.

Source: rights.md, "careers: propose · review · decide | CS · SS SL · DC".
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models

from governance.scope import ABOVE_GRID, Actor, Role, UnitKind
from governance.scoped import ScopedQuerySet

if TYPE_CHECKING:
    from members.models import Career  # noqa: F401

SEE = frozenset({Role.DISTRICT_CENTRE, Role.STREET_LEADER, Role.STREET_STAFF, Role.COMMUNITY_SECRETARY})
# A squad's staff work for their street's law enforcement, not for its personnel. Nobody in a grid deals with careers.
_KINDS = ABOVE_GRID


class CareerScopedQuerySet(ScopedQuerySet):
    """What has the place columns of a unit of work, for the roles that deal with careers."""

    roles = SEE
    kinds = _KINDS


class CareerQuerySet(CareerScopedQuerySet):
    """Careers."""

    def serving(self) -> Self:
        """Those in service."""
        return self.filter(state="serving")

    def due(self, on: date) -> Self:
        """Those in service who are due a higher grade on a day."""
        return self.serving().filter(next_grade_on__lte=on)


class RoundQuerySet(models.QuerySet[Any]):
    """Rounds of appraisal: a street's, or all of the district's."""

    def visible_to(self, actor: Actor) -> Self:
        """The street's own; a community's secretary works in the street's round."""
        if actor.role not in SEE or actor.unit_kind not in _KINDS:
            return self.none()
        if actor.unit_kind == UnitKind.DISTRICT:
            return self.filter(district_id=actor.unit_id)
        return self.filter(street_id=actor.street_id)


class ProcedureQuerySet(CareerScopedQuerySet):
    """Procedures: promotions, removals, rewards and disciplines."""

    def open(self) -> Self:
        """Those that have not ended."""
        return self.filter(ended_at=None)
