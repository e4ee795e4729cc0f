"""The clocks of this subject: receiving a transfer, an election that falls due, a probation that has to be decided.

How long a transfer may take is a policy. An election is due when the term ends, which the organisation's own length of
term says: of its policy only the warnings and rungs count. After the end of a probation the policy leaves some days to
discuss it. Source: 发展党员工作细则: the branch discusses in time; to prolong and to cancel are decisions, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from governance.calendars.loading import working_calendar
from governance.calendars.worktime import NoWorkingTime
from governance.days import start_of
from governance.deadlines import services as deadlines
from governance.deadlines import timing
from governance.deadlines.models import Clock
from governance.deadlines.services import ClockSpec
from governance.deadlines.terms import Span, Terms, Unit
from governance.errors import IllegalState
from members.models import MembershipTransfer, PartyMembership, PartyOrganisation, Term
from members.models.party import PROBATIONARY
from members.party.services._common import owner_of

TRANSFER, ELECTION, PROBATION = "party_transfer", "party_election", "party_probation"
OF_TRANSFER, OF_ORGANISATION = "members.membershiptransfer", "members.partyorganisation"
OF_MEMBERSHIP = "members.partymembership"
WARN, LATE, REPORT = "party_soon", "party_late", "party_report_above"
TRANSFER_TERMS = {
    TRANSFER: {
        "amount": 5, "unit": "working_days", "missed": LATE,
        "warnings": [{"before": {"amount": 1, "unit": "working_days"}, "action": WARN}],
        "ladder": [{"after": {"amount": 3, "unit": "working_days"}, "action": REPORT}],
    },
}  # fmt: skip
ELECTION_TERMS = {
    ELECTION: {
        "amount": 1826, "unit": "calendar_days", "missed": LATE,
        "warnings": [
            {"before": {"amount": 180, "unit": "calendar_days"}, "action": WARN},
            {"before": {"amount": 60, "unit": "calendar_days"}, "action": WARN},
        ],
        "ladder": [{"after": {"amount": 30, "unit": "calendar_days"}, "action": REPORT}],
    },
}  # fmt: skip
# The first warning comes a month before the probation ends, the second on its last day.
PROBATION_TERMS = {
    PROBATION: {
        "amount": 30, "unit": "whole_days", "missed": LATE,
        "warnings": [
            {"before": {"amount": 60, "unit": "calendar_days"}, "action": WARN},
            {"before": {"amount": 30, "unit": "calendar_days"}, "action": WARN},
        ],
        "ladder": [{"after": {"amount": 30, "unit": "calendar_days"}, "action": REPORT}],
    },
}  # fmt: skip
# How many a run of `begin_missing` takes on.
_AT_ONCE = 500


def transfer_specs(transfers: Iterable[MembershipTransfer], at: datetime) -> list[ClockSpec]:
    """For transfers that are on their way: held against who has to receive them, by the policy of the moment `at`."""
    version = deadlines.policy_version_at(TRANSFER, at)
    term = Terms.parse(version.terms)[TRANSFER]
    return [
        ClockSpec(
            subject_type=OF_TRANSFER, subject_id=transfer.pk, kind=TRANSFER, term=term, unit_id=owner_of(receiver),
            started_at=transfer.asked_at, policy_version_id=version.pk,
        )
        for transfer in transfers if (receiver := transfer.to_organisation) is not None
    ]  # fmt: skip


def election_specs(terms: Iterable[Term], at: datetime) -> list[ClockSpec]:
    """For terms of office: from the election to the end of the last day, held against who decides."""
    version = deadlines.policy_version_at(ELECTION, at)
    shape = Terms.parse(version.terms)[ELECTION]
    return [
        ClockSpec(
            subject_type=OF_ORGANISATION, subject_id=term.organisation_id, kind=ELECTION, detail_id=term.pk,
            term=replace(shape, span=Span((term.due_on - term.elected_on).days + 1, Unit.CALENDAR_DAYS)),
            unit_id=owner_of(term.organisation), started_at=start_of(term.elected_on), policy_version_id=version.pk,
        )
        for term in terms
    ]  # fmt: skip


def probation_specs(
    memberships: Iterable[PartyMembership], at: datetime, *, since: date | None = None
) -> list[ClockSpec]:  # fmt: skip
    """For probationary members: from the admission (or `since`) to so many days after the end as the policy says."""
    version = deadlines.policy_version_at(PROBATION, at)
    shape = Terms.parse(version.terms)[PROBATION]
    found = []
    for one in memberships:
        if one.kind != PROBATIONARY or one.probation_ends_on is None:
            continue
        begun = since or one.joined_party_on or one.from_on
        days = (_last_day(one.probation_ends_on, shape.span) - begun).days
        found.append(ClockSpec(
            subject_type=OF_MEMBERSHIP, subject_id=one.pk, kind=PROBATION, unit_id=owner_of(one.organisation),
            term=replace(shape, span=Span(days, Unit.WHOLE_DAYS)), started_at=start_of(begun),
            policy_version_id=version.pk,
        ))  # fmt: skip
    return found


def _last_day(ends_on: date, grace: Span) -> date:
    """The day on which a probation has to be decided at the latest, in whole days whatever the policy counts in."""
    try:
        return timezone.localdate(timing.shift(start_of(ends_on), grace, working_calendar()))
    except NoWorkingTime:
        raise IllegalState("工作日历里没有工作时间，请先由区网格中心设置工作日历。", code="no_calendar") from None


def begin_transfer(transfer: MembershipTransfer, now: datetime) -> Clock:
    """Start the clock of a transfer, and note on it when it has to be received."""
    (clock,) = deadlines.start_many(transfer_specs([transfer], now), now)
    transfer.due_at = clock.due_at
    transfer.save(update_fields=["due_at"])
    return clock


def end_transfer(transfer: MembershipTransfer, now: datetime, *, met: bool) -> None:
    """End the clock of a transfer: decided, or of no account any more."""
    outcome = Clock.MET if met else Clock.CANCELLED
    deadlines.finish(subject_type=OF_TRANSFER, subject_id=transfer.pk, kind=TRANSFER, now=now, outcome=outcome)


def begin_election(term: Term, now: datetime) -> None:
    """Start the clock of a term of office; the organisation is locked."""
    deadlines.start_many(election_specs([term], now), now)


def end_election(organisation: PartyOrganisation, now: datetime, *, met: bool) -> None:
    """End the clock of the present term: elected, or no organisation any more."""
    outcome = Clock.MET if met else Clock.CANCELLED
    deadlines.finish(subject_type=OF_ORGANISATION, subject_id=organisation.pk, kind=ELECTION, now=now, outcome=outcome)


def begin_probation(memberships: Iterable[PartyMembership], now: datetime, *, since: date | None = None) -> None:
    """Start the clocks of those among new or locked memberships that are probationary."""
    if waiting := [one for one in memberships if one.kind == PROBATIONARY]:
        deadlines.start_many(probation_specs(waiting, now, since=since), now)


def end_probation(membership: PartyMembership, now: datetime, *, met: bool) -> None:
    """End the clock of a locked membership, if it has one: decided about, or of no account here any more."""
    outcome = Clock.MET if met else Clock.CANCELLED
    deadlines.finish(
        subject_type=OF_MEMBERSHIP, subject_id=membership.pk, kind=PROBATION, now=now, outcome=outcome
    )  # fmt: skip


def probation_of(membership: PartyMembership) -> Clock | None:
    """The clock that runs about a membership."""
    return open_probations().filter(subject_id=membership.pk).first()


def open_probations() -> QuerySet[Clock]:
    """All that run."""
    return Clock.objects.filter(subject_type=OF_MEMBERSHIP, kind=PROBATION, state__in=Clock.OPEN)


def begin_missing(now: datetime) -> int:
    """Start the clocks of probationary members who have none, as who was on record before there was one; how many.

    Whose time has passed is late at once: the next sweep tells who decides about them.
    """
    with transaction.atomic(durable=True):
        rows = PartyMembership.objects.current().filter(kind=PROBATIONARY, probation_ends_on__isnull=False)
        rows = rows.exclude(pk__in=open_probations().values("subject_id")).select_related("organisation")
        found = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:_AT_ONCE])
        # Who was decided about between the look and the lock has left the rows; a clock begun meanwhile counts.
        begun = open_probations().filter(subject_id__in=[one.pk for one in found])
        known = set(begun.values_list("subject_id", flat=True))
        begin_probation([one for one in found if one.pk not in known], now)
        return len(found) - len(known)


def put_off(organisation: PartyOrganisation, later: timedelta, now: datetime) -> None:
    """The election is due so many days later."""
    span = Span(later.days, Unit.CALENDAR_DAYS)
    deadlines.extend(subject_type=OF_ORGANISATION, subject_id=organisation.pk, kind=ELECTION, by=span, now=now)


def give_elections_to(organisation_ids: Iterable[int], unit_id: int) -> None:
    """The open clocks of these organisations are held against this unit from now on."""
    Clock.objects.filter(
        subject_type=OF_ORGANISATION, subject_id__in=list(organisation_ids), kind=ELECTION, state__in=Clock.OPEN
    ).update(unit_id=unit_id)


def give_probations_to(organisation_ids: Iterable[int], unit_id: int) -> None:
    """The open clocks of these organisations' probationary members are held against this unit from now on."""
    members = PartyMembership.objects.current().filter(organisation_id__in=list(organisation_ids), kind=PROBATIONARY)
    open_probations().filter(subject_id__in=members.values("pk")).update(unit_id=unit_id)


def give_transfers_to(transfer_ids: Iterable[int], unit_id: int) -> None:
    """The open clocks of these transfers are held against this unit from now on."""
    Clock.objects.filter(
        subject_type=OF_TRANSFER, subject_id__in=list(transfer_ids), kind=TRANSFER, state__in=Clock.OPEN
    ).update(unit_id=unit_id)
