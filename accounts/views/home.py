"""Where a person begins: the first page of their role that this installation has."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse

from governance.scope import Role

# By role, the pages to begin on, best first; the last is open to everyone.
_FIRST: dict[Role, tuple[str, ...]] = {
    Role.SECURITY_ADMIN: ("accounts:staff",),
    Role.AUDITOR: ("audit:list",),
    Role.SYSTEM_ADMIN: ("system:health",),
}
_FOR_BUSINESS = ("appeals:worklist", "appeals:list")


def home(request: HttpRequest) -> HttpResponse:
    """Lead on to the first page of the role one acts in."""
    role = request.actor.role  # type: ignore[attr-defined]
    for name in (*_FIRST.get(role, _FOR_BUSINESS), "accounts:profile"):
        try:
            return redirect(reverse(name))
        except NoReverseMatch:
            continue
    raise AssertionError("accounts:profile is always there")
