"""History and ledgers accept inserts alone, enforced in the database: one helper for every migration that needs it."""

from __future__ import annotations

import re

from django.db.migrations import RunSQL

_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,40}")

# A row may pass when every column but these is unchanged and each of these was still empty:
# a value may be filled in once, and never changed after that.
_FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{exception}
  RAISE EXCEPTION 'table {table} is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""
_TRIGGERS = """
CREATE TRIGGER {name}_row BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
_REVERSE = """
DROP TRIGGER {name}_truncate ON {table};
DROP TRIGGER {name}_row ON {table};
DROP FUNCTION {name}();
"""
_FILL_ONCE = """
  IF TG_OP = 'UPDATE' AND {were_empty}
     AND to_jsonb(NEW) - ARRAY[{columns}] = to_jsonb(OLD) - ARRAY[{columns}] THEN
    RETURN NEW;
  END IF;
"""


def append_only(table: str, *, fill_once: tuple[str, ...] = ()) -> RunSQL:
    """A migration operation (reversible) after which `table` refuses UPDATE, DELETE and TRUNCATE.

    Columns in `fill_once` may be set while they are NULL, all else unchanged; once set they stay.
    The refusal reaches Django as `IntegrityError` (SQLSTATE 23001).
    Raises ValueError when a name is no plain lower-case identifier.
    """
    for name in (table, *fill_once):
        if not _IDENTIFIER.fullmatch(name):
            raise ValueError(f"not a plain identifier: {name!r}")
    names = {"table": table, "name": f"{table}_append_only"}
    function = _FUNCTION.format(exception=_exception(fill_once), **names)
    return RunSQL(
        sql=[function, _TRIGGERS.format(**names)],
        reverse_sql=[_REVERSE.format(**names)],
    )


def _exception(columns: tuple[str, ...]) -> str:
    if not columns:
        return ""
    were_empty = " AND ".join(f"OLD.{column} IS NULL" for column in columns)
    return _FILL_ONCE.format(were_empty=were_empty, columns=", ".join(f"'{column}'" for column in columns))
