"""What is open to see of points, a member's own pages, and rounds 创先争优: who sees which. Source: rights.md."""

from __future__ import annotations

from tests.rights.relations import Subject

SUBJECTS: tuple[Subject, ...] = ()
