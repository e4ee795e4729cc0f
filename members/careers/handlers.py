"""What happens to a procedure when one of its clocks reaches a step: the next state, the card, the reminder."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from governance.deadlines import services as deadlines
from governance.deadlines.models import Clock
from governance.deadlines.subjects import SubjectRows
from governance.outbox import gathering
from governance.scope import PLATFORM
from members.careers import clocks
from members.careers.services import _steps
from members.careers.services._common import record
from members.careers.workflow import LAPSED
from members.models import CareerProcedure

_SHOWN = ["clock_kind", "due_at", "card"]


class ProcedureClocks(SubjectRows):
    """The deadline engine's handler for procedures. Called inside its transaction, with the procedure locked."""

    model = CareerProcedure

    def on_step(self, clock: Clock, action: str, due_at: datetime, now: datetime) -> None:
        """A term is over and the procedure goes on; or a limit draws near, or has passed, and they are reminded."""
        procedure = CareerProcedure.objects.select_related("career__person").get(pk=clock.subject_id)
        if action == clocks.LAPSE:
            _lapse(procedure, clock, now)
            return
        clocks.show(procedure)
        procedure.save(update_fields=_SHOWN)
        late = action == clocks.LATE
        words = f"{clocks.KINDS.get(clock.kind, '')}{'已超时' if late else '临近时限'}"
        _steps.enter(procedure, action, by=PLATFORM, now=now, words=words)
        record(
            f"career.{action}", procedure, str(procedure), by=PLATFORM, now=now, after={"clock": clock.kind},
        )  # fmt: skip
        gathering.remind(
            user_ids=_steps.people_whose_turn(procedure, now), key=f"careers:{procedure.pk}:{clock.pk}:{action}",
            title=f"{words}：{procedure}"[:120], level="over" if late else "soon", subject_type=clocks.SUBJECT,
            subject_id=procedure.pk, due_at=due_at, now=now,
        )  # fmt: skip

    def on_moved(self, clock: Clock, old_due: datetime, new_due: datetime, now: datetime) -> None:
        """The calendar moved the limit: the list follows, and the history says so."""
        procedure = CareerProcedure.objects.get(pk=clock.subject_id)
        clocks.show(procedure)
        procedure.save(update_fields=_SHOWN)
        words = f"工作日历调整，{clocks.KINDS.get(clock.kind, '')}改至 {timezone.localtime(new_due):%Y-%m-%d %H:%M}"
        _steps.enter(procedure, "clock_moved", by=PLATFORM, now=now, words=words)


def _lapse(procedure: CareerProcedure, clock: Clock, now: datetime) -> None:
    to = LAPSED.get(procedure.state)
    if to is None:
        deadlines.finish(subject_type=clocks.SUBJECT, subject_id=procedure.pk, kind=clock.kind, now=now)
        return
    words = "公示期满，无未处理异议。" if clock.kind == clocks.NOTICE else "申辩期满，未提出申辩。"
    _steps.go(procedure, "lapse", to, by=PLATFORM, now=now, words=words)
