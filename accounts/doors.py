"""What a caller gets instead of a view that is not open to them: a page, a redirect, or JSON under /api/."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import passwords
from accounts.rights import AUTHENTICATED, may
from governance.ui import problems

# What is open to a person who must first choose a new password.
BEFORE_CHANGE = frozenset({"accounts:password", "accounts:sign_out"})


def refusal(request: HttpRequest, route: str, right: str) -> HttpResponse | None:
    """The answer instead of the view, or None where `route` with its `right` is open to who asks.

    Raises PermissionDenied where the actor's role lacks the right, whatever the object is.
    """
    if not request.user.is_authenticated:
        return _sign_in_first(request)
    if route not in BEFORE_CHANGE and passwords.must_change(request.user, now=timezone.now()):
        return _password_first(request)
    if right == AUTHENTICATED:
        return None
    if request.actor is None:  # type: ignore[attr-defined]
        return _posting_first(request)
    if not may(request.actor, right):  # type: ignore[attr-defined]
        raise PermissionDenied
    return None


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _problem(status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse(problems.body(code, detail), status=status)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect of the whole page, also where htmx asked for a part of it."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        return _problem(401, "not_signed_in", "请先登录，或在 Authorization 请求头中提供有效令牌。")
    # A form that was posted after the session ended cannot be sent again by a link: go back to the page it was on.
    back = request.get_full_path() if request.method == "GET" else ""
    query = f"?{urlencode({'next': back})}" if back not in {"", "/"} else ""
    return _go(request, reverse("accounts:sign_in") + query)


def _password_first(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        return _problem(403, "password_change_required", "请先登录网页修改密码，再使用接口。")
    return _go(request, reverse("accounts:password"))


def _posting_first(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        return _problem(403, "no_posting", "您当前没有在任岗位，请联系安全管理员。")
    return render(request, "accounts/no_posting.html", {"title": "没有在任岗位"}, status=403)
