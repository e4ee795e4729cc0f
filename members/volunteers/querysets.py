"""Which teams, activities, sign-ups and hours a request may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, OuterRef, Q, Subquery

from governance.scope import Actor, Role
from governance.scoped import ScopedQuerySet
from members.querysets import SEE
from members.volunteers.workflow import HOLDS_A_SEAT, OPEN

if TYPE_CHECKING:
    from datetime import datetime

    from members.models import Person

# Teams and activities are no personal data: the district reads them, and counts. Who comes is for the street and below.
TEAMS = SEE | {Role.DISTRICT_LEADER, Role.DISTRICT_CENTRE}


class OfUnitQuerySet(ScopedQuerySet):
    """Teams."""

    roles = TEAMS

    def standing(self) -> Self:
        """Those that have not been dissolved."""
        return self.filter(dissolved_on=None)


class OfTeamQuerySet(ScopedQuerySet):
    """Memberships of teams."""

    roles = SEE
    path = "team__"

    def now_in(self) -> Self:
        """Those that have not ended."""
        return self.filter(until_on=None)


class ActivityQuerySet(ScopedQuerySet):
    """Activities."""

    roles = TEAMS

    def with_counts(self) -> Self:
        """With `taken` and `waiting`: how many seats are taken, and how many wait for one."""
        sign_ups: Any = self.model._meta.get_field("sign_ups").related_model
        rows = sign_ups.objects.filter(activity=OuterRef("pk")).order_by().values("activity")
        taken = rows.annotate(n=Count("pk", filter=Q(state__in=HOLDS_A_SEAT))).values("n")
        waiting = rows.annotate(n=Count("pk", filter=Q(state="waiting"))).values("n")
        return self.annotate(taken=Subquery(taken), waiting=Subquery(waiting))

    def open_to(self, actor: Actor, person: Person, now: datetime) -> Self:
        """Those that a volunteer with an account may sign up for: where they live and where they work."""
        near = Q(community_id=person.community_id) | Q(community=None, street_id=person.street_id)
        if actor.community_id:
            near |= Q(community_id=actor.community_id)
        return self.filter(near, district_id=person.district_id, state__in=OPEN, ends_at__gt=now)


class SignUpQuerySet(ScopedQuerySet):
    """Who signed up."""

    roles = SEE
    path = "activity__"

    def seated(self) -> Self:
        """Those that take a seat."""
        return self.filter(state__in=HOLDS_A_SEAT)


class HoursQuerySet(ScopedQuerySet):
    """Hours served."""

    roles = SEE

    def waiting(self) -> Self:
        """Those that nobody has decided."""
        return self.filter(state="proposed")

    def confirmed(self) -> Self:
        """Those that count."""
        return self.filter(state="confirmed")
