"""The clocks of an appeal: which policy it follows, which clock is the main one, and what happens when one fires."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from appeals.models import Appeal
from appeals.rules import Case, Rulebook, case_of
from appeals.workflow import DISPATCHED, IN_PROGRESS, REGISTERED, RESOLVED, SHELVED
from governance.calendars.loading import working_calendar
from governance.deadlines import services as deadlines
from governance.deadlines import timing
from governance.deadlines.models import Clock, PolicyVersion
from governance.deadlines.reterming import PAST
from governance.deadlines.terms import Term, Terms

SUBJECT = "appeals.appeal"
# The window for a return: its end is kept by the hand-over, its clock only notes the lapse, and draws no card.
SEND_BACK = "send_back_window"
DISPATCH, ACCEPT, CONTACT, RESOLVE, VISIT, REHANDLE = (
    "dispatch", "accept", "first_contact", "resolve", "visit", "rehandle",
)  # fmt: skip
# One a supervision order: its key is the clock's detail. Likewise a request for more time.
SUPERVISION, EXTENSION = "supervision_answer", "extension_decision"
# One a return of the city hotline: its key is the clock's detail.
HOTLINE = "hotline_return"
# Work that was put aside comes back when it ends.
REVIEW = "shelve_review"
# The clock that a list shows, by state; the first that is open.
_MAIN = {
    REGISTERED: (REHANDLE, RESOLVE, DISPATCH),
    DISPATCHED: (REHANDLE, RESOLVE),
    IN_PROGRESS: (REHANDLE, RESOLVE),
    SHELVED: (REVIEW,),
    RESOLVED: (VISIT,),
}


def pick_policy(case: Case, at: datetime, rulebook: Rulebook | None = None) -> PolicyVersion:
    """The version in force at `at` of the policy that the rules give to the case.

    Source: workflow.md, "Clocks". Without a rulebook the rules are read.
    """
    rule = (rulebook or Rulebook.read()).rule_for(case)
    return deadlines.policy_version_at(rule.policy.code, at)


def case(appeal: Appeal) -> Case:
    """What decides about the appeal's policy."""
    return case_of(appeal.category, urgency=appeal.urgency, channel=appeal.channel, handling_kind=appeal.handling_kind)


def start(appeal: Appeal, kind: str, *, unit_id: int, now: datetime, detail_id: int = 0) -> Clock | None:
    """Start a clock of the appeal by its policy version; None when the version has no such limit."""
    term = term_of(appeal, kind)
    if term is None:
        return None
    return deadlines.start(
        subject_type=SUBJECT, subject_id=appeal.pk, kind=kind, term=term, unit_id=unit_id, started_at=now, now=now,
        detail_id=detail_id, policy_version_id=appeal.policy_version_id,
    )  # fmt: skip


def term_of(appeal: Appeal, kind: str) -> Term | None:
    """The limit of this kind in the policy version that the appeal keeps; None when the policy has none."""
    version = appeal.policy_version
    if version is None:
        raise AssertionError(f"appeal {appeal.pk} has no policy version")
    return Terms.parse(version.terms).get(kind)


def limit(appeal: Appeal, kind: str, now: datetime) -> datetime:
    """When a limit of this kind that starts now would end; `now` itself when the policy has none."""
    term = term_of(appeal, kind)
    return now if term is None else timing.due(now, [term.span], working_calendar())


def start_if_none(appeal: Appeal, kind: str, *, unit_id: int, now: datetime) -> None:
    """Start the clock, or give the open one to the unit: a hand-over never buys time."""
    if not open_clocks(appeal).filter(kind=kind, detail_id=0).update(unit_id=unit_id):
        start(appeal, kind, unit_id=unit_id, now=now)


def give_to(appeal: Appeal, unit_id: int) -> None:
    """The open handling clocks answer for this unit from now on."""
    open_clocks(appeal).filter(kind__in=(RESOLVE, REHANDLE), detail_id=0).update(unit_id=unit_id)


def follow_desk(appeal: Appeal) -> None:
    """What the desk has to answer goes with the appeal to another desk, on the same clock."""
    open_clocks(appeal).filter(kind=HOTLINE).update(unit_id=appeal.desk_unit_id)


def met(appeal: Appeal, *kinds: str, now: datetime, detail_id: int | None = 0) -> None:
    """End the open clocks of these kinds: met, or missed when the limit has passed."""
    for kind in kinds:
        deadlines.finish(
            subject_type=SUBJECT, subject_id=appeal.pk, kind=kind, detail_id=detail_id, outcome=Clock.MET, now=now
        )


def cancel(appeal: Appeal, *kinds: str, now: datetime, detail_id: int | None = None) -> None:
    """End the open clocks of these kinds without a verdict; when no kind is named, all that end with the appeal.

    What the city hotline returned waits for its answer whatever becomes of the appeal.
    """
    for kind in kinds or tuple(open_clocks(appeal).exclude(kind=HOTLINE).values_list("kind", flat=True).distinct()):
        deadlines.finish(
            subject_type=SUBJECT, subject_id=appeal.pk, kind=kind, detail_id=detail_id, outcome=Clock.CANCELLED, now=now
        )


def open_clocks(appeal: Appeal) -> QuerySet[Clock]:
    """The open clocks of the appeal, as a queryset."""
    return Clock.objects.filter(subject_type=SUBJECT, subject_id=appeal.pk, state__in=Clock.OPEN)


def all_clocks(appeal: Appeal) -> list[Clock]:
    """Every clock of the appeal, in the order in which they started."""
    return list(Clock.objects.filter(subject_type=SUBJECT, subject_id=appeal.pk).order_by("started_at", "id"))


def main_clock_fields(appeal: Appeal) -> dict[str, Any]:
    """What a list shows of the clocks: one's kind and due time, and the worst card of all that are open.

    The main clock of the state, unless another has run out: then the one that is late the longest.
    """
    # What is put aside runs nowhere: only its review does.
    clocks = list(open_clocks(appeal).filter(state=Clock.RUNNING).exclude(kind=SEND_BACK).order_by("id"))
    by_kind = {clock.kind: clock for clock in clocks if clock.detail_id == 0}
    main = next((by_kind[kind] for kind in _MAIN.get(appeal.state, ()) if kind in by_kind), None)
    late = [clock for clock in clocks if clock.overdue_since is not None]
    main = min(late, key=lambda clock: clock.due_at) if late else main
    return {
        "clock_kind": main.kind if main else "",
        "due_at": main.due_at if main else None,
        "card": _worst_card(clocks),
    }


def _worst_card(clocks: list[Clock]) -> str:
    cards = {card_of(clock) for clock in clocks}
    return "red" if "red" in cards else "yellow" if "yellow" in cards else ""


def card_of(clock: Clock) -> str:
    """The card that an open clock has drawn by its present limit: '', 'yellow' or 'red'.

    A warning that is to come again, since the limit was extended, has not been given for this limit; nor has one that
    the clock's present term does not know.
    """
    if clock.overdue_since is not None:
        return "red"
    to_come = {step["key"] for step in clock.steps[clock.next_step :]}
    fired = {
        step["action"]
        for step in clock.steps[: clock.next_step]
        if step["key"] not in to_come and not step["key"].startswith(PAST)
    }
    return "yellow" if "yellow" in fired else ""


def is_late(appeal: Appeal, now: datetime) -> bool:
    """Whether the limit for resolving (or re-handling) has passed, a card drawn or not yet."""
    handling = open_clocks(appeal).filter(kind__in=(RESOLVE, REHANDLE), detail_id=0)
    return any(clock.due_at < now for clock in handling)


def reading(appeal: Appeal, now: datetime) -> dict[str, Any]:
    """The main clock as it stands: {"kind", "due_at", "left_seconds"}; empty when none runs."""
    if appeal.due_at is None:
        return {}
    left = int((appeal.due_at - now).total_seconds())
    return {"kind": appeal.clock_kind, "due_at": appeal.due_at.isoformat(), "left_seconds": left}
