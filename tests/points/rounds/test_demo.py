"""The demo's rounds and notices: the district's number, an open voting, and nothing twice."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import pytest
from django.utils import timezone

from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines.defaults import ensure_default_policies
from members.models import Courier, Person
from points.models import Notice, Round, RoundNomination
from points.rounds import demo

pytestmark = pytest.mark.django_db


@pytest.fixture
def couriers(district, now) -> None:
    """A hundred and twelve, as the district has them."""
    place = {
        "district": district.district, "street": district.street_1, "community": district.community_1,
    }  # fmt: skip
    people = Person.objects.bulk_create(
        Person(name=f"骑手{n}", seal_key=uuid.uuid4(), made_at=now, changed_at=now, **place) for n in range(112)
    )
    Courier.objects.bulk_create(
        Courier(person=one, trade="rider", company="美团", from_on=date(2026, 1, 1), made_at=now, **place)
        for one in people
    )


@pytest.fixture(autouse=True)
def calendar(db) -> None:
    ensure_default_calendar()
    ensure_default_policies(datetime(2024, 1, 1, tzinfo=timezone.get_current_timezone()))


def test_thirty_five_in_five_rounds_and_one_open(couriers, now) -> None:
    counted: list[int] = []
    demo.fill(now=now, progress=counted.append)
    honoured = RoundNomination.objects.filter(state="honoured")
    assert (honoured.count(), honoured.values("round").distinct().count()) == (35, 5)
    assert honoured.values("person").distinct().count() == 35
    assert list(Round.objects.filter(state="voting").values_list("clock_kind", flat=True)) == ["round_vote"]
    states = list(Notice.objects.values_list("state", flat=True))
    assert (states.count("published"), states.count("draft")) == (6, 1)
    before = Round.objects.count(), Notice.objects.count()
    demo.fill(now=now)
    assert (Round.objects.count(), Notice.objects.count()) == before


def test_without_anybody_there_is_nothing(now) -> None:
    demo.fill(now=now)
    assert not Round.objects.exists()
