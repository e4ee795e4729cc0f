"""What happens when a clock of this subject reaches a step: who is told, and what lists show."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from governance.audit import services as audit
from governance.deadlines.models import Clock
from governance.deadlines.subjects import SubjectRows
from governance.outbox import gathering
from governance.scope import PLATFORM
from members.models import MembershipTransfer, PartyMembership, PartyOrganisation, Term
from members.party import clocks
from members.party.services._common import people_of, told_above, told_at

_LEVELS = {clocks.WARN: "soon", clocks.LATE: "over", clocks.REPORT: "over"}


class TransferClocks(SubjectRows):
    """The engine's handler for transfers."""

    model = MembershipTransfer

    def on_step(self, clock: Clock, action: str, due_at: datetime, now: datetime) -> None:
        """Soon: who has to receive is told. Late: their level above and the giving organisation, too."""
        rows = MembershipTransfer.objects.select_related("from_organisation", "to_organisation")
        transfer = rows.get(pk=clock.subject_id)
        receiving, giving = transfer.to_organisation, transfer.from_organisation
        if receiving is None:
            return
        people = told_at(receiving, now)
        if action == clocks.LATE:
            transfer.late_since = clock.due_at
            transfer.save(update_fields=["late_since"])
            people |= told_at(giving, now) if giving is not None else set()
        if action != clocks.WARN:
            people |= told_above(receiving, now)
        if action == clocks.REPORT:
            people |= people_of(receiving.district_id, "district", now)
        words = "组织关系接收已超期" if action != clocks.WARN else "组织关系接收即将到期"
        _tell(clock, action, people, f"{words}：{receiving.name}", due_at, now)
        _record(clock, action, receiving.name, now)

    def on_moved(self, clock: Clock, old_due: datetime, new_due: datetime, now: datetime) -> None:
        """The list follows the calendar."""
        late = clock.overdue_since
        MembershipTransfer.objects.filter(pk=clock.subject_id).update(due_at=new_due, late_since=late)


class OrganisationClocks(SubjectRows):
    """The engine's handler for elections."""

    model = PartyOrganisation

    def on_step(self, clock: Clock, action: str, due_at: datetime, now: datetime) -> None:
        """Half a year and two months before: who decides is told. Missed: the level above, too."""
        organisation = PartyOrganisation.objects.get(pk=clock.subject_id)
        due_on = Term.objects.filter(pk=clock.detail_id).values_list("due_on", flat=True).first()
        people = told_at(organisation, now)
        if action != clocks.WARN:
            people |= told_above(organisation, now)
        if action == clocks.REPORT:
            people |= people_of(organisation.district_id, "district", now)
        words = "应换届未换届" if action != clocks.WARN else "即将届满"
        _tell(clock, action, people, f"{words}：{organisation.name}（{due_on:%Y-%m-%d}）", due_at, now)
        _record(clock, action, organisation.name, now)

    def on_moved(self, clock: Clock, old_due: datetime, new_due: datetime, now: datetime) -> None:
        """Terms count in calendar days: no working calendar moves them."""


class MembershipClocks(SubjectRows):
    """The engine's handler for probations."""

    model = PartyMembership

    def on_step(self, clock: Clock, action: str, due_at: datetime, now: datetime) -> None:
        """A month before and on the last day: who decides is told. Not decided: the level above, then the district."""
        one = PartyMembership.objects.select_related("organisation").get(pk=clock.subject_id)
        organisation = one.organisation
        people = told_at(organisation, now)
        if action != clocks.WARN:
            people |= told_above(organisation, now)
        if action == clocks.REPORT:
            people |= people_of(organisation.district_id, "district", now)
        words = "预备期满，转正讨论已超期" if action != clocks.WARN else "预备期满，请讨论转正"
        if action == clocks.WARN and one.probation_ends_on and timezone.localdate(now) < one.probation_ends_on:
            words = "预备期即将届满"
        _tell(clock, action, people, f"{words}：{organisation.name}（{one.probation_ends_on:%Y-%m-%d}）", due_at, now)
        _record(clock, action, organisation.name, now)

    def on_moved(self, clock: Clock, old_due: datetime, new_due: datetime, now: datetime) -> None:
        """Whole days: no working calendar moves them. Lists read the clock itself."""


def _tell(clock: Clock, action: str, people: set[int], title: str, due_at: datetime, now: datetime) -> None:
    gathering.remind(
        user_ids=people, key=f"{clock.kind}:{clock.pk}:{action}:{due_at:%Y%m%d}", title=title[:120],
        body=f"时限 {timezone.localtime(clock.due_at):%Y-%m-%d %H:%M}", level=_LEVELS[action], due_at=due_at,
        subject_type=clock.subject_type, subject_id=clock.subject_id, now=now,
    )  # fmt: skip


def _record(clock: Clock, action: str, label: str, now: datetime) -> None:
    audit.record(
        action=f"party.{clock.kind}.{action}", subject_type=clock.subject_type, subject_id=clock.subject_id,
        subject_label=label, after={"due_at": clock.due_at}, by=PLATFORM, now=now,
    )  # fmt: skip
