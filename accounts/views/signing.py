"""Signing in and out, and choosing the posting to act as."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import acting, demo, sessions
from accounts.addresses import client_ip
from accounts.forms import SignInForm
from accounts.models import User
from accounts.views.common import who


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. A wrong password and an unknown account get the same words."""
    if request.user.is_authenticated and request.method == "GET":
        return redirect(_target(request))
    form = SignInForm(request.POST or None, initial=_filled_in(request))
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if user is not None:
            return _welcome(request, user)
        if getattr(request, "axes_locked_out", False):
            username, ip = form.cleaned_data["username"], client_ip(request)
            sessions.record_lock_out(username, ip=ip, now=timezone.now())
        form.add_error(None, "账号或密码不正确。请检查大小写和输入法；忘记密码请联系本区安全管理员。")
    context = {"title": "登录", "form": form, "next": _next(request)}
    context |= {"demo_accounts": demo.accounts(), "demo_loading": demo.loading()}
    return render(request, "accounts/sign_in.html", context, status=400 if form.errors else 200)


def _welcome(request: HttpRequest, user: User) -> HttpResponse:
    now = timezone.now()
    sessions.begin(request, user, by=acting.actor_of(user, now=now, ip=client_ip(request)), now=now)
    return redirect(_target(request))


def _filled_in(request: HttpRequest) -> dict[str, Any]:
    """On a demo installation a link per role fills in the form, also without scripts."""
    return demo.credentials(request.GET.get("demo", "")) if settings.DEMO else {}


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else ""


def _target(request: HttpRequest) -> str:
    return _next(request) or resolve_url(settings.LOGIN_REDIRECT_URL)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign this browser out."""
    sessions.end_current(request, by=who(request), now=timezone.now())
    return redirect("accounts:sign_in")


@require_POST
def act_as(request: HttpRequest) -> HttpResponse:
    """Choose which of one's postings in force to act as in this session."""
    chosen = request.POST.get("posting", "")
    posting = next((p for p in request.postings if str(p.pk) == chosen), None)  # type: ignore[attr-defined]
    if posting is None:
        raise PermissionDenied
    sessions.act_as(request, posting, by=who(request), now=timezone.now())
    messages.success(request, f"已切换为：{posting.place} · {posting.role_label}")
    return redirect(_target(request))
