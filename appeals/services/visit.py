"""The follow-up visit 回访: each attempt is kept; solved and satisfied are two questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appeals import clocks
from appeals.messages import tell_unit
from appeals.models import Appeal, Visit
from appeals.services._again import hand_back
from appeals.services._run import Run, step
from appeals.words import clean
from appeals.workflow import CLOSED
from governance.errors import InvalidInput
from governance.scope import Actor

# After so many calls that nobody answered, the appeal is closed as such. Source: workflow.md, "unreachable N times".
MAX_ATTEMPTS = 3
UNSATISFIED = "unsatisfied"


@dataclass(frozen=True, slots=True)
class VisitReport:
    """What one attempt found. Both answers are needed when the complainant was reached, and neither when not."""

    method: str
    reached: bool
    solved: bool | None = None
    satisfaction: str = ""
    words: str = ""


def visit(*, appeal_id: int, report: VisitReport, by: Actor, now: datetime, revision: int | None = None) -> Appeal:
    """Record an attempt. Satisfied closes the appeal; unsatisfied sends it back for re-handling 重办."""
    words = _checked(report)
    with step("visit", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        Visit.objects.create(
            appeal=run.appeal, round=run.appeal.rehandles + 1, method=report.method, reached=report.reached,
            solved=report.solved, satisfaction=report.satisfaction, words=words,
            by_user=by.user_id, by_name=by.user_name, by_unit_id=by.unit_id, at=now,
        )  # fmt: skip
        run.data = {"reached": report.reached, "solved": report.solved, "satisfaction": report.satisfaction}
        run.set(visit_attempts=run.appeal.visit_attempts + 1)
        if not report.reached:
            _not_reached(run)
        elif report.satisfaction == UNSATISFIED:
            _again(run)
        else:
            _close(run, "satisfied", report.satisfaction)
    return run.appeal


def _checked(report: VisitReport) -> str:
    if report.method not in dict(Visit.METHODS):
        raise InvalidInput("请选择回访方式。", field="method")
    if report.reached and report.solved is None:
        raise InvalidInput("请记录诉求人是否认为已解决。", field="solved")
    if report.reached and report.satisfaction not in dict(Visit.SATISFACTION):
        raise InvalidInput("请记录诉求人的满意度。", field="satisfaction")
    if not report.reached and (report.solved is not None or report.satisfaction):
        raise InvalidInput("未联系上诉求人时，不能填写是否解决和满意度。", field="reached")
    least = 5 if report.satisfaction == UNSATISFIED else 0
    return clean(report.words, label="回访记录", field="words", most=2000, least=least)


def _not_reached(run: Run) -> None:
    if run.appeal.visit_attempts >= MAX_ATTEMPTS:
        _close(run, "unreachable", "")


def _close(run: Run, how: str, satisfaction: str) -> None:
    run.move(CLOSED)
    clocks.met(run.appeal, clocks.VISIT, now=run.now)
    run.set(closed_at=run.now, close_kind=how, satisfaction=satisfaction)


def _again(run: Run) -> None:
    """Back to who handled it, with the re-handle clock; the second time puts it under supervision."""
    clocks.met(run.appeal, clocks.VISIT, now=run.now)
    run.set(rehandles=run.appeal.rehandles + 1, satisfaction=UNSATISFIED, visit_attempts=0)
    if run.appeal.rehandles >= 2:
        run.set(is_supervised=True)
        title = f"两次回访不满意，列入督办：{run.appeal.title}"
        about = f"supervised:{run.appeal.rehandles}"
        tell_unit(run.appeal, run.appeal.district_id, about=about, title=title, level="over", leaders=True, now=run.now)
    hand_back(run, title="回访不满意，请重新办理")
