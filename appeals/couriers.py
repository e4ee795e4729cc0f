"""What appeals add to the people's pages: a courier's own reports, and the appeals behind what households reported."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from appeals.models import Appeal
from appeals.workflow import CLOSED, OPEN
from governance.scope import Actor
from members.designations import mine
from members.models import Courier
from members.party_households import registry
from members.party_households.registry import Work

SHOWN = 5


def register() -> None:
    """Called once, when Django is ready."""
    mine.register_section(reports, order=10)
    registry.register_finder(find)


def reports(request: HttpRequest, courier: Courier | None) -> SafeString:
    """What whoever is signed in has reported, with its state."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    own = Appeal.objects.filter(registered_by_user=actor.user_id)
    counts = own.aggregate(
        all=Count("pk"), open=Count("pk", filter=Q(state__in=OPEN)), closed=Count("pk", filter=Q(state=CLOSED))
    )
    last = own.order_by("-registered_at", "-pk").only("number", "title", "state", "registered_at")[:SHOWN]
    context = {"counts": counts, "last": list(last), "all_url": reverse("appeals:mine")}
    return render_to_string("appeals/parts/my_reports.html", context, request=request)


def find(actor: Actor, numbers: Sequence[str]) -> dict[str, Work]:
    """The appeals of these numbers that the actor may see."""
    rows = Appeal.objects.visible_to(actor).filter(number__in=list(numbers)).only("number", "state")
    return {row.number: Work(reverse("appeals:detail", args=[row.pk]), row.get_state_display()) for row in rows}
