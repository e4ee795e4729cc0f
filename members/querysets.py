"""Which people a request may read: the scope, once, for pages, API and export alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models

from governance import privacy, search
from governance.errors import InvalidInput
from governance.scope import BELOW_DISTRICT, Role
from governance.scoped import ScopedQuerySet

if TYPE_CHECKING:
    from members.models import Household, Person  # noqa: F401 - in the bases below

# rights.md: "persons, households: see · CS CW GW(own grid) SS SL(masked)". The district sees figures alone.
SEE = frozenset({
    Role.STREET_LEADER, Role.STREET_STAFF, Role.COMMUNITY_SECRETARY, Role.COMMUNITY_WORKER, Role.GRID_WORKER,
    Role.PART_TIME_GRID_WORKER,
})  # fmt: skip


class PlacedQuerySet(ScopedQuerySet):
    """What lies in a grid or a community, narrowed to what an actor may see."""

    roles = SEE
    kinds = BELOW_DISTRICT


class HouseholdQuerySet(PlacedQuerySet):
    """Households."""

    def open(self) -> Self:
        """Those that somebody may live in."""
        return self.filter(dissolved_on=None)


def open_households_in(column: str) -> models.Subquery:
    """How many households may live in the community that the column of the outer query names; null for none."""
    inside = apps.get_model("members", "Household").objects.filter(
        dissolved_on=None, community_id=models.OuterRef(column)
    )
    counted = inside.order_by().values("community_id").annotate(households=models.Count("pk"))
    return models.Subquery(counted.values("households"))


class ProposalQuerySet(PlacedQuerySet):
    """What grid workers propose."""

    def open(self) -> Self:
        """Those that wait for the community."""
        return self.filter(state="open")


class PersonQuerySet(PlacedQuerySet):
    """Persons."""

    def here(self) -> Self:
        """Those who live, and live here."""
        return self.filter(state="here")

    def search(self, text: str) -> Self:
        """By a full identity or phone number (keyed hash), by name, or by the initials of its pinyin."""
        text = text.strip()
        if privacy.identity_is_valid(text):
            return self.filter(identity_index=privacy.blind_index("identity", privacy.validate_identity(text)))
        if phone := _phone(text):
            return self.filter(phone_index=privacy.blind_index("phone", phone))
        words = search.query(text)
        return self.filter(search=words) if words is not None else self.none()


def _phone(text: str) -> str:
    if sum(character.isdigit() for character in text) < 7:
        return ""
    try:
        return privacy.validate_phone(text)
    except InvalidInput:
        return ""
