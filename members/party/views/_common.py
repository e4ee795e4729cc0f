"""What the pages of this subject share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.rights import may
from governance.scope import Actor
from governance.ui.views import FormPage, find_or_404
from members.models import PartyMembership, PartyOrganisation
from members.party import selectors
from members.party.services._common import above, check_owner, owner_of

TREE = ("党组织", "members:party")


def today() -> date:
    """The day in the installation's zone."""
    return timezone.localdate()


def age_of(born_on: date | None) -> str:
    """In whole years, as a cell shows it."""
    if born_on is None:
        return "—"
    now = today()
    return f"{now.year - born_on.year - ((now.month, now.day) < (born_on.month, born_on.day))} 岁"


def decides(actor: Actor, organisation: PartyOrganisation) -> bool:
    """Whether the actor may change it."""
    return organisation.is_open and may(actor, "party.edit") and owner_of(organisation) == actor.unit_id


def decides_above(actor: Actor, organisation: PartyOrganisation) -> bool:
    """Whether the actor may move, merge and dissolve it: the level that founded it."""
    parent = organisation.parent
    founder = owner_of(parent) if parent is not None else organisation.district_id
    return organisation.is_open and may(actor, "party.edit") and founder == actor.unit_id


def may_grant(actor: Actor, organisation: PartyOrganisation) -> bool:
    """Whether the actor decides about an election that is put off."""
    return may(actor, "party.edit") and above(organisation) == actor.unit_id


def crumbs_of(organisation: PartyOrganisation, actor: Actor, *last: str) -> Sequence[tuple[str, str]]:
    """From the tree down; what lies above the scope has a name alone."""
    line = [*selectors.path(organisation), organisation]
    ids = [one.pk for one in line]
    visible = set(PartyOrganisation.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))
    way = [(one.name, page_of(one) if one.pk in visible else "") for one in line]
    found = [("党组织", reverse("members:party")), *way, *((label, "") for label in last)]
    return found if last else [*found[:-1], (organisation.name, "")]


def page_of(organisation: PartyOrganisation) -> str:
    """Its address."""
    return reverse("members:party_organisation", args=[organisation.pk])


class OfOrganisation(FormPage):
    """A form about one organisation in scope, which the actor's level decides about."""

    has_personal_data = True
    template_name = "ui/form_searching.html"
    by_above = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = PartyOrganisation.objects.visible_to(self.actor).select_related("parent__parent__parent", "unit")
        self.organisation: PartyOrganisation = find_or_404(rows, pk=kwargs["pk"])
        self.check()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def check(self) -> None:
        """Raise NotAllowed for another level's."""
        if not (self.by_above and decides_above(self.actor, self.organisation)):
            parent = self.organisation.parent
            unit = (owner_of(parent) if parent else self.organisation.district_id) if self.by_above else None
            check_owner(self.organisation, self.actor, unit_id=unit)

    def get_cancel_url(self) -> str:
        return page_of(self.organisation)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Under the organisation's page."""
        crumbs = [*crumbs_of(self.organisation, self.actor)[:-1], (self.organisation.name, page_of(self.organisation))]
        return super().get_context_data(crumbs=[*crumbs, (self.title, "")], **kwargs)


class OfMember(FormPage):
    """A form about one membership in scope, of an organisation that the actor's level decides about."""

    has_personal_data = True
    template_name = "ui/form_searching.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = PartyMembership.objects.visible_to(self.actor).select_related("person", "organisation")
        self.membership: PartyMembership = find_or_404(rows.defer("person__search"), pk=kwargs["pk"])
        check_owner(self.membership.organisation, self.actor)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_cancel_url(self) -> str:
        return reverse("members:party_member", args=[self.membership.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Under the member's page."""
        crumbs = [
            ("党员", reverse("members:party_members")), (self.membership.person.name, self.get_cancel_url()),
            (self.title, ""),
        ]  # fmt: skip
        return super().get_context_data(crumbs=crumbs, **kwargs)
