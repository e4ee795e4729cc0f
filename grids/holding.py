"""Holding a unit as it is, while something is put into it."""

from __future__ import annotations

from django.db import connection


def hold_unit(unit_id: int) -> None:
    """Let nobody close or move the unit before the caller's transaction ends; many may hold it at a time.

    What is put into it is then there before the unit changes, and follows it; or it sees the unit as it became.
    """
    if not 0 < unit_id < 2**63:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM grids_unit WHERE id = %s FOR SHARE", [unit_id])
