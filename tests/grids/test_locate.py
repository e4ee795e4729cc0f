"""A point finds its unit: the same as by looking at every polygon, in every process and thread."""

import random
import threading
import time

import pytest
import shapely
from django.db import connection
from django.utils import timezone

from governance.scope import UnitKind
from grids import locate as module
from grids import services
from grids.geometry import from_wkb
from grids.locate import Locator, locate
from grids.models import Boundary

WEST, SOUTH = 124.8, 46.5


def test_a_point_lies_in_its_grid_and_all_above(district, squares):
    place = locate(WEST + 0.01, SOUTH + 0.01)
    assert (place.grid_id, place.community_id, place.street_id, place.district_id) == (
        district.grid_1.pk, district.community_1.pk, district.street_1.pk, district.district.pk,
    )  # fmt: skip


def test_where_no_grid_is_drawn_the_lowest_unit_that_is(district, squares):
    place = locate(WEST + 0.3, SOUTH + 0.1)
    assert (place.grid_id, place.community_id, place.street_id) == (None, None, district.street_2.pk)


def test_outside_there_is_nothing(district, squares):
    assert locate(WEST - 0.01, SOUTH) is None
    assert locate(0.0, 0.0) is None


def test_without_a_territory_there_is_nothing(db):
    assert locate(WEST, SOUTH) is None


def test_a_point_on_an_edge_goes_to_the_lowest_code(district, squares):
    assert locate(WEST + 0.05, SOUTH + 0.1).grid_id == district.grid_1.pk
    assert locate(WEST + 0.1, SOUTH + 0.1).grid_id == district.grid_1.pk
    assert locate(WEST + 0.1, SOUTH + 0.15).grid_id == district.grid_2.pk


def test_it_agrees_with_looking_at_every_polygon(territory):
    rows = list(
        Boundary.objects.current().filter(unit__kind=UnitKind.GRID).order_by("unit__code").select_related("unit")
    )
    figures = [from_wkb(row.geometry) for row in rows]
    west, south, east, north = shapely.union_all(figures).bounds
    rng = random.Random(7)
    points = [(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(1000)]
    points += [tuple(shapely.get_coordinates(rng.choice(figures))[0]) for _ in range(200)]
    for lon, lat in points:
        point, found = shapely.Point(lon, lat), locate(lon, lat)
        hits = [row.unit_id for row, figure in zip(rows, figures, strict=True) if figure.intersects(point)]
        assert (found and found.grid_id) == (hits[0] if hits else None)


def test_a_change_here_counts_at_once(district, squares, cast, now):
    assert locate(WEST + 0.05, SOUTH + 0.15).grid_id == district.grid_2.pk
    services.close_unit(unit_id=district.grid_2.pk, effective_on=timezone.localdate(now), by=cast.dc, now=now)
    place = locate(WEST + 0.05, SOUTH + 0.15)
    assert (place.grid_id, place.community_id) == (None, district.community_1.pk)


def test_a_change_elsewhere_counts_after_the_next_look_at_the_token(district, squares, cast, now, monkeypatch):
    services.rename_unit(
        unit_id=district.grid_3.pk, name="丙网格", effective_on=timezone.localdate(now), by=cast.dc, now=now
    )
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    other = Locator()
    assert other.find(WEST + 0.05, SOUTH + 0.15).grid_id == district.grid_2.pk
    services.close_unit(unit_id=district.grid_2.pk, effective_on=timezone.localdate(now), by=cast.dc, now=now)
    clock[0] += 0.9
    assert other.find(WEST + 0.05, SOUTH + 0.15).grid_id == district.grid_2.pk
    clock[0] += 0.2
    assert other.find(WEST + 0.05, SOUTH + 0.15).grid_id is None


def test_an_unchanged_territory_costs_one_query_and_mostly_none(
    district, squares, cast, now, monkeypatch, django_assert_num_queries
):
    services.rename_unit(
        unit_id=district.grid_3.pk, name="丙网格", effective_on=timezone.localdate(now), by=cast.dc, now=now
    )
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    locator = Locator()
    locator.find(WEST, SOUTH)
    with django_assert_num_queries(0):
        locator.find(WEST, SOUTH)
    clock[0] += 1.1
    with django_assert_num_queries(1):
        locator.find(WEST, SOUTH)


@pytest.mark.django_db(transaction=True)
def test_threads_build_the_first_tree_once_and_all_get_answers(district, squares, cast, now, monkeypatch):
    services.rename_unit(
        unit_id=district.grid_3.pk, name="丙网格", effective_on=timezone.localdate(now), by=cast.dc, now=now
    )
    built, answers, real = [], [], module._built
    monkeypatch.setattr(module, "_built", lambda kind: built.append(kind) or real(kind))
    locator, start = Locator(), threading.Barrier(8)

    def work():
        start.wait()
        try:
            answers.append(locator.find(WEST + 0.01, SOUTH + 0.01))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert {place.grid_id for place in answers} == {district.grid_1.pk}
    assert len(answers) == 8
    assert len(built) == 4
