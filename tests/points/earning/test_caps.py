"""Caps of a day, a month and a year, once an activity, and corrections, against a slow and obvious version.

Days are Beijing's: events lie around midnights of days, months and years.
"""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.models import Person
from points.earning import caps, claims, rules, settling
from points.earning.claims import Event
from points.models import Claim, EarningRule
from tests.points.earning.conftest import settle

pytestmark = pytest.mark.django_db
_ids = itertools.count(1_000_000)
# In UTC: Beijing's midnight is 16:00 of the day before. The last of a month, of a year, and a day inside.
MIDNIGHTS = [datetime(2026, 11, 19, 16, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC),
             datetime(2025, 12, 31, 16, tzinfo=UTC)]  # fmt: skip
moments = st.builds(
    lambda midnight, minutes: midnight + timedelta(minutes=minutes),
    st.sampled_from(MIDNIGHTS), st.sampled_from([-1441, -600, -1, 0, 1, 600, 1439, 1440]),
)  # fmt: skip
limits = st.none() | st.integers(1, 60)


@dataclass(frozen=True)
class Step:
    """Somebody served so many minutes at a moment in an activity; or an earlier step is corrected to so many."""

    at: datetime
    minutes: int
    activity: int
    corrects: int | None = None


@dataclass
class Slow:
    """Point by point: a step gets one more while each cap allows it."""

    day_most: int | None
    month_most: int | None
    year_most: int | None
    once: bool
    given: list[tuple[date, int, int]] = field(default_factory=list)

    def take(self, day: date, asked: int, activity: int, instead: int | None) -> int:
        """How many points a step gets; `instead` is the number of the step that it stands for."""
        others = [one for number, one in enumerate(self.given) if number != instead]
        if self.once and any(points and about == activity for _, points, about in others):
            return 0
        got = 0
        for _ in range(asked):
            same_year = [one for one in others if one[0].year == day.year]
            same_month = [one for one in same_year if one[0].month == day.month]
            same_day = [one for one in same_month if one[0].day == day.day]
            spans = [(self.day_most, same_day), (self.month_most, same_month), (self.year_most, same_year)]
            if all(most is None or sum(one[1] for one in found) + got < most for most, found in spans):
                got += 1
        return got


def beijing(moment: datetime) -> date:
    return (moment + timedelta(hours=8)).date()


def slowly(steps: list[Step], slow: Slow) -> list[int]:
    """What each step has in the end."""
    newest: dict[int, int] = {}
    for number, step in enumerate(steps):
        first = number if step.corrects is None else step.corrects
        origin = steps[first]
        before = newest.get(first) if step.corrects is not None else None
        day = beijing(origin.at)
        got = slow.take(day, step.minutes * 10 // 60, origin.activity, before)
        if before is not None:
            slow.given[before] = (day, 0, origin.activity)
        slow.given.append((day, got, origin.activity))
        newest[first] = number
    return [points for _, points, _ in slow.given]


@st.composite
def courses(draw: Any) -> list[Step]:
    steps: list[Step] = []
    for number in range(draw(st.integers(1, 7))):
        firsts = [n for n, one in enumerate(steps) if one.corrects is None]
        corrects = draw(st.none() | st.sampled_from(firsts)) if number and firsts else None
        minutes = draw(st.sampled_from([0, 30, 60, 120, 240] if corrects is not None else [30, 60, 120, 240]))
        steps.append(Step(draw(moments), minutes, draw(st.integers(1, 2)), corrects))
    return steps


def _play(steps: list[Step], who: Person, now: datetime, each: bool) -> list[int]:
    made: list[Claim] = []
    newest: dict[int, Claim] = {}
    for number, step in enumerate(steps):
        first = number if step.corrects is None else step.corrects
        origin, old = steps[first], newest.get(first)
        event = Event(
            ("members.servicehours", next(_ids)), "hours", who, "楼道清洁", timezone.localdate(origin.at), step.minutes,
            about=origin.activity, corrects_id=old.pk if old else None,
        )  # fmt: skip
        with transaction.atomic():
            claims.keep([event], now)
        made.append(Claim.objects.latest("pk"))
        newest[first] = made[-1]
        if each:
            settle(now)
    settle(now)
    states = [Claim.objects.get(pk=one.pk) for one in made]
    assert all(one.state in ("awarded", "refused", "reversed") for one in states)
    return [one.points if one.state == "awarded" else 0 for one in states]


@given(courses(), limits, limits, limits, st.booleans(), st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_as_point_by_point(rules, budget, person, now, steps, day, month, year, once, each) -> None:
    if not Claim.objects.exists():
        budget(900_000)
    origin = Person.objects.first() or person()
    who = Person.objects.get(pk=origin.pk)
    who.pk, who.seal_key = None, uuid.uuid4()
    who.save(force_insert=True)
    EarningRule.objects.filter(code="service_hours").update(
        day_most=day, month_most=month, year_most=year, once_per_activity=once, from_on=date(2025, 1, 1)
    )
    assert _play(steps, who, now, each) == slowly(steps, Slow(day, month, year, once))


@given(st.integers(0, 100_000), st.integers(1, 1000), st.integers(1, 500))
def test_worth_is_the_most_whole_points_that_the_quantity_pays(quantity, points, per) -> None:
    rule = EarningRule(points=points, per=per)
    got = rules_worth(rule, quantity)
    assert got * per <= quantity * points < (got + 1) * per


rules_worth = rules.worth


@given(st.dates(date(2020, 1, 1), date(2099, 12, 1)), st.integers(1, 60))
def test_it_expires_at_the_end_of_a_month(today, months) -> None:
    found = rules.expires_on(EarningRule(expiry="months", expiry_months=months), today)
    assert (found + timedelta(days=1)).day == 1
    assert (found.year - today.year) * 12 + found.month - today.month == months
    assert rules.expires_on(EarningRule(expiry="next_year"), today) == date(today.year + 1, 12, 31)


def test_a_household_has_one_cap_together(rules, budget, person, household, now) -> None:
    budget(1000)
    home = household(address="幸福里9号楼1单元101")
    both = [person("周桂英", into=home), person("周小宝", into=home, relation="child")]
    EarningRule.objects.filter(code="duty_returning").update(
        day_most=30, kind="snapshot", match="", from_on="2026-01-01"
    )
    EarningRule.objects.filter(code="snapshot").delete()
    with transaction.atomic():
        claims.keep([Event(("appeals.appeal", next(_ids)), "snapshot", one, "随手拍", now.date()) for one in both], now)
    assert [one.points for one in settle(now)] == [20, 10]


def test_a_new_version_of_a_rule_shares_its_caps(rules, budget, person, now) -> None:
    budget(1000)
    who = person("周桂英")
    rule = rules["service_hours"]
    with transaction.atomic():
        claims.keep([Event(("members.servicehours", next(_ids)), "hours", who, "清洁", now.date(), 180)], now)
    settle(now)
    EarningRule.objects.filter(pk=rule.pk).update(until_on=date(2026, 11, 22))
    Claim.objects.update(rule=rule)
    rule.pk, rule.from_on, rule.until_on = None, date(2026, 11, 23), None
    rule.save(force_insert=True)
    with transaction.atomic():
        claims.keep([Event(("members.servicehours", next(_ids)), "hours", who, "巡逻", now.date(), 180)], now)
    assert [one.points for one in settle(now)] == [30, 10]
    assert caps.room(rule, Claim.objects.latest("pk")).points == 10, "its own points are not counted against it"
    assert settling.waiting(now) == []
