"""重点关爱 on a person's page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.rights import may
from governance.scope import Actor
from members.care import selectors
from members.care.words import EDIT, MAKE_VISIT, SEE
from members.models import CareRecord, Person


def person_rows(actor: Actor, person: Person) -> list[QuerySet[Any]]:
    """Their records, for those who see the person's care."""
    return [CareRecord.objects.visible_to(actor).filter(person=person)] if may(actor, SEE) else []


def person_section(request: HttpRequest, person: Person, found: bool) -> SafeString | None:
    """The lists that the person is or was on, for those who see the person's care."""
    actor = request.actor  # type: ignore[attr-defined]
    if not may(actor, SEE):
        return None
    may_add = may(actor, EDIT) and person.state == "here"
    if not may(actor, SEE) or not (found or may_add):
        return None
    records = list(selectors.listed(actor).filter(person=person).order_by("until_on", "pk")) if found else []
    selectors.name_visitors(records, timezone.now())
    context = {"records": records, "person": person, "may_add": may_add, "may_visit": may(actor, MAKE_VISIT)}
    return render_to_string("members/care/section.html", context, request=request)
