"""Lists of what people are: by their names, and opening their pages where they may be opened."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from governance.privacy.addresses import person_key, without_numbers
from governance.scope import BELOW_DISTRICT, Actor, place_column
from governance.ui.views import ListPage
from members.models import Person


class OfPeopleList(ListPage):
    """A list by people's names. A full number that was typed into the address leaves it at once."""

    count_cap = 1_000
    page_size = 20

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list."""
        if person_key(request.GET.get("q", "")):
            return HttpResponseRedirect(f"{request.path}?{without_numbers(request.GET).urlencode()}")
        return super().get(request, *args, **kwargs)


def may_open(actor: Actor, person: Person) -> bool:
    """Whether the person's page is in the actor's scope: a courier may live anywhere."""
    column = place_column(actor.unit_kind, among=BELOW_DISTRICT)
    return column is not None and getattr(person, column) == actor.unit_id
