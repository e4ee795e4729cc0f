"""The section about a career on a person's page, for those who may see careers."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.rights import may
from members.models import Career, Person


def person_section(request: HttpRequest, person: Person) -> SafeString | None:
    """Where the person serves or served, in the actor's scope; nothing for everybody else."""
    actor = request.actor  # type: ignore[attr-defined]
    if not may(actor, "career.see"):
        return None
    rows = Career.objects.visible_to(actor).filter(person=person).select_related("community", "grid")
    found = list(rows.order_by("-pk"))
    if not found:
        return None
    return render_to_string("members/careers/person_section.html", {"careers": found}, request=request)
