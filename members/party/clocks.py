"""The clocks of this subject: receiving a transfer, and an election that falls due.

How long a transfer may take is a policy. An election is due when the term ends, which the organisation's own length of
term says: of its policy only the warnings and rungs count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from governance.deadlines import services as deadlines
from governance.deadlines.models import Clock
from governance.deadlines.services import ClockSpec
from governance.deadlines.terms import Span, Terms, Unit
from members.models import MembershipTransfer, PartyOrganisation, Term
from members.party.services._common import owner_of

TRANSFER, ELECTION = "party_transfer", "party_election"
OF_TRANSFER, OF_ORGANISATION = "members.membershiptransfer", "members.partyorganisation"
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
            unit_id=owner_of(term.organisation), started_at=_midnight(term.elected_on), policy_version_id=version.pk,
        )
        for term in terms
    ]  # fmt: skip


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


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


def put_off(organisation: PartyOrganisation, later: timedelta, now: datetime) -> None:
    """The election is due so many days later."""
    span = Span(later.days, Unit.CALENDAR_DAYS)
    deadlines.extend(subject_type=OF_ORGANISATION, subject_id=organisation.pk, kind=ELECTION, by=span, now=now)


def give_elections_to(organisation_ids: Iterable[int], unit_id: int) -> None:
    """The open clocks of these organisations are held against this unit from now on."""
    Clock.objects.filter(
        subject_type=OF_ORGANISATION, subject_id__in=list(organisation_ids), kind=ELECTION, state__in=Clock.OPEN
    ).update(unit_id=unit_id)


def give_transfers_to(transfer_ids: Iterable[int], unit_id: int) -> None:
    """The open clocks of these transfers are held against this unit from now on."""
    Clock.objects.filter(
        subject_type=OF_TRANSFER, subject_id__in=list(transfer_ids), kind=TRANSFER, state__in=Clock.OPEN
    ).update(unit_id=unit_id)
