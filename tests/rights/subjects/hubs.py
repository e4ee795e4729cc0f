"""Designations, couriers, party-member households: who sees which. Source: rights.md."""

from __future__ import annotations

from governance.scope import Role
from tests.rights.relations import OF_PEOPLE, Relations, Subject

# Couriers are kept by communities and streets.
OF_COURIERS: dict[Role, Relations] = {
    role: seen for role, seen in OF_PEOPLE.items()
    if role not in {Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER}
}  # fmt: skip

SUBJECTS: tuple[Subject, ...] = (
    Subject(
        name="designation",
        key="pk",
        routes=("members:designation_change", "members:designation_end", "members:designation_keep"),
        pages=frozenset({"members:designation_change", "members:designation_end"}),
        seen=OF_PEOPLE,
    ),
    Subject(
        name="courier",
        key="pk",
        routes=("members:courier", "members:courier_change", "members:courier_account", "members:courier_end"),
        pages=frozenset({"members:courier"}),
        seen=OF_COURIERS,
    ),
    Subject(
        name="party_household",
        key="pk",
        routes=(
            "members:party_household",
            "members:party_household_change",
            "members:party_household_homes",
            "members:party_household_let_go",
            "members:party_household_visit",
            "members:party_household_report",
            "members:party_household_confirm",
            "members:party_household_end",
        ),
        pages=frozenset({"members:party_household"}),
        # It always lies in a grid.
        seen={
            role: {name: place for name, place in seen.items() if name in {"below", "other"} or place[0] == "grid_1"}
            for role, seen in OF_PEOPLE.items()
        },
    ),
)
