"""Reads of users and postings that other rooms need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from accounts.models import Posting
from accounts.rights import OFFICES, RIGHTS
from governance.scope import Role

LEADER_ROLES = (Role.DISTRICT_LEADER, Role.STREET_LEADER, Role.COMMUNITY_SECRETARY)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A person on a unit's page."""

    name: str
    role: str
    phone: str
    is_leader: bool


def _at(unit_id: int) -> Q:
    return Q(unit_id=unit_id) & ~Q(role__in=[r.value for r in OFFICES])


def staff_of(unit_id: int, now: datetime) -> list[int]:
    """Users with a business posting in force at exactly this unit, leaders included; ids, each once."""
    return sorted(_users(_at(unit_id), now))


def leaders_of(unit_id: int, now: datetime) -> list[int]:
    """Users who lead exactly this unit: by their role (区领导, 街道书记, 社区书记), or marked as its 负责人."""
    leads = Q(is_leader=True) | Q(role__in=[r.value for r in LEADER_ROLES])
    return sorted(_users(_at(unit_id) & leads, now))


def with_role(role: Role, unit_id: int, now: datetime) -> list[int]:
    """Users who hold `role` at exactly this unit."""
    return sorted(_users(Q(role=role.value, unit_id=unit_id), now))


def who_may(right: str, unit_ids: Iterable[int], now: datetime) -> list[int]:
    """Users who have the right by a posting at one of these units."""
    roles = [role.value for role in RIGHTS.get(right, ())]
    return sorted(_users(Q(role__in=roles, unit_id__in=list(unit_ids)), now))


def _users(condition: Q, now: datetime) -> set[int]:
    in_force = Posting.objects.in_force(timezone.localdate(now))
    return set(in_force.filter(condition).values_list("user_id", flat=True))


def on_duty(unit_id: int, now: datetime) -> list[OnDuty]:
    """The people of exactly this unit, leaders first; the phone as it is shown to everyone (masked)."""
    in_force = Posting.objects.in_force(timezone.localdate(now)).filter(_at(unit_id))
    postings = in_force.select_related("user").order_by("-is_leader", "role", "user__initials", "user_id")
    return [OnDuty(p.user.name, p.role_label, p.user.phone_masked, p.is_leader) for p in postings]
