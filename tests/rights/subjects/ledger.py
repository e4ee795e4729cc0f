"""The books of points: whose awards are halted, and who lifts that. Source: the room of points."""

from __future__ import annotations

from governance.scope import Role
from tests.rights.relations import DISTRICT, STREET, Subject

SUBJECTS: tuple[Subject, ...] = (
    Subject(
        name="points_halt",
        key="pk",
        routes=("points:ledger_halt_lift",),
        pages=frozenset({"points:ledger_halt_lift"}),
        seen={Role.DISTRICT_CENTRE: DISTRICT, Role.STREET_STAFF: STREET},
    ),
)
