"""Extensions and shelvings as they stand: what may still be asked for, and what was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from appeals import clocks
from appeals.models import Appeal, Assignment, Extension, Shelving
from appeals.models.limits import PENDING
from governance.deadlines.models import Clock
from governance.deadlines.terms import Extension as Allowance
from governance.deadlines.terms import Term
from governance.scope import Actor


def handling_clock(appeal: Appeal, part: Assignment) -> Clock | None:
    """The open handling limit of a part: of the lead the re-handling's or the resolving's, of a helper its own."""
    mine = clocks.open_clocks(appeal).filter(kind__in=(clocks.REHANDLE, clocks.RESOLVE))
    return mine.filter(detail_id=0 if part.part == Assignment.LEAD else part.pk).order_by("kind").first()


def granted(clock: Clock) -> int:
    """How many extensions the limit has had."""
    return Extension.objects.filter(clock_id=clock.pk, granted=True).count()


def allowance(clock: Clock | None, now: datetime) -> Allowance | None:
    """What may still be asked for on this limit; None when nothing may."""
    allowed = Term.parse(clock.term).extension if clock else None
    if clock is None or allowed is None or now > clock.due_at or clock.overdue_since is not None:
        return None
    return allowed if granted(clock) < allowed.times else None


def decided_by(pending: QuerySet[Any], by: Actor) -> QuerySet[Any]:
    """Of the pending requests those that this person decides, oldest first.

    The unit that it was put to decides, and the district centre may decide any; never who asked, nor their unit.
    """
    rows = pending.exclude(asked_by_unit_id=by.unit_id).exclude(asked_by_user=by.user_id).order_by("pk")
    return rows if by.unit_id == by.district_id else rows.filter(decider_id=by.unit_id)


def put_to(pending: QuerySet[Any], by: Actor) -> QuerySet[Any]:
    """Of the pending requests those that were put to the person's unit: what its worklist shows."""
    return decided_by(pending.filter(decider_id=by.unit_id), by)


@dataclass(frozen=True, slots=True)
class Lain:
    """How often an appeal was shelved, and how many days in all."""

    times: int
    days: int


def lain(appeal: Appeal, now: datetime) -> Lain:
    """How often and how long the appeal has been shelved, the present time included."""
    return total(Shelving.objects.filter(appeal=appeal, granted=True), now)


def total(shelvings: Iterable[Shelving], now: datetime) -> Lain:
    """The same of rows that were read already."""
    granted = [one for one in shelvings if one.granted]
    return Lain(len(granted), sum(days(one, now) for one in granted))


def days(shelving: Shelving, now: datetime) -> int:
    """How many days a granted one has lain."""
    begun, ended = shelving.decided_at or now, shelving.ended_at or now
    return (timezone.localdate(ended) - timezone.localdate(begun)).days


def may_ask(step: str, appeal: Appeal, part: Assignment | None, now: datetime) -> bool:
    """Whether the step (ask_extension, ask_shelving) makes sense for the unit of this part."""
    if part is None or part.accepted_at is None:
        return False
    if step == "ask_shelving":
        policy = clocks.term_of(appeal, clocks.REVIEW)
        return policy is not None and not Shelving.objects.filter(PENDING, appeal=appeal).exists()
    waiting = Extension.objects.filter(PENDING, assignment=part).exists()
    return not waiting and allowance(handling_clock(appeal, part), now) is not None


def extensions(appeal: Appeal) -> QuerySet[Extension]:
    """All requests for more time, newest first."""
    return appeal.extensions.select_related("asked_by_unit", "decider").order_by("-pk")


def shelvings(appeal: Appeal) -> QuerySet[Shelving]:
    """All requests to put the work aside, newest first."""
    return appeal.shelvings.select_related("asked_by_unit", "decider").order_by("-pk")
