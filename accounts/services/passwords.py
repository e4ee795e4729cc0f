"""New passwords: chosen by the person, or temporary ones given by the security office."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import passwords, sessions
from accounts.models import PasswordHistory, User
from accounts.services._common import office_and_user, record
from governance.errors import InvalidInput, NotAllowed
from governance.scope import Actor


def change_password(*, user_id: int, old: str, new: str, by: Actor, now: datetime, keep_session: str = "") -> User:
    """A person's own new password. All their other sessions end; `keep_session` is the key of the present one.

    Raises InvalidInput (field "old" or "new"), NotAllowed for another's.
    """
    if by.user_id != user_id:
        raise NotAllowed("只能修改自己的密码。")
    with transaction.atomic(durable=True):
        user: User = User.objects.select_for_update().get(pk=user_id)
        if not user.check_password(old):
            raise InvalidInput("当前密码不正确。", field="old")
        _check(new, user)
        set_password(user, new, now=now)
        others = user.sessions.filter(ended_at=None).exclude(session_key=keep_session)
        sessions.end(list(others), now=now)
        record("password.change", user, by=by, now=now)
    return user


def _check(new: str, user: User) -> None:
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise InvalidInput("".join(error.messages), field="new") from error


def set_password(user: User, new: str, *, now: datetime) -> None:
    """Store a password that was checked, and remember it; in the caller's transaction."""
    user.set_password(new)
    user.must_change_password, user.password_set_at = False, now
    user.save(update_fields=["password", "must_change_password", "password_set_at"])
    _remember(user, now)


def set_temporary(user: User, *, now: datetime) -> str:
    """Give a temporary password, to be changed at the next sign-in; returns it, as it is kept nowhere."""
    temporary = passwords.temporary()
    user.password = passwords.hash_temporary(temporary)
    user.must_change_password, user.password_set_at = True, now
    user.save(update_fields=["password", "must_change_password", "password_set_at"])
    return temporary


def _remember(user: User, now: datetime) -> None:
    PasswordHistory.objects.create(user=user, password=user.password, set_at=now)
    kept = user.password_history.order_by("-id").values("pk")[: settings.PASSWORD_HISTORY]
    user.password_history.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()


def reset_password(*, user_id: int, by: Actor, now: datetime) -> str:
    """A temporary password by the security office, returned once; the person's sessions end."""
    with transaction.atomic(durable=True):
        user = office_and_user(user_id, by)
        temporary = set_temporary(user, now=now)
        sessions.end(list(user.sessions.filter(ended_at=None)), now=now)
        record("password.reset", user, by=by, now=now)
    return temporary
