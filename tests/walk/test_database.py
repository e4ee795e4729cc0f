"""What the walk looks through: whatever is written shows, each row of each table, whoever wrote it and however."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from accounts.models import User
from grids.models import Unit
from tests.walk.database import changed, fingerprint, left_as_it_was, undone, whole
from tests.walk.sampling import World

pytestmark = pytest.mark.django_db


def _sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _first_unit() -> int:
    return Unit.objects.order_by("pk").values_list("pk", flat=True)[0]


def _taken_back_and_written() -> None:
    """As a service is that was refused, and wrote after all."""
    with undone():
        Unit.objects.filter(pk=_first_unit()).update(name="先")
    Unit.objects.filter(pk=_first_unit()).update(name="后")


def _within_another() -> None:
    with transaction.atomic(), transaction.atomic():
        User.objects.create(username="planted")


# The digest of no rows.
EMPTY = "d41d8cd98f00b204e9800998ecf8427e"
PLANTED: list[tuple[str, Callable[[], object]]] = [
    ("grids_unit", lambda: Unit.objects.filter(pk=_first_unit()).update(name="改")),
    ("grids_unit", lambda: _sql("UPDATE grids_unit SET name = name || '!' WHERE id = %s", _first_unit())),
    ("grids_unit", _taken_back_and_written),
    ("accounts_user", _within_another),
    ("accounts_user", lambda: User.objects.update(must_change_password=True)),
    (
        "accounts_posting",
        lambda: _sql("DELETE FROM accounts_posting WHERE id = (SELECT max(id) FROM accounts_posting)"),
    ),
    ("django_session", lambda: _sql("INSERT INTO django_session VALUES ('k', '', now())")),
]


@pytest.mark.parametrize(("table", "write"), PLANTED)
def test_what_is_written_shows(world: World, table: str, write: Callable[[], object]) -> None:
    with undone():
        before, all_of_it = fingerprint(), whole()
        assert before == all_of_it
        write()
        assert changed(before, fingerprint()) == [table] == changed(all_of_it, whole())
    assert fingerprint() == before == whole()


def test_a_table_that_is_cut_off_shows(world: World) -> None:
    with undone():
        _sql("INSERT INTO django_session VALUES ('k', '', now())")
        before = fingerprint()
        _sql("TRUNCATE django_session")
        assert changed(before, fingerprint()) == ["django_session"]
        _sql("INSERT INTO django_session VALUES ('l', '', now())")
        assert changed(before, fingerprint()) == ["django_session"]


def test_what_is_taken_back_or_as_it_was_does_not(world: World) -> None:
    with undone():
        before = fingerprint()
        with undone():
            User.objects.create(username="planted")
            assert changed(before, fingerprint()) == ["accounts_user"]
        Unit.objects.filter(pk=_first_unit()).update(name=Unit.objects.get(pk=_first_unit()).name)
        assert changed(before, fingerprint()) == []


def test_what_was_seen_before_it_was_taken_back_is_forgotten(world: World) -> None:
    with undone():
        _sql("INSERT INTO django_session VALUES ('k', '', now())")
        before = fingerprint()
        for key in ("l", "m"):
            with undone():
                _sql("INSERT INTO django_session VALUES (%s, '', now())", key)
                inside = fingerprint()
                assert changed(before, inside) == ["django_session"]
                with undone():
                    _sql("DELETE FROM django_session")
                    assert changed(inside, fingerprint()) == ["django_session"]
                assert fingerprint() == inside
            assert fingerprint() == before


def test_every_table_is_looked_at(world: World) -> None:
    """A row is taken from each that has any: all of them show."""
    with undone():
        # History and references refuse it otherwise.
        _sql("SET LOCAL session_replication_role = replica")
        before = fingerprint()
        filled = [table for table, digest in before.items() if digest != EMPTY]
        for table in filled:
            _sql(f"DELETE FROM {table} WHERE ctid = (SELECT max(ctid) FROM {table})")  # noqa: S608
        assert len(filled) > 10
        assert changed(before, fingerprint()) == filled
    assert fingerprint() == before


def test_a_world_that_is_left_otherwise_fails_at_its_end(world: World) -> None:
    with undone(), pytest.raises(AssertionError), left_as_it_was():
        Unit.objects.filter(pk=_first_unit()).update(name="改")
