"""What people are told of points: who earned them, and the community whose budget is short."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.selectors import with_role
from governance.outbox.services import notify
from governance.scope import Role
from members.accounts import user_of
from points.earning.clocks import SUBJECT
from points.models import Claim


def tell_earner(claim: Claim, now: datetime) -> None:
    """Somebody with an account learns what they earned, and why not all of it."""
    user = user_of(claim.person) if claim.person is not None else None
    if user is None:
        return
    whose = "所在户" if claim.rule is not None and claim.rule.earner == "household" else "您"
    notify(
        user_ids=[user], key=f"claim:{claim.pk}:earned", title=f"{whose}获得 {claim.points} 积分：{claim.title}",
        body=claim.why, now=now,
    )  # fmt: skip


def tell_short(claim: Claim, now: datetime) -> None:
    """The community and its street learn that there is nothing to give from: once a day."""
    day = timezone.localdate(now)
    people = {
        *with_role(Role.COMMUNITY_SECRETARY, claim.community_id, now),
        *with_role(Role.STREET_STAFF, claim.street_id, now),
    }  # fmt: skip
    notify(
        user_ids=people, key=f"points:short:{claim.community_id}:{day}",
        title=f"{claim.community.name}积分预算不足，有积分待发放", body=f"{claim.why}拨付后自动发放，无需重新申报。",
        level="soon", subject_type=SUBJECT, subject_id=claim.pk, now=now,
    )  # fmt: skip
