"""What a person's page says of their service."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.rights import may
from governance.scope import Actor
from members.models import Person
from members.volunteers import selectors
from members.volunteers.minutes import told

_SHOWN = 5


def rows(actor: Actor, person: Person) -> list[QuerySet[Any]]:
    """Teams they belong to and hours that count, for those who see volunteers."""
    return [selectors.in_teams(person), selectors.confirmed_of(person)] if may(actor, "volunteer.people") else []


def section(request: HttpRequest, person: Person, found: bool) -> SafeString | None:
    """Hours confirmed in all and this year, teams, the latest activities; nothing for who never served."""
    if not found:
        return None
    served = selectors.served_by(person, timezone.localdate())
    latest = selectors.confirmed_of(person)[:_SHOWN] if served.minutes else []
    context = {
        "person": person, "teams": selectors.teams_of(person), "served": served,
        "rows": [(row, told(row.minutes)) for row in latest], "total": told(served.minutes),
        "this_year": told(served.minutes_this_year),
    }  # fmt: skip
    return SafeString(render_to_string("members/volunteers/section.html", context, request))
