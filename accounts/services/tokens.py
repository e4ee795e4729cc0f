"""Tokens for devices and other systems: each acts as one posting, is shown once, and ends on a date."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import ApiToken, Posting, User
from accounts.services._common import office_and_user, record, units_of
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor

LONGEST = timedelta(days=366)


def digest_of(token: str) -> str:
    """What is kept of a token. It is 256 bits of chance, so a plain hash tells nothing about it."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue_token(
    *, user_id: int, posting_id: int, name: str, expires_at: datetime, by: Actor, now: datetime
) -> tuple[ApiToken, str]:
    """A token that acts as one of the user's postings in force; returns it in clear too, which is kept nowhere.

    Raises InvalidInput (field "name", "posting", "expires_at"), NotAllowed for oneself.
    """
    with transaction.atomic(durable=True):
        user = office_and_user(user_id, by)
        posting = _in_force(user, posting_id, by, now)
        _check(name, expires_at, now)
        value = secrets.token_urlsafe(32)
        token = ApiToken.objects.create(
            posting=posting,
            name=name.strip(),
            digest=digest_of(value),
            prefix=value[:6],
            created_by_user=by.user_id,
            created_by_name=by.user_name,
            created_at=now,
            expires_at=expires_at,
        )
        record("token.issue", user, by=by, now=now, after={"token": token.pk, "name": token.name, "ends": expires_at})
    return token, value


def _in_force(user: User, posting_id: int, by: Actor, now: datetime) -> Posting:
    in_force = Posting.objects.in_force(timezone.localdate(now)).filter(unit__in=units_of(by))
    posting = in_force.filter(user=user, pk=posting_id).first()
    if posting is None:
        raise InvalidInput("该岗位当前不在任期内，请选择在任岗位。", field="posting")
    return posting


def _check(name: str, expires_at: datetime, now: datetime) -> None:
    if not name.strip():
        raise InvalidInput("请填写用途，例如“市热线接口”。", field="name")
    if not now < expires_at <= now + LONGEST:
        raise InvalidInput("有效期须在今天之后、一年之内。", field="expires_at")


def revoke_token(*, token_id: int, user_id: int, by: Actor, now: datetime) -> ApiToken:
    """End a token at once; raises NotFound, IllegalState when it was revoked already."""
    with transaction.atomic(durable=True):
        user = office_and_user(user_id, by)
        own = ApiToken.objects.select_for_update().filter(posting__user=user, posting__unit__in=units_of(by))
        token = own.filter(pk=token_id).first()
        if token is None:
            raise NotFound("没有找到这个令牌。")
        if token.revoked_at is not None:
            raise IllegalState("该令牌已经吊销。")
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record("token.revoke", user, by=by, now=now, before={"token": token.pk, "name": token.name})
    return token
