"""A few rows into a table by a statement that is written once for its model.

Django writes the statement anew for each insert, which costs several times the insert itself: for what nearly every
change of the platform writes beside itself. Many rows at once: `governance.copying`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection, models


def insert(rows: Iterable[models.Model]) -> None:
    """Insert unsaved rows of one model as they are: no signals, no keys set. A conflict is an IntegrityError."""
    rows = list(rows)
    if not rows:
        return
    head, fields = _head(type(rows[0]))
    values = [value for row in rows for value in _values(row, fields)]
    with connection.cursor() as cursor:
        cursor.execute(f"{head} VALUES {', '.join([_places(fields)] * len(rows))}", values)


def insert_unless(row: models.Model, *, conflict: str) -> int | None:
    """Insert an unsaved row, unless one with the same value in the unique column `conflict` is there.

    Who comes second waits until the first has committed. Its new primary key; None where it was not inserted.
    """
    head, fields = _head(type(row))
    with connection.cursor() as cursor:
        cursor.execute(
            f"{head} VALUES {_places(fields)} ON CONFLICT ({connection.ops.quote_name(conflict)}) DO NOTHING"
            f" RETURNING {connection.ops.quote_name(str(row._meta.pk.column))}",
            _values(row, fields),
        )
        found = cursor.fetchone()
    return int(found[0]) if found else None


@cache
def _head(model: type[models.Model]) -> tuple[str, tuple[Any, ...]]:
    """The statement up to its values, and the fields whose values it takes."""
    quote = connection.ops.quote_name
    fields = tuple(field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField))
    columns = ", ".join(quote(str(field.column)) for field in fields)
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns})", fields


def _places(fields: tuple[Any, ...]) -> str:
    return f"({', '.join(['%s'] * len(fields))})"


def _values(row: models.Model, fields: tuple[Any, ...]) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
