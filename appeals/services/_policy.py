"""An appeal under another policy: its open clocks are counted anew from the same start, and its history says so.

Source: workflow.md, "A change of category restarts nothing: it recomputes from the same start and says so".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from appeals import clocks, stages
from appeals.models import Appeal, Assignment, StageRecord
from appeals.services import _orders
from governance.deadlines import services as deadlines
from governance.deadlines.models import Clock, PolicyVersion
from governance.deadlines.terms import Terms
from governance.deadlines.wording import kind_label


@dataclass(frozen=True, slots=True)
class Told:
    """A line for the history: what became of one clock."""

    words: str
    data: dict[str, Any]


def put_under(appeal: Appeal, version: PolicyVersion, now: datetime) -> list[Told]:
    """Count the appeal's open clocks anew under the version; what the history is to say of each that changed.

    The appeal is locked; its own fields (`policy_version`, the shown clock) are the caller's to save. A limit that the
    policy does not have is cancelled; a stage that it has and the appeal has not runs from the first dispatch.
    """
    terms = Terms.parse(version.terms)
    told = list(_open_ones(appeal, version, terms, now))
    return told + list(_new_stages(appeal, version, terms, now))


def moved(appeal: Appeal, clock: Clock, old_due: datetime) -> Told:
    """A limit that was moved by a calendar or a policy: what hangs on it follows; the line for the history."""
    if clock.kind == clocks.SEND_BACK:
        Assignment.objects.filter(pk=clock.detail_id).update(send_back_until=clock.due_at)
    if clock.kind == clocks.SUPERVISION:
        _orders.note_clock(clock)
    words = f"{label_of(clock)}时限由 {_moment(old_due)} 调整为 {_moment(clock.due_at)}"
    return Told(words, {"clock": clock.kind, "from": old_due.isoformat(), "to": clock.due_at.isoformat()})


def label_of(clock: Clock) -> str:
    """What the clock is called: the name that its term carries (a stage's), else that of its kind."""
    return str(clock.term.get("name") or kind_label(clock.kind))


def _open_ones(appeal: Appeal, version: PolicyVersion, terms: Terms, now: datetime) -> Iterator[Told]:
    # How long work is put aside was decided by a person for this case, not by the policy.
    kinds = clocks.open_clocks(appeal).exclude(kind=clocks.REVIEW)
    for kind in sorted(set(kinds.values_list("kind", flat=True))):
        term = terms.get(kind)
        if term is None:
            yield from _dropped(appeal, kind, now)
            continue
        changed = deadlines.reterm(
            subject_type=clocks.SUBJECT, subject_id=appeal.pk, kind=kind, term=term, policy_version_id=version.pk,
            now=now,
        )  # fmt: skip
        for one in changed:
            if one.has_moved:
                yield moved(appeal, one.clock, one.old_due)


def _dropped(appeal: Appeal, kind: str, now: datetime) -> Iterator[Told]:
    ended = deadlines.finish(
        subject_type=clocks.SUBJECT, subject_id=appeal.pk, kind=kind, outcome=Clock.CANCELLED, now=now
    )
    for clock in ended:
        yield Told(f"新的时限方案没有{label_of(clock)}时限，不再计时", {"clock": kind, "cancelled": True})


def _new_stages(appeal: Appeal, version: PolicyVersion, terms: Terms, now: datetime) -> Iterator[Told]:
    if appeal.first_dispatched_at is None or appeal.lead_unit_id is None:
        return
    known = {clock.kind for clock in clocks.all_clocks(appeal) if clock.state != Clock.CANCELLED}
    # One that was noted as not needed has a cancelled clock, and a record.
    known |= set(StageRecord.objects.filter(appeal=appeal).values_list("kind", flat=True))
    missing = [kind for kind in terms if kind.startswith(stages.PREFIX) and kind not in known]
    started = [
        deadlines.start(
            subject_type=clocks.SUBJECT, subject_id=appeal.pk, kind=kind, term=terms[kind],
            unit_id=appeal.lead_unit_id, started_at=appeal.first_dispatched_at, now=now, policy_version_id=version.pk,
        )
        for kind in missing
    ]  # fmt: skip
    for clock in sorted(started, key=lambda clock: clock.due_at):
        data = {"clock": clock.kind, "to": clock.due_at.isoformat()}
        yield Told(f"新的时限方案有“{label_of(clock)}”环节，时限 {_moment(clock.due_at)}", data)


def _moment(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%m-%d %H:%M}"
