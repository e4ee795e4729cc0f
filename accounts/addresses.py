"""Where a request comes from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The caller's address; behind a proxy the last one that the proxy itself wrote down.

    Earlier entries of X-Forwarded-For are the caller's own words, and count for nothing.
    """
    if settings.BEHIND_PROXY:
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        if last := forwarded.rpartition(",")[2].strip():
            return last[:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]
