"""What a person reads who typed a wrong password too often."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.addresses import client_ip
from governance import privacy


def username_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The account that failures are counted for, without regard to case, as accounts are.

    No account is a phone or identity number, but people type theirs: of such a text only a keyed hash is kept.
    """
    typed = str((credentials or {}).get("username") or request.POST.get("username", "")).strip().lower()
    if privacy.mask_text(typed) != typed:
        return f"number-{privacy.blind_index('identity', typed)}"
    return typed[:255]


def locked_until(request: HttpRequest, credentials: dict[str, Any] | None) -> datetime | None:
    """When the account may be tried again from this address; None where only an unlocking ends it."""
    username = get_client_username(request, credentials)
    attempts = AccessAttempt.objects.filter(username=username, ip_address=client_ip(request))
    last = attempts.aggregate(last=Max("attempt_time"))["last"]
    cool_off = get_cool_off(request)
    return last + cool_off if last and cool_off else None


def response(
    request: HttpRequest, original: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """The page of the lock-out (HTTP 429): it says when it ends, and not whether there is such an account."""
    until = locked_until(request, credentials)
    answer = render(request, "accounts/locked_out.html", {"until": until}, status=429)
    if until:
        answer["Retry-After"] = str(max(1, int((until - timezone.now()).total_seconds())))
    return answer


def is_locked(username: str, *, now: datetime) -> bool:
    """Whether the account is locked out from any address."""
    attempts = AccessAttempt.objects.filter(username=username)
    if cool_off := get_cool_off():
        attempts = attempts.filter(attempt_time__gt=now - cool_off)
    by_address = attempts.values("ip_address").annotate(failures=Sum("failures_since_start"))
    return bool(by_address.filter(failures__gte=settings.AXES_FAILURE_LIMIT).exists())
