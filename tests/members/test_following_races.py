"""A person is registered into a grid in the very moment in which the grid is closed or moved."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from governance.errors import NotFound
from grids import services as units
from grids.services import applying
from members import following
from members.models import Person
from members.services import _common, persons
from members.services.persons import Facts, Joining

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(work):
    pool = ThreadPoolExecutor(1)

    def carry_out():
        try:
            return work()
        finally:
            connections.close_all()

    return pool.submit(carry_out)


def closing(district, cast, now):
    return units.close_unit(
        unit_id=district.grid_1.pk, successor_id=district.grid_2.pk, effective_on=timezone.localdate(now), by=cast.dc,
        now=now,
    )  # fmt: skip


def moving(district, cast, now):
    return units.move_unit(
        unit_id=district.grid_1.pk, parent_id=district.community_3.pk, effective_on=timezone.localdate(now),
        by=cast.dc, now=now,
    )  # fmt: skip


def add(cast, unit, now):
    return persons.add_person(facts=Facts(name="王建国"), unit_id=unit.pk, by=cast.cw, now=now)


def until_it_waits(other: Future[Any]) -> None:
    """Return when the other session waits for a lock, or has ended without."""
    while not other.done():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return


def between(monkeypatch, change):
    """Let `change` begin between the reading of the place and the person's insertion; its future."""
    begun = []
    plain = persons._insert

    def insert(person):
        begun.append(in_thread(change))
        until_it_waits(begun[0])
        plain(person)

    monkeypatch.setattr(persons, "_insert", insert)
    return begun


@pytest.mark.parametrize("change", [closing, moving])
def test_without_the_hold_the_person_would_be_left_behind(change, district, cast, now, monkeypatch):
    """The harm that it prevents, which lasts until the task looks again."""
    monkeypatch.setattr(_common, "hold_unit", lambda unit_id: None)
    begun = between(monkeypatch, lambda: change(district, cast, now))
    add(cast, district.grid_1, now)
    begun[0].result(30)
    person = Person.objects.get()
    assert (person.grid_id, person.community_id) == (district.grid_1.pk, district.community_1.pk)
    monkeypatch.undo()
    applying.apply_due_changes(now=now)
    district.grid_1.refresh_from_db()
    person.refresh_from_db()
    assert person.grid_id == district.grid_2.pk or person.community_id == district.community_3.pk


@pytest.mark.parametrize("change", [closing, moving])
def test_whoever_is_put_into_a_unit_that_changes_follows_it(change, district, cast, now, monkeypatch):
    begun = between(monkeypatch, lambda: change(district, cast, now))
    add(cast, district.grid_1, now)
    begun[0].result(30)
    person = Person.objects.get()
    assert person.grid_id == district.grid_2.pk or person.community_id == district.community_3.pk


def test_a_unit_that_is_being_closed_takes_nobody_in(district, cast, now):
    with transaction.atomic():
        # As the closing does, before anything follows.
        district.grid_1.closed_on = timezone.localdate(now)
        district.grid_1.save(update_fields=["closed_on"])
        adding = in_thread(lambda: add(cast, district.grid_1, now))
        until_it_waits(adding)
    with pytest.raises(NotFound, match="请选择本辖区内"):
        adding.result(30)
    assert not Person.objects.exists()


def test_whoever_joins_a_household_of_a_grid_that_closes_follows_it(household, district, cast, now, monkeypatch):
    """The household is held by whoever joins it, and everything is locked before anything is moved."""
    home, begun = household(), threading.Event()
    plain = following._move

    def move(follower, step):
        begun.set()
        plain(follower, step)

    monkeypatch.setattr(following, "_move", move)
    changes = between(monkeypatch, lambda: closing(district, cast, now))
    joining = Joining(household_id=home.pk, relation="head")
    persons.add_person(facts=Facts(name="王建国"), joining=joining, by=cast.cw, now=now)
    changes[0].result(30)
    assert begun.is_set()
    assert Person.objects.get().grid_id == district.grid_2.pk
