"""The demo's party organisations: everywhere one, deterministic, harmless to repeat."""

from __future__ import annotations

import pytest

from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines.models import Clock
from members import demo as people
from members.models import DoubleRegistration, MembershipTransfer, PartyMembership, PartyOrganisation, PartyPost, Term
from members.party import demo

# The demo writes transactions of its own.
pytestmark = pytest.mark.django_db(transaction=True)


def test_every_grid_has_one_and_a_repeat_changes_nothing(district, now) -> None:
    ensure_default_calendar()
    people.fill(households_per_grid=12, surnames="王李张", now=now)
    demo.fill(now=now)
    counts = [
        model.objects.count()
        for model in (PartyOrganisation, PartyMembership, PartyPost, Term, MembershipTransfer, DoubleRegistration)
    ]
    assert all(counts)
    grids = PartyOrganisation.objects.filter(kind__in=("grid_branch", "grid_group"))
    assert set(grids.values_list("grid_id", flat=True)) == {district.grid_1.pk, district.grid_2.pk, district.grid_3.pk}
    assert PartyOrganisation.objects.filter(kind="community_committee").count() == 4
    assert Clock.objects.filter(kind="party_election").count() == Term.objects.count()
    retired = PartyMembership.objects.filter(category="retired_soe").count()
    assert 0.25 <= retired / PartyMembership.objects.count() <= 0.7
    demo.fill(now=now)
    assert counts == [
        model.objects.count()
        for model in (PartyOrganisation, PartyMembership, PartyPost, Term, MembershipTransfer, DoubleRegistration)
    ]
