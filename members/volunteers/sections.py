"""What a person's page says of their service."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.rights import may
from members.models import Person
from members.volunteers import selectors
from members.volunteers.minutes import told

_SHOWN = 5


def section(request: HttpRequest, person: Person) -> SafeString | None:
    """Hours confirmed in all and this year, teams, the latest activities; nothing for who never served."""
    if not may(request.actor, "volunteer.people"):  # type: ignore[attr-defined]
        return None
    teams = selectors.teams_of(person)
    served = selectors.served_by(person, timezone.localdate())
    if not teams and not served.minutes:
        return None
    rows = [(row, told(row.minutes)) for row in selectors.confirmed_of(person)[:_SHOWN]]
    context = {
        "person": person, "teams": teams, "served": served, "rows": rows, "total": told(served.minutes),
        "this_year": told(served.minutes_this_year),
    }  # fmt: skip
    return SafeString(render_to_string("members/volunteers/section.html", context, request))
