"""The points shop: goods, stock, orders, the counter, settlement: who sees which. Source: rights.md."""

from __future__ import annotations

from tests.rights.relations import Subject

SUBJECTS: tuple[Subject, ...] = ()
