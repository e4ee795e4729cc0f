"""Where a person begins: the first page that their role may open."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.rights import may, right_for

# Best first; the last is open to everyone.
_FIRST = ("accounts:staff", "audit:list", "appeals:worklist", "accounts:profile")


def home(request: HttpRequest) -> HttpResponse:
    """Lead on to the first page of the role one acts in."""
    actor = request.actor  # type: ignore[attr-defined]
    return redirect(next(name for name in _FIRST if may(actor, str(right_for(name, "GET")))))
