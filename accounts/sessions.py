"""Signed-in browsers: begun safely, ended when idle, listed for their owner and for the security office."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import cast

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from accounts.models import Posting, User, UserSession
from governance.audit import services as audit
from governance.errors import NotAllowed
from governance.scope import PLATFORM, Actor

# Keys in the session's data.
POSTING = "posting"
SEEN = "seen"
# How often, in seconds, a busy session writes down that it was seen.
_GRAIN = 60


def begin(request: HttpRequest, user: User, *, by: Actor, now: datetime) -> None:
    """Sign `user` in. The session gets a new key, so that one planted before signing in opens nothing."""
    request.session.flush()
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session[SEEN] = int(now.timestamp())
    agent = request.headers.get("User-Agent", "")[:200]
    with transaction.atomic():
        request.session.save()
        UserSession.objects.create(
            user=user,
            session_key=request.session.session_key or "",
            ip=by.ip,
            agent=agent,
            started_at=now,
            seen_at=now,
        )
        _record("session.begin", user, by, now, {"agent": agent})


def end_current(request: HttpRequest, *, by: Actor, now: datetime) -> None:
    """Sign this browser out."""
    user = cast(User, request.user)
    with transaction.atomic():
        UserSession.objects.filter(session_key=request.session.session_key, ended_at=None).update(ended_at=now)
        _record("session.leave", user, by, now, {})
    logout(request)


def record_lock_out(username: str, *, ip: str, now: datetime) -> None:
    """Put into the record that an account was locked out from an address; there may be no such account."""
    user = User.objects.filter(username=username).first() or User(pk=0, username=username)
    _record("account.locked_out", user, replace(PLATFORM, ip=ip), now, {"ip": ip})


def _record(action: str, user: User, by: Actor, now: datetime, after: dict[str, str]) -> None:
    audit.record(
        action=action,
        subject_type="user",
        subject_id=user.pk,
        subject_label=f"{user.name}（{user.username}）",
        after=after,
        by=by,
        now=now,
    )


def renew_key(request: HttpRequest, *, old_key: str | None) -> None:
    """Follow a session whose key was changed (by a new password)."""
    request.session.save()
    UserSession.objects.filter(session_key=old_key).update(session_key=request.session.session_key)


def has_idled(session: SessionBase, now: datetime) -> bool:
    """Whether nothing was asked for longer than SESSION_IDLE_SECONDS."""
    seen = session.get(SEEN)
    return seen is not None and bool(now.timestamp() - seen > settings.SESSION_IDLE_SECONDS)


def touch(session: SessionBase, now: datetime) -> None:
    """Note that the session is in use; written once a minute at most."""
    if now.timestamp() - session.get(SEEN, 0) < _GRAIN:
        return
    session[SEEN] = int(now.timestamp())
    UserSession.objects.filter(session_key=session.session_key).update(seen_at=now)


def end(sessions: list[UserSession], *, now: datetime) -> int:
    """Sign out these browsers at once, whatever they are doing; returns how many were signed in."""
    keys = [s.session_key for s in sessions]
    Session.objects.filter(session_key__in=keys).delete()
    return UserSession.objects.filter(session_key__in=keys, ended_at=None).update(ended_at=now)


def act_as(request: HttpRequest, posting: Posting, *, by: Actor, now: datetime) -> None:
    """Keep the choice of a posting in the session; whether it is still in force is read at each request.

    Raises NotAllowed for another's posting.
    """
    if posting.user_id != by.user_id:
        raise NotAllowed("只能切换到自己的岗位。")
    request.session[POSTING] = posting.pk
    with transaction.atomic():
        UserSession.objects.filter(session_key=request.session.session_key).update(posting=posting)
        after = {"unit": posting.unit.name, "role": posting.role}
        _record("session.act_as", posting.user, by, now, after)
