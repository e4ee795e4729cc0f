"""Care of the demo: the same each time, harmless to repeat, with visits behind it and a few that are late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines.models import Clock
from governance.deadlines.sweeping import sweep
from members import demo as people
from members.care import demo
from members.models import CareRecord, CareTurn, CareVisit

pytestmark = pytest.mark.django_db


def test_it_looks_like_a_district(cast, district, now, monkeypatch) -> None:
    ensure_default_calendar()
    people.fill(households_per_grid=60, surnames="王李张刘陈", now=now - timedelta(days=500))
    monkeypatch.setattr(demo, "LATE", 0.3)
    demo.fill(now=now)
    count = CareRecord.objects.count()
    assert count > 10
    demo.fill(now=now)
    assert CareRecord.objects.count() == count
    # As beat does within a minute of the start.
    sweep(now)
    opened = CareTurn.objects.filter(state="open")
    assert opened.count() == Clock.objects.filter(kind="care_visit", state__in=Clock.OPEN).count() == count
    assert not CareVisit.objects.filter(at__gt=now).exists()
    assert not CareTurn.objects.filter(state="met", due_at__lt=now - timedelta(days=400)).exists()
    assert CareRecord.objects.filter(card="red", due_at__lt=now).exists()
    assert set(CareRecord.objects.filter(due_at__lt=now).values_list("card", flat=True)) == {"red"}
    assert CareRecord.objects.filter(state="paused").exists()
    assert all(visit.found in {"ok", "help"} for visit in CareVisit.objects.all())
    ended = CareTurn.objects.filter(state__in=("met", "missed"))
    assert all((turn.state == "missed") == (turn.ended_at > turn.due_at) for turn in ended)
