"""The limit for approving what was proposed: its policy, its start, and what happens when it is missed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.selectors import leaders_of, with_role
from governance.audit import services as audit
from governance.deadlines import actions, defaults, registry, wording
from governance.deadlines import services as deadlines
from governance.deadlines.models import Clock
from governance.deadlines.subjects import SubjectRows
from governance.deadlines.terms import Terms
from governance.outbox import gathering
from governance.scope import PLATFORM, Role
from points.models import Claim

SUBJECT, POLICY = "points.claim", "points_approval"
APPROVE, SECOND = "points_approve", "points_second"
_KINDS = {"proposed": APPROVE, "second": SECOND}


def _span(amount: int) -> dict[str, Any]:
    return {"amount": amount, "unit": "working_days"}


def _term(*ladder: dict[str, Any]) -> dict[str, Any]:
    warning = {"before": _span(1), "action": "points_soon"}
    return _span(3) | {"warnings": [warning], "missed": "points_late", "ladder": list(ladder)}


TERMS = {APPROVE: _term({"after": _span(2), "action": "points_to_street"}), SECOND: _term()}
# action → its name in the editor, the card it draws, the message's level, the words.
_ACTIONS = {
    "points_soon": ("将到期提醒", "yellow", "soon", "积分申报将到审批时限"),
    "points_late": ("超期提醒", "red", "over", "积分申报超期未审批"),
    "points_to_street": ("报街道", "red", "over", "积分申报超期未审批，报街道"),
}


def register() -> None:
    """Called once, when Django is ready."""
    wording.name_kinds({APPROVE: "积分审批", SECOND: "积分复核"})
    places = (actions.WARNING, actions.MISSED, actions.LADDER)
    for (code, (label, *_)), place in zip(_ACTIONS.items(), places, strict=True):
        actions.register_action(SUBJECT, code, label, places=(place,))
    defaults.ship_policy(SUBJECT, POLICY, "积分申报审批", TERMS)
    registry.register(SUBJECT, ClaimClocks())


def start(claim: Claim, now: datetime) -> None:
    """The claim waits for somebody: the clock of its state runs, any other ends. The caller saves `due_at`, `card`."""
    finish(claim, now)
    kind = _KINDS[claim.state]
    version = deadlines.policy_version_at(POLICY, now)
    term = Terms.parse(version.terms).get(kind)
    if term is None:
        return
    clock = deadlines.start(
        subject_type=SUBJECT, subject_id=claim.pk, kind=kind, term=term, started_at=now, now=now,
        unit_id=claim.community_id if kind == APPROVE else claim.street_id, policy_version_id=version.pk,
    )  # fmt: skip
    claim.due_at = clock.due_at


def finish(claim: Claim, now: datetime, *, outcome: str = Clock.MET) -> None:
    """Nobody is waited for. The caller saves `due_at` and `card`."""
    for kind in _KINDS.values():
        deadlines.finish(subject_type=SUBJECT, subject_id=claim.pk, kind=kind, outcome=outcome, now=now)
    claim.due_at, claim.card = None, ""


class ClaimClocks(SubjectRows):
    """The deadline engine's handler for claims. Called inside its transaction, the claim already locked."""

    model = Claim

    def on_step(self, clock: Clock, action: str, due_at: datetime, now: datetime) -> None:
        """Mark the claim, and tell who should have decided; from the first rung on the street too."""
        claim = Claim.objects.get(pk=clock.subject_id)
        _, card, level, words = _ACTIONS[action]
        before, claim.card = claim.card, card
        claim.save(update_fields=["card"])
        audit.record(
            action=f"point.{action}", subject_type=SUBJECT, subject_id=claim.pk, subject_label=claim.title[:64],
            before={"card": before}, after={"card": card}, by=PLATFORM, now=now,
        )  # fmt: skip
        people = set(deciders(claim, now))
        if action == "points_to_street":
            people |= set(leaders_of(claim.street_id, now)) | set(with_role(Role.STREET_STAFF, claim.street_id, now))
        gathering.remind(
            user_ids=people, key=f"claim:{clock.pk}:{action}", title=f"{words}：{claim.title}",
            body=f"{claim.points} 分，申报人{claim.proposed_by_name or '系统'}，"
            f"时限 {timezone.localtime(clock.due_at):%m-%d %H:%M}。",
            level=level, subject_type=SUBJECT, subject_id=claim.pk, due_at=due_at, now=now,
        )  # fmt: skip

    def on_moved(self, clock: Clock, old_due: datetime, new_due: datetime, now: datetime) -> None:
        """A change of the calendar moved the limit: the list follows."""
        Claim.objects.filter(pk=clock.subject_id).update(due_at=new_due)


def deciders(claim: Claim, now: datetime) -> list[int]:
    """Users whose turn it is."""
    if claim.state == "second":
        return with_role(Role.STREET_STAFF, claim.street_id, now)
    return with_role(Role.COMMUNITY_SECRETARY, claim.community_id, now)
