"""Which party organisations, memberships and transfers a request may read: the scope, once.

Source: rights.md. "party organisations, memberships | CS for the community, SS for the street, DC for the district";
SL, CW and GW (own grid) see; the district's leaders see organisations and counts, and no member.
"""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from governance import search
from governance.scope import Actor, Role, own_column
from governance.scoped import ScopedQuerySet

ORGANISATIONS = frozenset({
    Role.DISTRICT_LEADER, Role.DISTRICT_CENTRE, Role.STREET_LEADER, Role.STREET_STAFF, Role.COMMUNITY_SECRETARY,
    Role.COMMUNITY_WORKER, Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER,
})  # fmt: skip
MEMBERS = ORGANISATIONS - {Role.DISTRICT_LEADER}


def scope_of(actor: Actor, roles: frozenset[Role], prefix: str = "") -> dict[str, int] | None:
    """The place column that the actor's scope is an equality on, behind `prefix`; None for who sees nothing."""
    column = own_column(actor, roles)
    return None if column is None else {prefix + column: actor.unit_id}


class OrganisationQuerySet(ScopedQuerySet):
    """Party organisations."""

    roles = ORGANISATIONS

    def open(self) -> Self:
        """Those that have not been dissolved."""
        return self.filter(dissolved_on=None)


class MembershipQuerySet(ScopedQuerySet):
    """Memberships, by the place of their organisation."""

    roles = MEMBERS

    def current(self) -> Self:
        """Those in force."""
        return self.filter(until_on=None)

    def search(self, text: str) -> Self:
        """By the person's name, or the initials of its pinyin."""
        words = search.query(text.strip())
        return self.filter(person__search=words) if words is not None else self.none()


class OfOrganisationQuerySet(ScopedQuerySet):
    """What belongs to an organisation and names a person: posts, double registrations."""

    roles = MEMBERS
    path = "organisation__"

    def current(self) -> Self:
        """Those in force."""
        return self.filter(until_on=None)


class TermQuerySet(ScopedQuerySet):
    """Terms of office, and what is asked about them: they name nobody."""

    roles = ORGANISATIONS
    path = "organisation__"


class TransferQuerySet(models.QuerySet[Any]):
    """Transfers of memberships: seen by both ends."""

    def visible_to(self, actor: Actor) -> Self:
        """Those that leave or reach an organisation in the actor's unit and below it."""
        giving = scope_of(actor, MEMBERS, "from_organisation__")
        receiving = scope_of(actor, MEMBERS, "to_organisation__")
        if giving is None or receiving is None:
            return self.none()
        return self.filter(Q(**giving) | Q(**receiving))
