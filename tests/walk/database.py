"""The whole database as one value, two that are equal mean that nothing at all was changed; and taking things back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction


def _tables() -> list[str]:
    return sorted(model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed)


def fingerprint() -> dict[str, str]:
    """Table → digest of all its rows, in one question to the database."""
    parts = [
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"  # noqa: S608
        for table in _tables()
    ]
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
def undone() -> Iterator[None]:
    """Whatever happens inside is taken back. A savepoint of no block, so that durable transactions fit inside."""
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint)
