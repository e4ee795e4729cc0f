"""What happens to a round when one of its clocks reaches a step: the next state, the card, the reminder."""

from __future__ import annotations

from datetime import datetime

from governance.deadlines import services as deadlines
from governance.deadlines.models import Clock
from governance.deadlines.subjects import SubjectRows
from governance.outbox import gathering
from governance.scope import PLATFORM
from points.models import Round
from points.rounds.selection import clocks
from points.rounds.selection.services import _steps
from points.rounds.selection.services._common import record
from points.rounds.selection.workflow import CLOCKS, LAPSED

_SHOWN = ["clock_kind", "due_at", "card"]


class RoundClocks(SubjectRows):
    """The deadline engine's handler for rounds. Called inside its transaction, with the round locked."""

    model = Round

    def on_step(self, clock: Clock, action: str, due_at: datetime, now: datetime) -> None:
        """A term is over and the round goes on; or a limit draws near, or has passed, and they are reminded."""
        found = Round.objects.get(pk=clock.subject_id)
        if action == clocks.LAPSE:
            _lapse(found, clock, now)
            return
        clocks.show(found)
        found.save(update_fields=_SHOWN)
        late = action == clocks.LATE
        words = f"{clocks.KINDS.get(clock.kind, '')}{'已超时' if late else '临近时限'}"
        record(f"round.{action.removeprefix('round_')}", found, by=PLATFORM, now=now, after={"clock": clock.kind})
        gathering.remind(
            user_ids=_steps.people_whose_turn(found, now), key=f"rounds:{found.pk}:{clock.pk}:{action}",
            title=f"{words}：{found.title}"[:120], level="over" if late else "soon", subject_type=clocks.SUBJECT,
            subject_id=found.pk, due_at=due_at, now=now,
        )  # fmt: skip

    def on_moved(self, clock: Clock, old_due: datetime, new_due: datetime, now: datetime) -> None:
        """The calendar moved the limit: the list follows."""
        found = Round.objects.get(pk=clock.subject_id)
        clocks.show(found)
        found.save(update_fields=_SHOWN)


def _lapse(found: Round, clock: Clock, now: datetime) -> None:
    """A term of another state than the round's has nothing to say. Without one vote there is no result: the host calls
    the round off."""
    if CLOCKS.get(found.state) != clock.kind or (found.state == "voting" and not _steps.settle_votes(found)):
        deadlines.finish(subject_type=clocks.SUBJECT, subject_id=found.pk, kind=clock.kind, now=now)
        clocks.show(found)
        found.save(update_fields=[*_SHOWN, "voters"])
        return
    _steps.go(found, "lapse", LAPSED[found.state], by=PLATFORM, now=now, words=f"{clocks.KINDS[clock.kind]}届满")
