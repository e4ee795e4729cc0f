"""From a posting in force to the actor that services and querysets take."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from accounts.models import Posting, User
from governance.errors import NotAllowed
from governance.scope import Actor, Role, UnitKind


def postings_of(user_id: int, today: date) -> list[Posting]:
    """The postings of a user that count on `today`, with user and unit, in a stable order (one query)."""
    in_force = Posting.objects.in_force(today).filter(user_id=user_id)
    return list(in_force.select_related("user", "unit__community").order_by("-is_leader", "starts_on", "id"))


def actor_from(posting: Posting, *, now: datetime, ip: str = "") -> Actor:
    """The actor that `posting` (loaded with its user and unit) speaks for at `now`.

    Raises NotAllowed when the posting is not in force then, or its user may not sign in.
    """
    if not (posting.user.is_active and posting.is_in_force(timezone.localdate(now))):
        raise NotAllowed("该岗位当前不在任期内，请联系本区安全管理员核对岗位设置。")
    unit = posting.unit
    kind = UnitKind(unit.kind)
    return Actor(
        user_id=posting.user_id,
        user_name=posting.user.name,
        posting_id=posting.pk,
        role=Role(posting.role),
        unit_id=unit.pk,
        unit_name=unit.name,
        unit_kind=kind,
        district_id=unit.district_id,
        street_id=unit.street_id,
        community_id=unit.community_id,
        grid_id=unit.pk if kind == UnitKind.GRID else None,
        is_leader=posting.is_leader,
        ip=ip,
    )


def as_oneself(user: User, *, ip: str = "") -> Actor:
    """The person without any posting: all that one may do so is to look after one's own account."""
    return Actor(user.pk, user.name, 0, None, 0, "本人", None, ip=ip)


def actor_of(user: User, *, now: datetime, ip: str = "") -> Actor:
    """The actor that a person begins as: by their first posting in force, or as themselves."""
    postings = postings_of(user.pk, timezone.localdate(now))
    return actor_from(postings[0], now=now, ip=ip) if postings else as_oneself(user, ip=ip)
