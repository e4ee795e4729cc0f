"""Earning points: rules, awards, budgets: who sees which. Source: rights.md."""

from __future__ import annotations

from tests.rights.relations import Subject

SUBJECTS: tuple[Subject, ...] = ()
