"""Which party organisations, memberships and transfers a request may read: the scope, once.

Source: rights.md. "party organisations, memberships | CS for the community, SS for the street, DC for the district";
SL, CW and GW (own grid) see; the district's leaders see organisations and counts, and no member.
"""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from governance import search
from governance.scope import Actor, Role, place_column

ORGANISATIONS = frozenset({
    Role.DISTRICT_LEADER, Role.DISTRICT_CENTRE, Role.STREET_LEADER, Role.STREET_STAFF, Role.COMMUNITY_SECRETARY,
    Role.COMMUNITY_WORKER, Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER,
})  # fmt: skip
MEMBERS = ORGANISATIONS - {Role.DISTRICT_LEADER}


def place_of(actor: Actor, roles: frozenset[Role], prefix: str = "") -> dict[str, int] | None:
    """The place column that the actor's scope is an equality on, behind `prefix`; None for who sees nothing."""
    column = place_column(actor.unit_kind)
    if actor.role not in roles or column is None:
        return None
    return {prefix + column: actor.unit_id}


class OrganisationQuerySet(models.QuerySet[Any]):
    """Party organisations."""

    def visible_to(self, actor: Actor) -> Self:
        """Those that lie in the actor's unit and below it."""
        place = place_of(actor, ORGANISATIONS)
        return self.none() if place is None else self.filter(**place)

    def open(self) -> Self:
        """Those that have not been dissolved."""
        return self.filter(dissolved_on=None)


class MembershipQuerySet(models.QuerySet[Any]):
    """Memberships, by the place of their organisation."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of organisations that lie in the actor's unit and below it."""
        place = place_of(actor, MEMBERS)
        return self.none() if place is None else self.filter(**place)

    def current(self) -> Self:
        """Those in force."""
        return self.filter(until_on=None)

    def search(self, text: str) -> Self:
        """By the person's name, or the initials of its pinyin."""
        words = search.query(text.strip())
        return self.filter(person__search=words) if words is not None else self.none()


class OfOrganisationQuerySet(models.QuerySet[Any]):
    """What belongs to an organisation and names a person: posts, double registrations."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of organisations that lie in the actor's unit and below it."""
        place = place_of(actor, MEMBERS, "organisation__")
        return self.none() if place is None else self.filter(**place)

    def current(self) -> Self:
        """Those in force."""
        return self.filter(until_on=None)


class TermQuerySet(models.QuerySet[Any]):
    """Terms of office, and what is asked about them: they name nobody."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of organisations that lie in the actor's unit and below it."""
        place = place_of(actor, ORGANISATIONS, "organisation__")
        return self.none() if place is None else self.filter(**place)


class TransferQuerySet(models.QuerySet[Any]):
    """Transfers of memberships: seen by both ends."""

    def visible_to(self, actor: Actor) -> Self:
        """Those that leave or reach an organisation in the actor's unit and below it."""
        giving = place_of(actor, MEMBERS, "from_organisation__")
        receiving = place_of(actor, MEMBERS, "to_organisation__")
        if giving is None or receiving is None:
            return self.none()
        return self.filter(Q(**giving) | Q(**receiving))
