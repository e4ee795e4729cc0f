"""The figures against a plain count; the rows behind each number are as many as it says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from governance.deadlines.sweeping import sweep
from grids.models import Unit
from members.care import selectors
from members.care.selectors import Period
from members.care.services.listing import end_record
from members.care.services.pausing import pause_visits
from members.models import CareTurn

pytestmark = pytest.mark.django_db
WHOLE = Period(date(2026, 11, 1), date(2026, 12, 31))


@pytest.fixture
def busy(listed, person, visit, household, cast, district, now):
    """Two grids: one visited in time, then late; one never; one in hospital in time; one that ended late."""
    first = listed(person("甲一"))
    visit(first, days=6)
    visit(first, days=20)
    listed(person("乙一", into=household(unit=district.grid_2)))
    away = listed(person("丙一"), code="illness")
    pause_visits(record_id=away.pk, until=date(2027, 1, 9), reason="hospital", by=cast.cw, now=now)
    over = listed(person("丁一"))
    later = now + timedelta(days=21)
    end_record(record_id=over.pk, on=date(2026, 12, 14), how="other", words="搬走", by=cast.cw, now=later)
    sweep(later)
    return later


def line(lines, name):
    found = next(one for one in lines if one.name == name)
    return found.on_list, found.late, found.due, found.met


def test_by_unit_and_by_list(busy, cast, district) -> None:
    units = selectors.figures_below(cast.cs, district.community_1, WHOLE, busy, None)
    assert line(units, "第1网格") == (2, 0, 3, 1)
    assert line(units, "第2网格") == (1, 1, 1, 0)
    kinds = selectors.figures_by_kind(cast.cs, district.community_1, WHOLE, busy)
    assert line(kinds, "独居老人") == (2, 1, 4, 1)
    assert line(kinds, "重病患者") == (1, 0, 0, 0)
    whole = selectors.total(kinds)
    assert (whole.on_list, whole.due, whole.met, whole.missed, whole.rate) == (3, 4, 1, 3, "25.0%")


def test_a_period_counts_what_was_due_in_it(busy, cast, district) -> None:
    one_day = Period(date(2026, 11, 30), date(2026, 11, 30))
    kinds = selectors.figures_by_kind(cast.cs, district.community_1, one_day, busy)
    assert line(kinds, "独居老人")[2:] == (3, 1)


def test_the_district_counts_and_sees_nobody(busy, cast, district) -> None:
    for actor in (cast.dc, cast.dl):
        units = selectors.figures_below(actor, district.district, WHOLE, busy, None)
        assert line(units, "第一街道") == (3, 1, 4, 1)
        assert line(units, "第二街道") == (0, 0, 0, 0)
        assert not selectors.listed(actor).exists()
        assert not CareTurn.objects.visible_to(actor).exists()


def test_a_stranger_counts_nothing(busy, cast, district) -> None:
    assert selectors.total(selectors.figures_by_kind(cast.cs_2, district.community_1, WHOLE, busy)).on_list == 0


def test_each_number_has_its_rows(busy, cast, district) -> None:
    turns = CareTurn.objects.visible_to(cast.cs).filter(community=Unit.objects.get(pk=district.community_1.pk))
    assert turns.filter(selectors.due_by(busy)).count() == 4
    assert turns.filter(selectors.missed_by(busy)).count() == 3


def test_the_worklist_is_ones_own(listed, person, household, cast, district, now) -> None:
    mine = listed(person("甲一"))
    named = listed(person("乙一", into=household(unit=district.grid_2)), visitor_id=cast.cw.user_id)
    later = now + timedelta(days=8)
    sweep(later)

    def names(actor):
        return [record.pk for section in selectors.worklist(actor, later) for record in section.records]

    assert names(cast.gw) == names(cast.pg) == [mine.pk]
    assert names(cast.cw) == [named.pk]
    assert names(cast.gw_2) == names(cast.ss) == []
    sections = {section.key: section.count for section in selectors.worklist(cast.gw, now + timedelta(days=7))}
    assert sections == {"late": 0, "today": 1, "soon": 0}
