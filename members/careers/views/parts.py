"""The section about a career on a person's page, for those who may see careers."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.rights import may
from governance.scope import Actor
from members.models import Career, Person


def person_rows(actor: Actor, person: Person) -> list[QuerySet[Any]]:
    """Their careers, for those who may see careers."""
    return [Career.objects.visible_to(actor).filter(person=person)] if may(actor, "career.see") else []


def person_section(request: HttpRequest, person: Person, found: bool) -> SafeString | None:
    """Where the person serves or served, in the actor's scope; nothing for everybody else."""
    if not found:
        return None
    (rows,) = person_rows(request.actor, person)  # type: ignore[attr-defined]
    careers = list(rows.select_related("community", "grid").order_by("-pk"))
    return render_to_string("members/careers/person_section.html", {"careers": careers}, request=request)
