"""The demonstration's points, in the small territory."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.db.models import Sum

from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines.defaults import ensure_default_policies
from grids.models import Unit
from members import demo as people
from members.designations.kinds import ensure_default_kinds
from members.models import Designation, DesignationKind, Person
from members.volunteers import demo as volunteers
from points.earning import demo, settling
from points.models import Account, Claim, Entry, FundLimit, Lot, Transaction
from tests.points.earning.conftest import settle

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def filled(district, cast, monkeypatch):
    """Communities with people, hours and designations."""
    monkeypatch.setattr(volunteers, "TEAMS", 12)
    monkeypatch.setattr(volunteers, "PAST", 60)
    monkeypatch.setattr(volunteers, "COMING", 4)
    monkeypatch.setattr(demo, "DAYS", 200)
    ensure_default_calendar()
    ensure_default_policies(NOW)
    ensure_default_kinds()
    people.fill(households_per_grid=24, surnames="王李张刘陈", now=NOW)
    volunteers.fill(now=NOW)
    who = Person.objects.filter(community__isnull=False).order_by("pk")[5]
    Designation.objects.create(
        person=who, kind=DesignationKind.objects.get(code="returning"), unit_id=who.community_id,
        district_id=who.district_id, street_id=who.street_id, community_id=who.community_id,
        from_on=date(2026, 1, 1), grounds="社区推荐", named_by_user=0, named_by_name="书记", named_by_unit="社区",
        made_at=NOW,
    )  # fmt: skip
    demo.fill(now=NOW)
    # What the ledger promises at the commit.
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_it_looks_like_a_district_and_the_ledger_balances(filled) -> None:
    states = Counter(Claim.objects.values_list("state", flat=True))
    assert states["awarded"] > 30
    assert states["proposed"] >= 2
    assert {"second", "short"} <= set(states)
    assert Claim.objects.filter(card="red", state="proposed").count() == 1
    assert {"hours", "duty", "manual"} <= set(Claim.objects.filter(state="awarded").values_list("kind", flat=True))
    given = Claim.objects.filter(state="awarded").aggregate(n=Sum("points"))["n"]
    assert Transaction.objects.filter(kind="award").aggregate(n=Sum("points"))["n"] == given
    assert Account.objects.filter(kind="holder").aggregate(n=Sum("balance"))["n"] == given
    assert Lot.objects.aggregate(n=Sum("left"))["n"] == given
    assert Entry.objects.aggregate(n=Sum("amount"))["n"] == 0
    assert not Transaction.objects.filter(at__gt=NOW).exists()
    units = Unit.objects.filter(kind="community").count()
    assert Account.objects.filter(kind="budget").values("unit").distinct().count() == units
    assert FundLimit.objects.count() == 2


def test_the_sweep_gives_nothing_of_it_again(filled) -> None:
    before = Transaction.objects.count()
    settle(NOW)
    assert Transaction.objects.count() == before
    one = Claim.objects.filter(state="awarded", kind="hours").first()
    Claim.objects.filter(pk=one.pk).update(state="waiting", transaction=None)
    settling.settle(claim_id=one.pk, now=one.decided_at)
    one.refresh_from_db()
    assert (one.state, Transaction.objects.count()) == ("awarded", before), "known by its key"


def test_the_same_again_changes_nothing(filled) -> None:
    before = (Claim.objects.count(), Transaction.objects.count(), Account.objects.count())
    demo.fill(now=NOW)
    assert before == (Claim.objects.count(), Transaction.objects.count(), Account.objects.count())
