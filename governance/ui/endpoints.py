"""What a person keeps of the interface, written: preferences, saved views, chosen columns."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from governance.errors import DomainError
from governance.ui import services

YEAR = 365 * 24 * 3600
PREFERENCES = ("elder", "dark")


def _back(request: HttpRequest) -> HttpResponse:
    """To the page that the form stood on; never to another site."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    return HttpResponseRedirect(target)


@require_POST
def prefer(request: HttpRequest) -> HttpResponse:
    """Keeps 长辈版 and 深色 in cookies: without scripts, and on pages before signing in."""
    response = _back(request)
    for name in PREFERENCES:
        if name in request.POST:
            on = "1" if request.POST[name] == "1" else "0"
            response.set_cookie(name, on, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


def _told(request: HttpRequest, said: str, write: Any, **what: Any) -> HttpResponse:
    try:
        write(user_id=request.actor.user_id, **what)  # type: ignore[attr-defined]
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, said)
    return _back(request)


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Saves the state of a list under a name; the same name again replaces it."""
    return _told(
        request,
        "视图已保存。",
        services.save_view,
        page=request.POST.get("page", ""),
        name=request.POST.get("name", ""),
        query=request.POST.get("query", ""),
        is_default=request.POST.get("is_default") == "on",
    )


@require_POST
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Deletes one of the person's own saved views."""
    return _told(request, "视图已删除。", services.delete_view, view_id=pk)


@require_POST
def choose_columns(request: HttpRequest) -> HttpResponse:
    """Keeps the columns that the person wants to see in a list; none means the list's own choice."""
    return _told(
        request,
        "列设置已保存。",
        services.choose_columns,
        page=request.POST.get("page", ""),
        columns=[] if "reset" in request.POST else request.POST.getlist("columns"),
    )
