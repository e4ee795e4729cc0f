"""The whole database as one value, two that are equal mean that nothing at all was changed; and taking things back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction

# What the server counts of a table in its present transaction: each row written, and also those taken back. It never
# goes down while the file stays the same one; and a table cut off gets another file.
MARKS = """
SELECT c.relname, pg_current_xact_id()::text, c.relfilenode, pg_stat_get_xact_tuples_inserted(c.oid),
       pg_stat_get_xact_tuples_updated(c.oid), pg_stat_get_xact_tuples_deleted(c.oid)
FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
# Which look this was, or the last one that was not taken back with the rows that it saw: a setting goes back with them.
LOOK, LOOKED = "SELECT set_config('walk.look', %s, true)", "SELECT current_setting('walk.look', true)"
Mark = tuple[Any, ...]
Look = dict[str, tuple[Mark, str]]
# Look → the marks and digests of then.
_looks: dict[int, Look] = {}


def _tables() -> list[str]:
    return sorted(model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed)


def fingerprint() -> dict[str, str]:
    """Table → digest of all its rows.

    A walk asks thousands of times. What nothing was written to since the last time, in the same transaction, is not
    read again; `whole` reads all of it, and a world that ends is compared by that.
    """
    number, last = _last_look()
    marks = _marks()
    written = [table for table in _tables() if table not in last or last[table][0] != marks[table]]
    look = last | {table: (marks[table], digest) for table, digest in _digests(written).items()}
    _looks[number + 1] = look
    _value(LOOK, str(number + 1))
    return {table: look[table][1] for table in _tables()}


def _last_look() -> tuple[int, Look]:
    """The last one of which nothing was taken back; those after it are forgotten."""
    number = int(_value(LOOKED) or 0)
    for later in [one for one in _looks if one > number]:
        del _looks[later]
    return number, _looks.get(number, {})


def whole() -> dict[str, str]:
    """The same, and every row of every table is read for it."""
    return _digests(_tables())


def _value(statement: str, *values: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def _marks() -> dict[str, Mark]:
    with connection.cursor() as cursor:
        cursor.execute(MARKS)
        return {name: tuple(mark) for name, *mark in cursor.fetchall()}


def _digests(tables: Iterable[str]) -> dict[str, str]:
    parts = [
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"  # noqa: S608
        for table in tables
    ]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The tables that differ."""
    return [table for table in before if before[table] != after[table]]


@contextmanager
def never_committed() -> Iterator[None]:
    """One transaction around all that a world lives through. Like Django's own test case: durable ones fit inside."""
    outer: Any = transaction.atomic()
    outer._from_testcase = True
    with outer:
        yield
        transaction.set_rollback(True)


@contextmanager
def left_as_it_was() -> Iterator[None]:
    """A world in which every case undid what it did: at its end each row is as it was."""
    before = whole()
    yield
    assert changed(before, whole()) == []


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is taken back. A savepoint of no block, so that durable transactions fit inside.

    It begins with a look, which is not taken back: those inside then read what was written inside.
    """
    fingerprint()
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint)
