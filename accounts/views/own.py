"""One's own account: postings, sessions, password."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import passwords, services, sessions
from accounts.forms import PasswordForm
from accounts.models import User
from accounts.views.common import who
from governance.errors import DomainError
from governance.ui.views import FormPage


def profile(request: HttpRequest) -> HttpResponse:
    """账号与安全: who one is here, where one is signed in."""
    user = cast(User, request.user)
    context = {
        "title": "账号与安全",
        "person": user,
        "postings": request.postings,  # type: ignore[attr-defined]
        "sessions": user.sessions.filter(ended_at=None).order_by("-seen_at")[:50],
        "present_key": request.session.session_key,
        "password_ends": passwords.ends_at(user),
    }
    return render(request, "accounts/profile.html", context)


@method_decorator(sensitive_post_parameters("old", "new", "again"), name="dispatch")
class ChangePassword(FormPage):
    """A new password, chosen freely or because the present one is temporary or too old."""

    form_class = PasswordForm
    title = "修改密码"
    submit_label = "保存新密码"
    success_message = "密码已修改，其他设备上的登录已全部退出。"

    @property
    def is_forced(self) -> bool:
        """Whether nothing else can be done before."""
        return passwords.must_change(cast(User, self.request.user), now=timezone.now())

    def get_template_names(self) -> list[str]:
        """Without navigation, while there is nowhere to go."""
        return ["accounts/password_first.html" if self.is_forced else "accounts/password.html"]

    def get_cancel_url(self) -> str:
        """Back to one's account."""
        return reverse("accounts:profile")

    def save(self, form: Any) -> str:
        """Change it, and stay signed in here under a new session key."""
        key = self.request.session.session_key or ""
        user = services.change_password(
            user_id=cast(int, self.request.user.pk),
            old=form.cleaned_data["old"],
            new=form.cleaned_data["new"],
            keep_session=key,
            by=who(self.request),
            now=timezone.now(),
        )
        update_session_auth_hash(self.request, user)
        sessions.renew_key(self.request, old_key=key)
        return reverse("home")


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one of one's own browsers."""
    user_id = cast(int, request.user.pk)
    try:
        services.end_session(session_id=pk, user_id=user_id, by=who(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "该设备已退出登录。")
    return redirect("accounts:profile")


@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out all of one's other browsers."""
    ended = services.end_all_sessions(
        user_id=cast(int, request.user.pk),
        keep_session=request.session.session_key or "",
        by=who(request),
        now=timezone.now(),
    )
    messages.success(request, f"已退出其他 {ended} 台设备。" if ended else "没有其他设备登录。")
    return redirect("accounts:profile")
