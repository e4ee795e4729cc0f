"""The demonstration's volunteers, in the small territory."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from governance.calendars.defaults import ensure_default_calendar
from members import demo as people
from members.models import Activity, Person, ServiceHours, SignUp, TeamMember, VolunteerTeam
from members.volunteers import demo

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def filled(district, cast, monkeypatch):
    """Two communities with people, a dozen teams."""
    monkeypatch.setattr(demo, "TEAMS", 12)
    monkeypatch.setattr(demo, "PAST", 60)
    monkeypatch.setattr(demo, "COMING", 12)
    ensure_default_calendar()
    people.fill(households_per_grid=24, surnames="王李张刘陈", now=NOW)
    demo.fill(now=NOW)


def test_it_looks_like_a_district_and_breaks_no_rule(filled) -> None:
    assert VolunteerTeam.objects.count() >= 6
    for team in VolunteerTeam.objects.all():
        assert 8 <= team.size == team.members.count() <= 30
    states = Counter(Activity.objects.values_list("state", flat=True))
    assert states["ended"] > 20
    assert states["published"] >= 3
    assert not Activity.objects.filter(state="ended", starts_at__gt=NOW).exists()
    assert not ServiceHours.objects.exclude(state="proposed").filter(decided_at__gt=NOW).exists()
    waiting = ServiceHours.objects.waiting()
    assert waiting.exists()
    for one in Activity.objects.filter(pending__gt=0):
        assert one.pending == one.hours.waiting().count()
        assert one.confirm_due_at is not None
    assert not TeamMember.objects.filter(from_on__gt=timezone.localdate(NOW)).exists()
    assert set(SignUp.objects.values_list("person__state", flat=True)) == {"here"}


def test_the_same_again_changes_nothing(filled) -> None:
    before = (VolunteerTeam.objects.count(), Activity.objects.count(), ServiceHours.objects.count())
    demo.fill(now=NOW)
    assert before == (VolunteerTeam.objects.count(), Activity.objects.count(), ServiceHours.objects.count())
    assert Person.objects.count() > 50
