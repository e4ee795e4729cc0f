"""The follow-up visit 回访: each attempt is kept; solved and satisfied are two questions.

Not solved goes back to whoever handled it, however content the complainant is with the people, unless the visitor has
explained why no more can be done (`explained`: the law allows no more, say). Unsatisfied always goes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from accounts.models import Posting
from appeals import clocks
from appeals.models import Appeal, Assignment, Visit
from appeals.services import _orders
from appeals.services._again import hand_back
from appeals.services._run import Run, step
from appeals.words import clean
from appeals.workflow import CLOSED, MERGED
from governance.calendars.loading import working_calendar
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.scope import Actor

# After so many calls that nobody answered, the appeal is closed as such. Source: workflow.md, "unreachable N times".
MAX_ATTEMPTS = 3
UNSATISFIED = "unsatisfied"
# The complainant speaks for themselves on the web; the platform takes the step for them.
COMPLAINANT = Actor(0, "诉求人", 0, None, 0, "诉求人", None)
# How long after the closing they may still say that it is not solved.
SAYING_PERIOD = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class VisitReport:
    """What one attempt found. Both answers are needed when the complainant was reached, and neither when not."""

    method: str
    reached: bool
    solved: bool | None = None
    satisfaction: str = ""
    words: str = ""
    explained: bool = False

    @property
    def sends_back(self) -> bool:
        """Whether the work has to be done again."""
        return self.satisfaction == UNSATISFIED or (self.solved is False and not self.explained)


def visit(*, appeal_id: int, report: VisitReport, by: Actor, now: datetime, revision: int | None = None) -> Appeal:
    """Record an attempt. Solved closes the appeal; not solved or unsatisfied sends it back for re-handling 重办."""
    words = _checked(report)
    with step("visit", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        if works_for_a_handler(run.appeal, by, now):
            raise NotAllowed("您同时在办理单位任职，不能回访这件工单，请由其他人员回访。")
        counts = report.reached or _counts(run.appeal, now)
        _keep(run, report, words, counts)
        if report.sends_back:
            title = "回访不满意，请重新办理" if report.satisfaction == UNSATISFIED else "回访未解决，请重新办理"
            _again(run, title, report.satisfaction)
        elif report.reached:
            _close(run, "satisfied" if report.solved else "explained", report.satisfaction)
        elif counts:
            _not_reached(run)
    return run.appeal


def complainant_unsatisfied(*, appeal_id: int, words: str, now: datetime) -> Appeal:
    """The complainant says on the web that it is not solved: an unsatisfied visit by their own word.

    While it waits for its visit, and within 90 days of its closing; once a round, as it is in progress again after.
    A merged appeal speaks to the one that carries on for it. The caller has made sure that it is the complainant.
    Raises IllegalState in any other state or later, InvalidInput (field "words") for words too short or too long.
    """
    words = clean(words, label="未解决的情况", field="words", most=1000, least=5)
    merged = Appeal.objects.filter(pk=appeal_id, state=MERGED).values_list("parent_id", "number").first()
    target, child = merged if merged else (appeal_id, "")
    with step("not_solved", appeal_id=target or appeal_id, by=COMPLAINANT, now=now, words=words) as run:
        closed = run.appeal.closed_at
        if closed is not None and now > closed + SAYING_PERIOD:
            raise IllegalState("归档已超过 90 天，请重新提出诉求。")
        _keep(run, VisitReport(Visit.WEB, reached=True, solved=False, satisfaction=UNSATISFIED), words, True)
        if child:
            run.data["child"] = child
        _again(run, "诉求人反映未解决，请重新办理", UNSATISFIED)
    return run.appeal


def works_for_a_handler(appeal: Appeal, by: Actor, now: datetime) -> bool:
    """Whether the person holds a posting, besides the one they act in, at a unit that worked on the appeal."""
    worked = Assignment.objects.filter(appeal=appeal, accepted_at__isnull=False)
    units = worked.exclude(ended_how__in=("passed_down", "sent_back", "recalled")).values("unit_id")
    mine = Posting.objects.in_force(timezone.localdate(now)).filter(user_id=by.user_id, unit_id__in=units)
    return mine.exists()


def _checked(report: VisitReport) -> str:
    if report.method not in dict(Visit.METHODS):
        raise InvalidInput("请选择回访方式。", field="method")
    if report.reached and report.solved is None:
        raise InvalidInput("请记录诉求人是否认为已解决。", field="solved")
    if report.reached and report.satisfaction not in dict(Visit.SATISFACTION):
        raise InvalidInput("请记录诉求人的满意度。", field="satisfaction")
    if not report.reached and (report.solved is not None or report.satisfaction):
        raise InvalidInput("未联系上诉求人时，不能填写是否解决和满意度。", field="reached")
    if report.explained and (report.solved is not False or report.satisfaction == UNSATISFIED):
        raise InvalidInput("只有未解决、但诉求人并非不满意时，才可标为已解释说明。", field="explained")
    least = 5 if report.sends_back or report.explained else 0
    return clean(report.words, label="回访记录", field="words", most=2000, least=least)


def _keep(run: Run, report: VisitReport, words: str, counts: bool) -> None:
    Visit.objects.create(
        appeal=run.appeal, round=run.appeal.rehandles + 1, method=report.method, reached=report.reached,
        solved=report.solved, satisfaction=report.satisfaction, explained=report.explained, counts=counts, words=words,
        by_user=run.by.user_id, by_name=run.by.user_name, by_unit_id=run.by.unit_id or None, at=run.now,
    )  # fmt: skip
    run.data = {
        "reached": report.reached, "solved": report.solved, "satisfaction": report.satisfaction,
        "explained": report.explained, "method": report.method, "counts": counts,
    }  # fmt: skip
    run.set(visit_attempts=run.appeal.visit_attempts + counts)


def _counts(appeal: Appeal, now: datetime) -> bool:
    """Whether a call that nobody answered counts towards closing: once a half of a working day.

    Three calls within an hour say nothing; three on two days do. Noon divides the day.
    """
    half = _half_day(now)
    if not working_calendar().is_working_day(half[0]):
        return False
    earlier = Visit.objects.filter(appeal=appeal, reached=False, counts=True)
    if appeal.resolved_at is not None:
        earlier = earlier.filter(at__gte=appeal.resolved_at)
    return all(_half_day(at) != half for at in earlier.values_list("at", flat=True))


def _half_day(at: datetime) -> tuple[date, bool]:
    local = timezone.localtime(at)
    return local.date(), local.hour >= 12


def _not_reached(run: Run) -> None:
    if run.appeal.visit_attempts >= MAX_ATTEMPTS:
        _close(run, "unreachable", "")


def _close(run: Run, how: str, satisfaction: str) -> None:
    run.move(CLOSED)
    clocks.met(run.appeal, clocks.VISIT, now=run.now)
    run.set(closed_at=run.now, close_kind=how, satisfaction=satisfaction)


def _again(run: Run, title: str, satisfaction: str) -> None:
    """Back to who handled it, with the re-handle clock; from the second time on with a supervision order."""
    clocks.met(run.appeal, clocks.VISIT, now=run.now)
    run.set(rehandles=run.appeal.rehandles + 1, satisfaction=satisfaction, visit_attempts=0)
    hand_back(run, title=title)
    if run.appeal.rehandles >= 2:
        _orders.note_unsatisfied(run)
