"""What the services of rounds share: who may, the held row, the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.rights import may
from governance.audit import services as audit
from governance.errors import IllegalState, NotAllowed, NotFound
from governance.scope import Actor
from members.models import Person
from points.models import Round, RoundNomination
from points.rounds.selection import clocks
from points.rounds.selection.people import is_near
from points.rounds.selection.workflow import HOST, HOSTS, NOMINATE, OBJECT, REVIEW

SUBJECT, NOMINATION = clocks.SUBJECT, "points.roundnomination"
_WHO = {
    HOST: "评选由主办单位办理：区网格中心、街道或社区书记。", NOMINATE: "提名由社区、网格、街道和企业联络员办理。",
    REVIEW: "提名由街道审核。", OBJECT: "异议由社区、街道登记。",
}  # fmt: skip


def require(by: Actor, right: str) -> None:
    """Raise NotAllowed without the right."""
    if not may(by, right):
        raise NotAllowed(f"您的岗位不能办理这一步，{_WHO[right]}")


def is_host(found: Round, by: Actor) -> bool:
    """Whether who acts hosts the round: the right role, at exactly its unit."""
    return by.role in HOSTS and by.unit_kind == HOSTS[by.role] and by.unit_id == found.unit_id


def locked_round(round_id: int, by: Actor, now: datetime) -> Round:
    """The round in sight, held, with what was due carried out first. Raises NotFound."""
    rows = Round.objects.visible_to(by).select_for_update(of=("self",))
    found: Round | None = rows.filter(pk=round_id).first()
    if found is None:
        raise NotFound("没有找到这项评选，或不在您的管辖范围内。")
    clocks.catch_up(found, now)
    return found


def hosted(round_id: int, by: Actor, now: datetime) -> Round:
    """The same, by its host. Raises NotAllowed for who sees it and does not host it."""
    require(by, HOST)
    found = locked_round(round_id, by, now)
    if not is_host(found, by):
        raise NotAllowed(f"这项评选由{found.unit.name}主办，请由该单位办理。")
    return found


def locked_nomination(nomination_id: int, by: Actor) -> RoundNomination:
    """A nomination in scope, held. Raises NotFound."""
    rows = RoundNomination.objects.visible_to(by).select_for_update(of=("self",)).select_related("person", "round")
    found: RoundNomination | None = rows.defer("person__search").filter(pk=nomination_id).first()
    if found is None:
        raise NotFound("没有找到这名人选，或不在您的管辖范围内。")
    return found


def refuse_near(by: Actor, person: Person, what: str) -> None:
    """Raise NotAllowed for oneself and one's own household."""
    if is_near(by, person):
        raise NotAllowed(f"不能{what}本人或同户人员，请由其他人员办理（回避）。")


def check_state(found: Round, *states: str, what: str) -> None:
    """Raise IllegalState in any other state."""
    if found.state not in states:
        raise IllegalState(f"“{found.title}”{found.get_state_display()}，现在不能{what}。")


def record(
    action: str, subject: Round | RoundNomination, *, by: Actor, now: datetime,
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Into the audit record, beside the change."""
    audit.record(
        action=action, subject_type=subject._meta.label_lower, subject_id=subject.pk,
        subject_label=str(subject)[:64], before=before, after=after, reason=reason, by=by, now=now,
    )  # fmt: skip
