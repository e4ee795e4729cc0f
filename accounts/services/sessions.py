"""Signing browsers out: one's own, or anybody's by the security office."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import sessions
from accounts.models import User, UserSession
from accounts.services._common import locked_user, record, require_office
from governance.errors import NotFound
from governance.scope import Actor


def _of(user_id: int, by: Actor) -> User:
    if by.user_id == user_id:
        own: User = User.objects.select_for_update().get(pk=user_id)
        return own
    require_office(by)
    return locked_user(user_id, by)


def end_session(*, session_id: int, user_id: int, by: Actor, now: datetime) -> None:
    """Sign out one browser of a user; raises NotFound when it is not among theirs."""
    with transaction.atomic(durable=True):
        user = _of(user_id, by)
        session = UserSession.objects.filter(pk=session_id, user=user).first()
        if session is None:
            raise NotFound("没有找到这个登录会话。")
        if sessions.end([session], now=now):
            record("session.end", user, by=by, now=now, after={"ip": session.ip, "agent": session.agent})


def end_all_sessions(*, user_id: int, by: Actor, now: datetime, keep_session: str = "") -> int:
    """Sign out all browsers of a user but that with the key `keep_session`; returns how many."""
    with transaction.atomic(durable=True):
        user = _of(user_id, by)
        ended = sessions.end(list(user.sessions.filter(ended_at=None).exclude(session_key=keep_session)), now=now)
        if ended:
            record("session.end_all", user, by=by, now=now, after={"count": ended})
    return ended
