"""What happens when the clock of a visit reaches a step: the card, the history, who is told."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.selectors import leaders_of, staff_of
from governance.deadlines.models import Clock
from governance.deadlines.subjects import SubjectRows
from governance.outbox import gathering
from governance.scope import PLATFORM
from members.care import turns
from members.care.actions import ACTIONS
from members.care.services import _common
from members.care.services.pausing import come_back
from members.care.words import PAUSE, RESUME, SUBJECT
from members.models import CareRecord


class CareClocks(SubjectRows):
    """The deadline engine's handler for care records. Called inside its transaction, with the record locked."""

    model = CareRecord

    def on_step(self, clock: Clock, action: str, due_at: datetime, now: datetime) -> None:
        """Draw the card or climb the ladder; or let paused visits begin again."""
        record = CareRecord.objects.select_related("person", "kind").get(pk=clock.subject_id)
        if action == RESUME:
            come_back(record, now)
            return
        before = {"card": record.card}
        turns.show(record)
        rung = ACTIONS[action]
        said = f"{rung.words}（时限 {timezone.localtime(clock.due_at):%m-%d}）。"
        _common.event(record, action, said, by=PLATFORM, now=now)
        after = {"card": record.card, "due_at": clock.due_at.isoformat()}
        _common.note(f"care.{action}", record, by=PLATFORM, now=now, before=before, after=after)
        gathering.remind(
            user_ids=responsible(record, now) | _above(record, rung.height, now), level=rung.level, due_at=due_at,
            key=f"care:{record.pk}:clock:{clock.pk}:{action}", title=f"{rung.words}：{record}", body=said,
            subject_type=SUBJECT, subject_id=record.pk, now=now,
        )  # fmt: skip

    def on_moved(self, clock: Clock, old_due: datetime, new_due: datetime, now: datetime) -> None:
        """A change of calendar moved the clock: the list follows, and the history says so."""
        if clock.kind == PAUSE:
            return
        record = CareRecord.objects.select_related("person", "kind").get(pk=clock.subject_id)
        turns.show(record)
        old, new = timezone.localdate(old_due), timezone.localdate(new_due)
        _common.event(record, "clock_moved", f"走访时限由 {old:%m-%d} 调整为 {new:%m-%d}。", by=PLATFORM, now=now)


def responsible(record: CareRecord, now: datetime) -> set[int]:
    """Who is to visit: the named visitor while still at work there; else the grid's workers; else the community."""
    if record.visitor_id and _common.works_here(record, record.visitor_id, now):
        return {record.visitor_id}
    staff = set(staff_of(record.grid_id, now)) if record.grid_id else set()
    return staff or set(staff_of(record.community_id, now))


def _above(record: CareRecord, height: int, now: datetime) -> set[int]:
    """First rung: the community's secretary. Second: the street's people, its leader included."""
    people = set(leaders_of(record.community_id, now)) if height >= 1 else set()
    return people | set(staff_of(record.street_id, now)) if height >= 2 else people
