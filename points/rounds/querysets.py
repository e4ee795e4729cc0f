"""Which notices and rounds a request may read."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from governance.scope import Actor, Role, UnitKind
from governance.scoped import ScopedQuerySet
from members.querysets import SEE

# Notices are worked on by the community and seen by its street. Everybody may read the public page.
NOTICES = frozenset({Role.STREET_LEADER, Role.STREET_STAFF, Role.COMMUNITY_SECRETARY, Role.COMMUNITY_WORKER})


class NoticeQuerySet(ScopedQuerySet):
    """Notices."""

    roles = NOTICES


class ObjectionQuerySet(ScopedQuerySet):
    """Objections to notices."""

    roles = NOTICES
    path = "notice__"


class RoundQuerySet(models.QuerySet[Any]):
    """Rounds 创先争优: whoever works in a round's area sees it; a draft is its own unit's."""

    def visible_to(self, actor: Actor) -> Self:
        """The district's, those of the actor's own line, and those below it."""
        mine = self.filter(district_id=actor.district_id).exclude(~Q(unit_id=actor.unit_id), state="draft")
        if actor.unit_kind == UnitKind.DISTRICT:
            return mine
        line = Q(street=None)
        if actor.street_id is not None:
            line |= Q(street_id=actor.street_id, community=None)
        if actor.community_id is not None:
            line |= Q(community_id=actor.community_id)
        elif actor.unit_kind == UnitKind.STREET:
            line |= Q(street_id=actor.street_id)
        return mine.filter(line)

    def around(self, *, district_id: int | None, street_id: int | None, community_id: int | None) -> Self:
        """Those in whose area somebody lives or works; no drafts."""
        line = Q(street=None)
        if street_id is not None:
            line |= Q(street_id=street_id, community=None)
        if community_id is not None:
            line |= Q(community_id=community_id)
        return self.filter(line, district_id=district_id).exclude(state="draft")


class NominationQuerySet(ScopedQuerySet):
    """Nominations: where the person lives; the district meets those that passed the review (candidates are public)."""

    roles = SEE

    def visible_to(self, actor: Actor) -> Self:
        """In scope; to the district's roles the candidates."""
        if actor.role in {Role.DISTRICT_CENTRE, Role.DISTRICT_LEADER} and actor.unit_kind == UnitKind.DISTRICT:
            return self.candidates().filter(district_id=actor.unit_id)
        return super().visible_to(actor)

    def candidates(self) -> Self:
        """Those that passed the review, and what became of them."""
        return self.filter(state__in=("approved", "chosen", "passed_over", "suspended", "disqualified", "honoured"))

    def standing(self) -> Self:
        """Those that may still be honoured."""
        return self.filter(state__in=("nominated", "approved", "chosen", "suspended"))


class RoundObjectionQuerySet(ScopedQuerySet):
    """Objections to candidates."""

    roles = SEE | {Role.DISTRICT_CENTRE}
    path = "nomination__"
