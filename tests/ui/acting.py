"""Who acts on the specimen pages: whoever is signed in, as a street's staff member. The kernel knows no accounts."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from governance.scope import Actor, Role, UnitKind


class ActorMiddleware:
    """Sets `request.actor`; leads whoever is not signed in to the signed-out page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        request.actor = None
        if user.is_authenticated:
            request.actor = Actor(
                user.pk, user.name, 1, Role.STREET_STAFF, 1, "城关街道办事处", UnitKind.STREET, 1, 1
            )  # fmt: skip
        elif request.path.startswith("/specimen/") and "public" not in request.path:
            return redirect("/specimen/public/")
        return self.get_response(request)
