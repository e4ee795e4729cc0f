"""When the next visit is due, under visits and pauses, against a count that goes day by day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.deadlines.models import Clock
from members.care import turns
from members.care.services.pausing import pause_visits, resume_visits
from members.models import CareTurn

pytestmark = pytest.mark.django_db
RHYTHMS = {"A": 7, "B": 15, "C": 30}
HAPPENINGS = st.lists(
    st.tuples(st.sampled_from(["visit", "attempt", "toggle"]), st.integers(1, 60 * 24 * 12)), max_size=7
)


class SlowCount:
    """A turn in minutes of time that counts: those in which visits are not paused, one after the other."""

    def __init__(self, start: datetime, days: int) -> None:
        self.days, self.paused_at = days, None
        self.begin(start)

    def begin(self, at: datetime) -> None:
        """A turn that ends with the day a rhythm later."""
        self.due = end_of(timezone.localdate(at) + timedelta(days=self.days))
        self.late = False

    def look(self, at: datetime) -> None:
        """Once the limit has passed, while it ran, the turn is late for good."""
        if self.paused_at is None and at > self.due:
            self.late = True

    def toggle(self, at: datetime) -> None:
        """Pause, or go on with what was left: to the end of the day, unless it was late."""
        self.look(at)
        if self.paused_at is None:
            self.paused_at = at
            return
        moved = self.due + (at - self.paused_at)
        self.due = moved if self.due < self.paused_at else end_of(timezone.localdate(moved))
        self.paused_at = None

    def visit(self, at: datetime) -> str:
        """The turn ends; the next begins, paused from this moment where it is."""
        self.look(at)
        verdict = "missed" if self.late else "met"
        self.begin(at)
        self.paused_at = at if self.paused_at is not None else None
        return verdict


def end_of(day: date) -> datetime:
    """Its last second."""
    return timezone.make_aware(datetime(day.year, day.month, day.day, 23, 59, 59))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(level=st.sampled_from("ABC"), happenings=HAPPENINGS)
def test_the_due_date_is_that_of_the_slow_count(listed, person, visit, cast, now, level, happenings) -> None:
    record = listed(person(), level=level)
    slow, at, verdicts = SlowCount(now, RHYTHMS[level]), now, []
    for what, minutes in happenings:
        at += timedelta(minutes=minutes)
        if what == "visit":
            visit(record, days=at - now, at=at)
            verdicts.append(slow.visit(at))
        elif what == "attempt":
            visit(record, days=at - now, at=at, found="absent")
        elif slow.paused_at is None:
            pause_visits(
                record_id=record.pk, until=timezone.localdate(at) + timedelta(days=300), reason="away",
                by=cast.cw, now=at,
            )  # fmt: skip
            slow.toggle(at)
        else:
            resume_visits(record_id=record.pk, by=cast.cw, now=at)
            slow.toggle(at)
    record.refresh_from_db()
    slow.look(at)
    clock = turns.clock_of(record)
    assert clock.due_at == slow.due
    assert (clock.state == Clock.PAUSED) == (slow.paused_at is not None)
    ended = CareTurn.objects.filter(record=record).exclude(state="open").order_by("pk")
    assert list(ended.values_list("state", flat=True)) == verdicts
    assert all(one.ended_at <= two.ended_at for one, two in pairwise(ended))
