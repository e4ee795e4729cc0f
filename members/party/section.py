"""The section 党员信息 of a person's page: membership, posts, double registration, and what may be done."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.rights import may
from governance.scope import Actor
from members.models import DoubleRegistration, PartyMembership, PartyPost, Person


def person_rows(actor: Actor, person: Person) -> list[QuerySet[Any]]:
    """Memberships, posts and double registrations, for those who see members."""
    return _rows(person) if may(actor, "party.see_members") else []


def _rows(person: Person) -> list[QuerySet[Any]]:
    return [model._default_manager.filter(person=person) for model in (PartyMembership, PartyPost, DoubleRegistration)]


def person_section(request: HttpRequest, person: Person, found: bool) -> SafeString | None:
    """What the actor may see of the person's part in the Party; three queries, none without a row."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    may_edit = may(actor, "party.edit") and person.state == "here"
    if not may(actor, "party.see_members") or not (found or may_edit):
        return None
    memberships, posts, reports = (
        list(rows.select_related("organisation").order_by("-from_on")) if found else [] for rows in _rows(person)
    )
    memberships.sort(key=lambda one: (one.until_on is not None, -one.from_on.toordinal(), -one.pk))
    current = next((one for one in memberships if one.until_on is None), None)
    context = {
        "person": person, "memberships": memberships, "posts": posts, "reports": reports, "current": current,
        "is_ours": current is not None and _in_scope(current, actor),
        "may_edit": may_edit,
        "suggests": current is not None and current.community_id is not None
        and person.state == "here" and current.community_id != person.community_id,
    }  # fmt: skip
    return render_to_string("members/party/person_section.html", context, request)


def _in_scope(membership: PartyMembership, actor: Actor) -> bool:
    """Whether the membership's own page opens for the actor."""
    return actor.unit_id in {
        membership.district_id, membership.street_id, membership.community_id, membership.grid_id,
    }  # fmt: skip
