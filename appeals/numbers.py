"""The numbers of appeals (MH) and of supervision orders (DB): the day, and a running number without gaps on success."""

from __future__ import annotations

import secrets
from datetime import date

from django.db import connection

_TAKE = """
INSERT INTO {table} AS counter (day, last) VALUES (%(day)s, %(n)s)
ON CONFLICT (day) DO UPDATE SET last = counter.last + %(n)s RETURNING last
"""


def take_numbers(n: int, day: date) -> list[str]:
    """The next `n` numbers of `day`, inside the caller's transaction.

    The counter's row stays locked until the commit, so two transactions never share a number; take them late.
    """
    last = _take("appeals_numbercounter", n, day)
    return [f"MH{day:%Y%m%d}-{i:04d}" for i in range(last - n + 1, last + 1)]


def take_supervision_number(day: date) -> str:
    """The next number of a supervision order on `day`, such as DB20260706-001; late, as above."""
    return f"DB{day:%Y%m%d}-{_take('appeals_supervisioncounter', 1, day):03d}"


def _take(table: str, n: int, day: date) -> int:
    """Advance the counter of the day by `n`; the last number taken."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(table=table), {"day": day, "n": n})
        return int(cursor.fetchone()[0])


def query_code() -> str:
    """The six digits with which a complainant asks for progress, next to the number."""
    return f"{secrets.randbelow(1_000_000):06d}"
