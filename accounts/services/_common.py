"""What all writes of the accounts share: who may, the lock, and the entry in the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.rights import may
from governance.audit import services as audit
from governance.errors import NotAllowed, NotFound
from governance.scope import Actor
from grids.models import Unit
from grids.querysets import UnitQuerySet


def require_office(by: Actor) -> None:
    """Raises NotAllowed for anyone but the security office (and the platform itself, when it is set up)."""
    if not (by.is_platform or may(by, "account.edit")):
        raise NotAllowed("只有安全管理员可以管理账号和岗位。")


def not_oneself(by: Actor, user_id: int) -> None:
    """Raises NotAllowed when the security office means itself: a second person looks at every such change."""
    if by.user_id == user_id:
        raise NotAllowed("安全管理员不能更改自己的账号和岗位，请由另一名安全管理员办理。")


def units_of(by: Actor) -> UnitQuerySet:
    """The units whose postings the actor gives and ends."""
    return Unit.objects.all() if by.is_platform else Unit.objects.visible_to(by)


def locked_user(user_id: int, by: Actor) -> User:
    """The user, locked; every write to a person and their postings takes this lock first.

    Raises NotFound for one outside the actor's staff.
    """
    scope = User.objects.all() if by.is_platform else User.objects.visible_to(by)
    user: User | None = scope.select_for_update(of=("self",)).filter(pk=user_id).first()
    if user is None:
        raise NotFound("没有找到该人员，可能不在您的管理范围内。")
    return user


def office_and_user(user_id: int, by: Actor) -> User:
    """The locked user, for a change by the security office to somebody else."""
    require_office(by)
    not_oneself(by, user_id)
    return locked_user(user_id, by)


def record(
    action: str,
    user: User,
    *,
    by: Actor,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """An entry about a user."""
    audit.record(
        action=action,
        subject_type="user",
        subject_id=user.pk,
        subject_label=f"{user.name}（{user.username}）",
        before=before,
        after=after,
        by=by,
        now=now,
        reason=reason,
    )
