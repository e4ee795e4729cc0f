"""诉求 on the page of a person and of a household: those that were made with their numbers, as far as one sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.rights import may
from appeals.models import Appeal
from members.models import Household, Person

NEWEST = 10


def of_person(request: HttpRequest, person: Person, found: bool) -> SafeString | None:
    """The newest that came from the person's phone or identity number, and the way to all of them."""
    return _section(request, [person], "诉求")


def of_household(request: HttpRequest, household: Household, members: Sequence[Person]) -> SafeString | None:
    """The newest that came from any of the members."""
    return _section(request, members, "成员的诉求")


def _section(request: HttpRequest, people: Sequence[Person], title: str) -> SafeString | None:
    actor: Any = request.actor  # type: ignore[attr-defined]
    if not may(actor, "appeal.see"):
        return None
    # A record that was merged may have had another number.
    records = [*people, *Person.objects.filter(merged_into__in=people).only("phone_index", "identity_index")]
    phones = list(dict.fromkeys(person.phone_index for person in records if person.phone_index))
    identities = [person.identity_index for person in records if person.identity_index]
    if not phones and not identities:
        return None
    made = Appeal.objects.visible_to(actor).filter(Q(phone_index__in=phones) | Q(identity_index__in=identities))
    # Who asked for confidence is not led from their record to what they said.
    rows = made.filter(is_confidential=False).select_related("category").order_by("-registered_at", "-pk")
    found = list(rows.defer("content", "search")[: NEWEST + 1])
    everything = ""
    if len(phones) == 1:
        everything = f"{reverse('appeals:list')}?person=phone-{phones[0]}&tab=all"
    context = {"title": title, "appeals": found[:NEWEST], "more": len(found) > NEWEST, "all_url": everything}
    return SafeString(render_to_string("appeals/parts/of_people.html", context, request))
