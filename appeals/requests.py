"""Extensions and shelvings as they stand: what may still be asked for, and what was."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from appeals import clocks
from appeals.models import Appeal, Assignment, Extension, Shelving
from appeals.models.limits import PENDING
from governance.deadlines.models import Clock
from governance.deadlines.terms import Extension as Allowance
from governance.deadlines.terms import Term


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
