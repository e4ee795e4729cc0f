"""What is open to see of points, a member's own pages, and rounds 创先争优: who sees which. Source: rights.md."""

from __future__ import annotations

from tests.rights.relations import OF_PEOPLE, Subject

SUBJECTS: tuple[Subject, ...] = (
    Subject(
        name="resident",
        key="pk",
        routes=("points:statement", "points:statement_sheet"),
        pages=frozenset({"points:statement", "points:statement_sheet"}),
        seen=OF_PEOPLE,
    ),
    Subject(
        name="household",
        key="pk",
        routes=("points:household_statement", "points:household_statement_sheet"),
        pages=frozenset({"points:household_statement", "points:household_statement_sheet"}),
        seen=OF_PEOPLE,
    ),
)
