"""Earning points: rules, awards, budgets: who sees which. Source: rights.md."""

from __future__ import annotations

from governance.scope import Role
from tests.rights.relations import OF_PEOPLE, Relations, Subject

# rights.md: proposed by CS CW GW, approved by CS, the street beside; part-time grid workers have no part in it.
OF_POINTS: dict[Role, Relations] = {
    role: seen for role, seen in OF_PEOPLE.items() if role != Role.PART_TIME_GRID_WORKER
}

SUBJECTS: tuple[Subject, ...] = (
    Subject(
        name="point_claim",
        key="pk",
        routes=(
            "points:claim",
            "points:claim_step",
            "points:claim_reject",
            "points:claim_withdraw",
            "points:claim_reverse",
        ),
        pages=frozenset({"points:claim", "points:claim_reject", "points:claim_reverse"}),
        seen=OF_POINTS,
    ),
    Subject(
        name="point_person",
        key="pk",
        routes=("points:propose_person",),
        pages=frozenset({"points:propose_person"}),
        seen=OF_POINTS,
    ),
    Subject(
        name="point_household",
        key="pk",
        routes=("points:propose_household",),
        pages=frozenset({"points:propose_household"}),
        seen=OF_POINTS,
    ),
)
