"""The numbers of appeals: MH, the day, and a running number of that day without gaps on success."""

from __future__ import annotations

import secrets
from datetime import date

from django.db import connection

_TAKE = """
INSERT INTO appeals_numbercounter (day, last) VALUES (%(day)s, %(n)s)
ON CONFLICT (day) DO UPDATE SET last = appeals_numbercounter.last + %(n)s RETURNING last
"""


def take_numbers(n: int, day: date) -> list[str]:
    """The next `n` numbers of `day`, inside the caller's transaction.

    The counter's row stays locked until the commit, so two transactions never share a number; take them late.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"day": day, "n": n})
        last = cursor.fetchone()[0]
    return [f"MH{day:%Y%m%d}-{i:04d}" for i in range(last - n + 1, last + 1)]


def query_code() -> str:
    """The six digits with which a complainant asks for progress, next to the number."""
    return f"{secrets.randbelow(1_000_000):06d}"
