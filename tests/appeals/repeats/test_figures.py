"""重复诉求率 against a slow, obvious count; and that each number opens its appeals."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appeals.models import Appeal, Matter, MatterMember
from appeals.periods import moments
from appeals.repeats import figures
from appeals.repeats.grouping import recount

pytestmark = pytest.mark.django_db
SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 31)
# Around the period and the ninety days before it, each edge included.
DAYS = st.sampled_from([-91, -90, -89, -31, -1, 0, 1, 15, 30, 31])


def at(days: int) -> datetime:
    """So many days behind the period's beginning, at midnight of the installation."""
    return moments(SINCE, UNTIL)[0] + timedelta(days=days)


@given(data=st.lists(st.tuples(st.integers(0, 1), DAYS, st.integers(0, 2)), min_size=8, max_size=8))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_against_counting_by_hand(eight, cast, district, data) -> None:
    """Each of eight appeals: in which matter (2: in none), when, and in the first or the second street."""
    streets = [district.street_1.pk, district.street_2.pk]
    MatterMember.objects.all().delete()
    Matter.objects.all().delete()
    matters = [Matter.objects.create() for _ in range(2)]
    facts = []
    for appeal, (street, days, matter) in zip(eight, data, strict=True):
        Appeal.objects.filter(pk=appeal.pk).update(registered_at=at(days), street_id=streets[street])
        if matter < 2:
            MatterMember.objects.create(appeal=appeal, matter=matters[matter], registered_at=at(days))
        facts.append((appeal.pk, street, at(days), matter))
    begin, end = moments(SINCE, UNTIL)
    expected: dict[int, list[int]] = {}
    opened: dict[int, set[int]] = {}
    for pk, street, moment, matter in facts:
        if not begin <= moment < end:
            continue
        row = expected.setdefault(streets[street], [0, 0])
        row[0] += 1
        if matter < 2 and any(
            other == matter and (earlier, other_pk) < (moment, pk) and (moment - earlier).days <= 90
            for other_pk, _, earlier, other in facts
        ):
            row[1] += 1
            opened.setdefault(streets[street], set()).add(pk)
    rows = figures.by_unit(cast.dc, SINCE, UNTIL)
    assert {row.unit_id: [row.registered, row.repeated] for row in rows} == expected
    for unit_id in expected:
        behind = figures.behind(figures.key(unit_id, SINCE, UNTIL))
        assert {row["appeal_id"] for row in behind} == opened.get(unit_id, set())


@pytest.fixture
def eight(registered) -> list[Appeal]:
    """Eight appeals to be placed and dated."""
    return [registered() for _ in range(8)]


def test_what_is_placed_in_no_unit_below_is_a_row_of_its_own(registered, cast, district) -> None:
    registered(unit_id=district.street_1.pk)
    two = [registered(unit_id=district.district.pk) for _ in range(2)]
    matter = Matter.objects.create()
    for one in two:
        MatterMember.objects.create(appeal=one, matter=matter, registered_at=one.registered_at)
    day = two[0].registered_at.date()
    rows = figures.by_unit(cast.dc, day, day + timedelta(days=1))
    assert [(row.unit_id, row.registered, row.repeated) for row in rows] == [(district.street_1.pk, 1, 0), (None, 2, 1)]
    rest = figures.behind(figures.key(cast.dc.unit_id, day, day + timedelta(days=1), rest=True))
    assert [row["appeal_id"] for row in rest] == [two[1].pk]
    assert rows[1].rate == 50.0


def test_mass_appeals_by_the_earliest_in_scope(registered, cast, district) -> None:
    matter = Matter.objects.create()
    places = [district.community_3, *[district.community_1] * 4]
    for number, place in enumerate(places):
        one = registered(unit_id=place.pk, phone=f"1381234500{number}", title=f"第{number}件停水")
        MatterMember.objects.create(appeal=one, matter=matter, registered_at=one.registered_at)
    recount(matter.pk)
    day = one.registered_at.date()
    (mass,) = figures.masses(cast.dc, day, day + timedelta(days=1))
    assert (mass.first.title, mass.matter.people) == ("第0件停水", 5)
    (mass,) = figures.masses(cast.ss, day, day + timedelta(days=1))
    assert mass.first.title == "第1件停水"
    assert figures.masses(cast.dc, day - timedelta(days=9), day - timedelta(days=8)) == []


@pytest.mark.parametrize("bad", ["", "1", "1.all.2026-13-01.2026-01-01", "x.all.2026-01-01.2026-01-02", "9" * 60,
                                 "99999.all.2026-01-01.2026-02-01"])  # fmt: skip
def test_another_text_opens_nothing(bad) -> None:
    assert list(figures.behind(bad)) == []
