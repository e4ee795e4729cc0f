"""The limits of a round: defaults as a policy, the round's own lengths, and what a list shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from governance.deadlines import actions, wording
from governance.deadlines import services as deadlines
from governance.deadlines.defaults import ship_policy
from governance.deadlines.firing import carry_out_due
from governance.deadlines.models import Clock
from governance.deadlines.terms import Span, Term, Terms
from points.models import Round
from points.rounds.selection.workflow import CLOCKS, TERMS

SUBJECT = "points.round"
POLICY = "points_rounds"
SOON, LATE, LAPSE = "round_soon", "round_late", "round_lapse"
KINDS = {
    "round_nominate": "提名期", "round_review": "评选审核", "round_vote": "投票期", "round_jury": "评委打分",
    "round_notice": "评选公示期", "round_announce": "公布评选结果",
}  # fmt: skip
# Where the round itself says how many working days.
_OWN = {
    "round_nominate": "nominate_days", "round_vote": "decide_days", "round_jury": "decide_days",
    "round_notice": "notice_days",
}  # fmt: skip


def _limit(days: int) -> dict[str, Any]:
    before = {"amount": 1, "unit": "working_days"}
    return {"amount": days, "unit": "working_days", "warnings": [{"before": before, "action": SOON}], "missed": LATE}


def _term(days: int) -> dict[str, Any]:
    return {"amount": days, "unit": "working_days", "missed": LAPSE}


# Source: as for appointments, five working days of public notice; the rest as the district keeps its rounds.
SHIPPED = {
    "round_nominate": _term(10), "round_review": _limit(5), "round_vote": _term(5), "round_jury": _limit(5),
    "round_notice": _term(5), "round_announce": _limit(3),
}  # fmt: skip


def register() -> None:
    """Called once, when Django is ready."""
    ship_policy(SUBJECT, POLICY, "创先争优评选", SHIPPED)
    wording.name_kinds(KINDS)
    runs = [kind for kind in KINDS if kind not in TERMS]
    actions.register_action(SUBJECT, SOON, "临近时限提醒", places=(actions.WARNING,), kinds=runs)
    actions.register_action(SUBJECT, LATE, "超时提醒", places=(actions.MISSED, actions.LADDER), kinds=runs)
    actions.register_action(SUBJECT, LAPSE, "期满转下一步", places=(actions.MISSED,), kinds=TERMS)


def open_clocks(found: Round) -> QuerySet[Clock]:
    """The clocks of a round that have not ended."""
    return Clock.objects.filter(subject_type=SUBJECT, subject_id=found.pk, state__in=Clock.OPEN)


def catch_up(found: Round, now: datetime) -> None:
    """Carry out what was due before a person's step, as the sweep would have; the round is held by the caller."""
    if carry_out_due(list(open_clocks(found).select_for_update(no_key=True).order_by("pk")), now):
        found.refresh_from_db()


def start(found: Round, now: datetime) -> None:
    """Start the limit of the state that the round is in; the list's columns follow, unsaved."""
    kind = CLOCKS[found.state]
    version = deadlines.policy_version_at(POLICY, now)
    term = Terms.parse(version.terms).get(kind)
    if term is not None:
        deadlines.start(
            subject_type=SUBJECT, subject_id=found.pk, kind=kind, term=_lasting(term, found, kind),
            unit_id=turn_unit(found), started_at=now, now=now, policy_version_id=version.pk,
        )  # fmt: skip
    show(found)


def _lasting(term: Term, found: Round, kind: str) -> Term:
    days = getattr(found, _OWN[kind]) if kind in _OWN else term.amount
    return replace(term, span=Span(days, term.unit))


def turn_unit(found: Round) -> int:
    """Whose turn it is: of reviewing the street's where there is one; else the host's."""
    if found.state == "reviewing" and found.street_id is not None:
        return int(found.street_id)
    return int(found.unit_id)


def end(found: Round, now: datetime, *, outcome: str = Clock.MET) -> None:
    """End the open clocks."""
    for kind in list(open_clocks(found).values_list("kind", flat=True)):
        deadlines.finish(subject_type=SUBJECT, subject_id=found.pk, kind=kind, outcome=outcome, now=now)


def show(found: Round) -> None:
    """Put the running clock into the columns that a list shows."""
    clock = open_clocks(found).filter(state=Clock.RUNNING).order_by("pk").first()
    found.clock_kind = clock.kind if clock else ""
    found.due_at = clock.due_at if clock else None
    found.card = _card(clock) if clock else ""


def _card(clock: Clock) -> str:
    if clock.kind in TERMS:
        return ""
    if clock.overdue_since is not None:
        return "red"
    return "yellow" if any(step["action"] == SOON for step in clock.steps[: clock.next_step]) else ""
