"""The notice as everybody may read it, by the code that stands on the sheet: no sign-in, no search engine.

What it shows is public by its purpose. The code keeps it to those who stood before the community's board, and names go
after `selectors.NAMED_DAYS`.
"""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from accounts.addresses import client_ip
from points.rounds.notices import selectors

# From one address, in so many seconds. A whole block may read through one address, and nothing here can be guessed.
TRIES, WITHIN = 120, 600


@require_safe
def notice(request: HttpRequest, code: str) -> HttpResponse:
    """The edition in force."""
    if _is_too_often(client_ip(request)):
        return _page(request, {"title": "积分公示", "is_too_often": True}, 429)
    found = selectors.in_public(code)
    if found is None or found.published_at is None:
        return _page(request, {"title": "积分公示", "is_missing": True}, 404)
    all_editions = selectors.editions(found)
    first = all_editions[-1].published_at or found.published_at
    is_named = timezone.localdate() <= selectors.names_until(first)
    context = {
        "title": str(found), "notice": found, "editions": all_editions, "is_named": is_named,
        "lines": list(found.lines.order_by("pk")) if is_named else [], "named_until": selectors.names_until(first),
    }  # fmt: skip
    return _page(request, context, 200)


def _is_too_often(address: str) -> bool:
    """Counted in Redis; while it cannot be reached the page is shown: it keeps no secret."""
    key = f"points:notice:{hashlib.sha256(address.encode()).hexdigest()[:32]}"
    try:
        cache.add(key, 0, WITHIN)
        return int(cache.incr(key)) > TRIES
    except (RedisError, OSError, ValueError):
        return False


def _page(request: HttpRequest, context: dict[str, object], status: int) -> HttpResponse:
    answer = render(request, "points/rounds/public_notice.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer
