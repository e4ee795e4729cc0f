"""Who acts in a request, and whether the route is open to them. Both are decided before any view runs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from rest_framework.views import APIView

from accounts import acting, doors, sessions
from accounts.addresses import client_ip
from accounts.api.permissions import RouteRight
from accounts.models import Posting
from accounts.rights import PUBLIC, methods_of, right_for
from governance.scope import Actor

log = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """Sets `request.postings` (those in force, a list) and `request.actor` (an Actor, or None).

    The postings are read at each request, so one that ended, or a user disabled a moment ago, counts no more.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Read who acts, then go on."""
        now = timezone.now()
        request.postings, request.actor = [], None  # type: ignore[attr-defined]
        if request.user.is_authenticated and sessions.has_idled(request.session, now):
            logout(request)
        if request.user.is_authenticated:
            sessions.touch(request.session, now)
            request.postings = acting.postings_of(request.user.pk, timezone.localdate(now))  # type: ignore[attr-defined]
            request.actor = _actor(request, now)  # type: ignore[attr-defined]
        return self.get_response(request)


def _actor(request: HttpRequest, now: datetime) -> Actor | None:
    postings: list[Posting] = request.postings  # type: ignore[attr-defined]
    if not postings:
        return None
    chosen = request.session.get(sessions.POSTING)
    posting = next((p for p in postings if p.pk == chosen), postings[0])
    return acting.actor_from(posting, now=now, ip=client_ip(request))


class RouteRightsMiddleware:
    """Refuses every route that has no row in `accounts.rights.ROUTES`, or whose right the actor's role lacks."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing is known before the view is."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """None to go on; else the answer instead of the view."""
        route = request.resolver_match.view_name if request.resolver_match else ""
        right = right_for(route, request.method or "GET")
        if right is None:
            return _not_in_the_table(route)
        if right == PUBLIC or _asks_by_itself(view):
            return None
        return doors.refusal(request, route, right)


def _not_in_the_table(route: str) -> HttpResponse:
    if methods := methods_of(route):
        return HttpResponseNotAllowed(methods)
    log.error("route %r has no row in accounts.rights.ROUTES: refused", route)
    raise PermissionDenied


def _asks_by_itself(view: Any) -> bool:
    """An API view knows its caller only after its own authentication, and asks the same table then."""
    cls = getattr(view, "cls", None)
    return isinstance(cls, type) and issubclass(cls, APIView) and RouteRight in cls.permission_classes
