"""Two people at one membership: two receive one transfer, two give one member away. RACES=1000 runs a thousand."""

from __future__ import annotations

import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections

from governance.errors import DomainError
from members.models import MembershipTransfer, PartyMembership
from members.party.services import memberships, transfers

pytestmark = pytest.mark.django_db(transaction=True)
RACES = int(os.environ.get("RACES", "15"))


def _try(step: Any, both: threading.Barrier) -> str:
    try:
        both.wait(30)
        step()
    except DomainError:
        return "told"
    finally:
        connection.close()
    return "done"


def _at_once(first: Any, second: Any) -> tuple[str, ...]:
    both = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        return tuple(sorted(pool.map(_try, (first, second), (both, both))))


def test_two_receive_one_transfer(party, member, cast, now, sisters):
    outcomes: Counter[tuple[str, ...]] = Counter()
    for _ in range(RACES):
        given = transfers.hand_over(
            membership_id=member().pk, to_organisation_id=party.branch_2.pk, reason="搬家", by=cast.cs, now=now
        )
        outcomes[_at_once(
            lambda pk=given.pk: transfers.receive(transfer_id=pk, by=cast.cs_2, now=now),
            lambda pk=given.pk: transfers.receive(transfer_id=pk, by=sisters.cs_2_beside, now=now),
        )] += 1  # fmt: skip
        assert PartyMembership.objects.filter(person=given.person).count() == 2
    assert outcomes == {("done", "told"): RACES}


def test_one_member_given_away_twice(party, member, cast, now, sisters):
    outcomes: Counter[tuple[str, ...]] = Counter()
    for _ in range(RACES):
        one = member()
        outcomes[_at_once(
            lambda pk=one.pk: transfers.hand_over(
                membership_id=pk, to_organisation_id=party.branch_2.pk, reason="搬家", by=cast.cs, now=now
            ),
            lambda pk=one.pk: transfers.hand_over(
                membership_id=pk, to_organisation_id=party.featured.pk, reason="归并", by=sisters.cs_beside, now=now
            ),
        )] += 1  # fmt: skip
        assert PartyMembership.objects.current().filter(person=one.person).count() == 1
    # Received at once in the same community, or on the way to the other: never both.
    assert outcomes == {("done", "told"): RACES}


def test_without_the_lock_the_database_alone_would_stop_it(party, member, cast, now, sisters, monkeypatch):
    """The harm that the lock prevents: both have looked before either has written, and the second breaks."""
    one = member()
    looked, written = threading.Event(), threading.Event()
    check = memberships.check_not_leaving

    def careless(membership: PartyMembership) -> None:
        check(membership)
        if threading.current_thread() is not threading.main_thread():
            looked.set()
            assert written.wait(30)

    monkeypatch.setattr(transfers, "check_not_leaving", careless)
    monkeypatch.setattr(
        transfers, "locked_membership", lambda pk, by: PartyMembership.objects.select_related("organisation").get(pk=pk)
    )
    careful = transfers._both_ends

    def unlocked(membership_id: int, to_organisation_id: int, by: Any) -> Any:
        if threading.current_thread() is threading.main_thread():
            return PartyMembership.objects.get(pk=membership_id).organisation, party.branch_2
        return careful(membership_id, to_organisation_id, by)

    monkeypatch.setattr(transfers, "_both_ends", unlocked)
    broken: list[BaseException] = []

    def giving() -> None:
        try:
            transfers.hand_over(
                membership_id=one.pk, to_organisation_id=party.branch_2.pk, reason="搬家", by=sisters.cs_beside, now=now
            )
        except IntegrityError as error:
            broken.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=giving, daemon=True)
    thread.start()
    assert looked.wait(30)
    transfers.hand_over(membership_id=one.pk, to_organisation_id=party.branch_2.pk, reason="搬家", by=cast.cs, now=now)
    written.set()
    thread.join(30)
    assert len(broken) == 1
    assert MembershipTransfer.objects.filter(person=one.person).count() == 1
