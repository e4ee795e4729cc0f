"""The limits of a procedure: the district's defaults, and starting, ending and reading the one that runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from governance.deadlines import actions, wording
from governance.deadlines import services as deadlines
from governance.deadlines.defaults import ship_policy
from governance.deadlines.firing import carry_out_due
from governance.deadlines.models import Clock
from governance.deadlines.terms import Terms
from members.careers.workflow import DISTRICT, TURNS
from members.models import CareerProcedure

SUBJECT = "members.careerprocedure"
POLICY = "careers"
NOTICE, HEARING = "public_notice", "hearing"
SOON, LATE, LAPSE = "career_soon", "career_late", "career_lapse"
KINDS = {
    "career_review": "人事审核", "career_publish": "发布公示", NOTICE: "公示期", "career_settle": "异议查处",
    "career_decision": "人事审定", HEARING: "申辩期", "career_delivery": "送达",
}  # fmt: skip


def _limit(days: int) -> dict[str, Any]:
    before = {"amount": 1, "unit": "working_days"}
    return {
        "amount": days, "unit": "working_days", "warnings": [{"before": before, "action": SOON}], "missed": LATE,
    }  # fmt: skip


def _term(days: int) -> dict[str, Any]:
    return {"amount": days, "unit": "working_days", "missed": LAPSE}


# Source: the district's rules: a notice of five working days before an appointment, five to answer before a removal.
TERMS = {
    "career_review": _limit(5), "career_publish": _limit(3), NOTICE: _term(5), "career_settle": _limit(5),
    "career_decision": _limit(10), HEARING: _term(5), "career_delivery": _limit(3),
}  # fmt: skip


def register() -> None:
    """Called once, when Django is ready."""
    ship_policy(SUBJECT, POLICY, "社区工作者晋升、清退、奖惩", TERMS)
    wording.name_kinds(KINDS)
    runs = [kind for kind in KINDS if kind not in {NOTICE, HEARING}]
    actions.register_action(SUBJECT, SOON, "临近时限提醒", places=(actions.WARNING,), kinds=runs)
    actions.register_action(SUBJECT, LATE, "超时提醒", places=(actions.MISSED, actions.LADDER), kinds=runs)
    actions.register_action(SUBJECT, LAPSE, "期满转下一步", places=(actions.MISSED,), kinds=(NOTICE, HEARING))


def open_clocks(procedure: CareerProcedure) -> QuerySet[Clock]:
    """The clocks of a procedure that have not ended."""
    return Clock.objects.filter(subject_type=SUBJECT, subject_id=procedure.pk, state__in=Clock.OPEN)


def catch_up(procedure: CareerProcedure, now: datetime) -> None:
    """Carry out what was due before a person's step, as the sweep would have; the procedure is held by the caller."""
    if carry_out_due(list(open_clocks(procedure).select_for_update(no_key=True).order_by("pk")), now):
        procedure.refresh_from_db(fields=["state", "clock_kind", "due_at", "card", "ended_at", "revision"])


def end(procedure: CareerProcedure, now: datetime, *, outcome: str = Clock.MET, but: str = "") -> None:
    """End the open clocks, except of the kind `but`."""
    for kind in list(open_clocks(procedure).exclude(kind=but).values_list("kind", flat=True)):
        deadlines.finish(subject_type=SUBJECT, subject_id=procedure.pk, kind=kind, outcome=outcome, now=now)


def turn_unit(procedure: CareerProcedure) -> int:
    """The unit that has to act, or whose term it is; the district for what is the district's."""
    turn, _ = TURNS[procedure.kind, procedure.state]
    return procedure.district_id if turn == DISTRICT else procedure.street_id


def start(procedure: CareerProcedure, now: datetime) -> None:
    """Start the limit of the state that the procedure is in; the list's columns follow, unsaved."""
    _, kind = TURNS[procedure.kind, procedure.state]
    version = deadlines.policy_version_at(POLICY, now)
    term = Terms.parse(version.terms).get(kind)
    if term is not None:
        deadlines.start(
            subject_type=SUBJECT, subject_id=procedure.pk, kind=kind, term=term, unit_id=turn_unit(procedure),
            started_at=now, now=now, policy_version_id=version.pk,
        )  # fmt: skip
    show(procedure)


def pause_notice(procedure: CareerProcedure, now: datetime) -> None:
    """An objection stops the term of the notice."""
    deadlines.pause(subject_type=SUBJECT, subject_id=procedure.pk, kind=NOTICE, now=now)


def resume_notice(procedure: CareerProcedure, now: datetime) -> None:
    """The objection was settled: what was left of the term is left."""
    deadlines.resume(subject_type=SUBJECT, subject_id=procedure.pk, kind=NOTICE, now=now)
    show(procedure)


def show(procedure: CareerProcedure) -> None:
    """Put the running clock into the columns that a list shows."""
    clock = open_clocks(procedure).filter(state=Clock.RUNNING).order_by("pk").first()
    procedure.clock_kind = clock.kind if clock else ""
    procedure.due_at = clock.due_at if clock else None
    procedure.card = card_of(clock) if clock else ""


def card_of(clock: Clock) -> str:
    """The card that a clock has drawn; the term of a notice draws none."""
    if clock.kind in {NOTICE, HEARING}:
        return ""
    if clock.overdue_since is not None:
        return "red"
    return "yellow" if any(step["action"] == SOON for step in clock.steps[: clock.next_step]) else ""
