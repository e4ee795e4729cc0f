"""How the API knows its caller: by a token, which acts as one posting, or by the browser's session."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import acting
from accounts.addresses import client_ip
from accounts.models import ApiToken, User
from accounts.services.tokens import digest_of

KEYWORD = "Token"
_REFUSED = "令牌无效、已过期、已吊销，或其岗位已不在任期内。请向安全管理员申请新的令牌。"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token <token>`. Sets `request.actor` to the posting of the token."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The user and the token; None where the header is about something else."""
        keyword, _, value = get_authorization_header(request).partition(b" ")
        if keyword.lower() != KEYWORD.lower().encode():
            return None
        now = timezone.now()
        token = _token(value.strip().decode("latin-1"), now)
        actor = acting.actor_from(token.posting, now=now, ip=client_ip(request._request))
        request._request.actor = actor  # type: ignore[attr-defined]
        request._request.postings = [token.posting]  # type: ignore[attr-defined]
        return token.posting.user, token

    def authenticate_header(self, request: Request) -> str:
        """What the answer 401 asks for."""
        return KEYWORD


def _token(value: str, now: datetime) -> ApiToken:
    found = ApiToken.objects.valid(now).select_related("posting__user", "posting__unit")
    token = found.filter(digest=digest_of(value)).first()
    if token is None:
        raise AuthenticationFailed(_REFUSED)
    # Once a minute is enough to see that it is used, and keeps a busy device from writing at each request.
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(minutes=1))
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return token


class ActingSessionAuthentication(SessionAuthentication):
    """The session of a page: the actor is the one that the middleware set, and CSRF is checked."""
