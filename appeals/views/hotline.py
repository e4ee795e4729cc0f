"""What the city hotline was told of an appeal: a part of its page, fetched after it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from appeals import selectors
from appeals.models.hotline import EVENTS
from appeals.views.detail import find
from governance.outbox.models import Delivery

SHOWN = 50
_NAMES = dict(EVENTS)
_TONES = {Delivery.WAITING: "info", Delivery.SENT: "ok", Delivery.GIVEN_UP: "over"}


@require_GET
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The events that were queued for the city, newest first, and what became of each."""
    appeal = find(request, pk)
    returned = {one.sequence: one for one in selectors.returns(appeal)}
    deliveries = list(selectors.told(appeal)[: SHOWN + 1])
    rows = [
        (one, _NAMES.get(one.payload.get("event", ""), ""), _TONES[one.state], returned.get(one.sequence))
        for one in deliveries[:SHOWN]
    ]
    unsent = returned.get(0)
    context = {"rows": rows, "unsent": unsent, "has_more": len(deliveries) > SHOWN}
    return render(request, "appeals/parts/hotline_panel.html", context)
