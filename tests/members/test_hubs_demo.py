"""The demo's party-member households, designations and couriers: in the rules, the same each time, with gaps."""

from __future__ import annotations

import pytest
from django.db.models import Count
from django.utils import timezone

from governance.calendars.defaults import ensure_default_calendar
from members import demo as people
from members.designations import demo as designations
from members.models import Courier, Designation, LookedAfter, PartyHousehold, PartyMembership, Stay
from members.party import demo as party
from members.party_households import demo as hubs
from members.party_households import selectors

# The demo writes transactions of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled(district, cast, now):
    """The small territory with people, party members, and what belongs to this."""
    ensure_default_calendar()
    people.fill(households_per_grid=60, surnames="王李张刘", now=now)
    party.fill(now=now)
    hubs.fill(now=now)
    designations.fill(now=now)


def test_each_looks_after_homes_of_its_grid_and_most_are_nobodys(filled, cast, district):
    made = list(PartyHousehold.objects.annotate(ties_made=Count("ties")))
    assert made
    assert all(hub.ties_made == hub.homes for hub in made)
    members = PartyMembership.objects.current().values("person_id")
    assert not PartyHousehold.objects.exclude(person_id__in=members).exists()
    for tie in LookedAfter.objects.select_related("household", "party_household"):
        assert tie.household.grid_id == tie.party_household.grid_id
        assert tie.household_id != tie.party_household.household_id
    lived_in = dict(Stay.objects.filter(until_on=None).values_list("person_id", "household_id"))
    assert all(lived_in[hub.person_id] == hub.household_id for hub in made)
    whole = selectors.gaps(cast.dc, district.district)[0].numbers
    assert whole["unattended"] > 0


def test_designations_are_of_people_who_may_have_them(filled, now):
    today = timezone.localdate(now)
    running = Designation.objects.in_force(today)
    assert running.filter(kind__code="resident_backbone").exists()
    couriers = Courier.objects.open().values("person_id")
    assert not running.filter(kind__for_couriers=True).exclude(person_id__in=couriers).exists()
    members = PartyMembership.objects.current().values("person_id")
    assert not running.filter(kind__for_members=True).exclude(person_id__in=members).exists()


def test_repeated_it_changes_nothing(filled, now):
    def counts() -> list[int]:
        return [model.objects.count() for model in (PartyHousehold, LookedAfter, Designation, Courier)]

    before = counts()
    hubs.fill(now=now)
    designations.fill(now=now)
    assert counts() == before
