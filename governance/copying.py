"""Many rows into a table by PostgreSQL's COPY: some five times faster here than INSERT statements with parameters."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models

# Stands for NULL; no text that comes this way has control characters in it.
_NULL = "\x01"
_COPY = "COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv, NULL E'\\x01')"
_STAGE = "CREATE TEMP TABLE {stage} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"
_MOVE = """
INSERT INTO {table} ({columns}) SELECT {columns} FROM {stage} ON CONFLICT DO NOTHING RETURNING {key}, {pk}
"""
_DROP = "DROP TABLE {stage}"


def copy_in(model: type[models.Model], objects: Iterable[models.Model]) -> None:
    """Insert unsaved objects as they are: no signals, no primary keys set. A conflict is an IntegrityError."""
    columns = _Columns(model)
    _copy(columns.table, columns, objects)


def give_keys(model: type[models.Model], objects: Sequence[models.Model]) -> None:
    """Give each unsaved object a primary key of the table's sequence, for `copy_keyed`.

    What refers to them by object must be told the key before it is inserted itself: `told_keys`.
    """
    for item, key in zip(objects, new_keys(model, len(objects)), strict=True):
        item.pk = key


def copy_keyed(model: type[models.Model], objects: Iterable[models.Model]) -> None:
    """Insert objects that were given keys, as they are: no signals. A conflict is an IntegrityError."""
    columns = _Columns(model, keyed=True)
    _copy(columns.table, columns, objects)


def told_keys(objects: Iterable[models.Model], *names: str) -> None:
    """Let the objects' foreign keys have the keys that what they name has got since."""
    for item in objects:
        for name in names:
            setattr(item, name, getattr(item, name))


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values in the order of `fields`, which are attribute names: "grid_id".

    For tens of thousands at a time, where making an object of each would cost more than writing it. Columns that are
    not named get the database's default, or fail without one; a conflict is an IntegrityError. A search vector is
    given as its pieces.
    """
    attributes = {field.attname: field for field in model._meta.concrete_fields}
    chosen = [attributes[name] for name in fields]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in chosen)
    special = [(place, _WRITERS[type(field)]) for place, field in enumerate(chosen) if type(field) in _WRITERS]
    _send(connection.ops.quote_name(model._meta.db_table), names, (_written(row, special) for row in rows))


def new_keys(model: type[models.Model], count: int) -> list[int]:
    """So many primary keys of the table, taken from its sequence: for rows that refer to each other before they are in.

    They ascend, and need not follow one another.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [connection.ops.quote_name(model._meta.db_table), model._meta.pk.column, count],
        )
        return [key for (key,) in cursor.fetchall()]


def copy_in_new(model: type[models.Model], objects: Sequence[models.Model], *, key: str) -> dict[UUID, int]:
    """Insert the unsaved objects that conflict with no unique constraint.

    `key` is a field with a UUID of its own on each; the answer has the primary key of each that went in, by it.
    """
    columns = _Columns(model)
    names = {
        "table": columns.table,
        "stage": f"stage_{model._meta.db_table}",
        "columns": columns.names,
        "key": key,
        "pk": columns.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAGE.format(**names))
        _copy(names["stage"], columns, objects)
        cursor.execute(_MOVE.format(**names))
        inserted = dict(cursor.fetchall())
        cursor.execute(_DROP.format(**names))
        return inserted


class _Columns:
    """The columns of a model that an insert fills, and how an object's values are written."""

    def __init__(self, model: type[models.Model], *, keyed: bool = False) -> None:
        meta = model._meta
        fields = [field for field in meta.concrete_fields if keyed or not isinstance(field, models.AutoField)]
        self.table = connection.ops.quote_name(meta.db_table)
        self.pk = connection.ops.quote_name(str(meta.pk.column))
        self.names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
        self.values = attrgetter(*(field.attname for field in fields))
        self.special: list[tuple[int, Callable[[Any], str]]] = [
            (place, _WRITERS[type(field)]) for place, field in enumerate(fields) if type(field) in _WRITERS
        ]

    def written(self, item: models.Model) -> list[Any]:
        return _written(self.values(item), self.special)


def _written(row: Sequence[Any], special: Iterable[tuple[int, Callable[[Any], str]]]) -> list[Any]:
    values = list(row)
    for place, write in special:
        if values[place] is not None:
            values[place] = write(values[place])
    return [_NULL if value is None else value for value in values]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lexemes(value: Iterable[str]) -> str:
    # The pieces have letters, digits and Chinese characters only: nothing to escape.
    return " ".join(f"'{piece}'" for piece in value)


_WRITERS: dict[type, Callable[[Any], str]] = {models.JSONField: _json, SearchVectorField: _lexemes}


def _copy(table: str, columns: _Columns, objects: Iterable[models.Model]) -> None:
    _send(table, columns.names, map(columns.written, objects))


def _send(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    buffer = StringIO()
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    # Django wraps the errors of what it executes itself, and not of this.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(_COPY.format(table=table, columns=columns), buffer)
