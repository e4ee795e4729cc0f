"""What is open to see of points, a member's own pages, and rounds 创先争优: who sees which. Source: rights.md."""

from __future__ import annotations

from governance.scope import Role
from tests.rights.relations import COMMUNITY, OF_PEOPLE, STREET, Relations, Subject

# The community's notice: its own people work on it, its street sees it.
OF_NOTICES: dict[Role, Relations] = {
    Role.STREET_LEADER: STREET, Role.STREET_STAFF: STREET, Role.COMMUNITY_SECRETARY: COMMUNITY,
    Role.COMMUNITY_WORKER: COMMUNITY,
}  # fmt: skip

SUBJECTS: tuple[Subject, ...] = (
    Subject(
        name="resident",
        key="pk",
        routes=("points:statement", "points:statement_sheet", "points:unnamed"),
        pages=frozenset({"points:statement", "points:statement_sheet", "points:unnamed"}),
        seen=OF_PEOPLE,
    ),
    Subject(
        name="household",
        key="pk",
        routes=("points:household_statement", "points:household_statement_sheet"),
        pages=frozenset({"points:household_statement", "points:household_statement_sheet"}),
        seen=OF_PEOPLE,
    ),
    Subject(
        name="points_notice",
        key="pk",
        routes=("points:notice", "points:notice_print", "points:notice_step", "points:notice_object"),
        pages=frozenset({"points:notice", "points:notice_print", "points:notice_object"}),
        seen=OF_NOTICES,
    ),
    Subject(
        name="points_objection",
        key="pk",
        routes=("points:notice_answer",),
        pages=frozenset({"points:notice_answer"}),
        seen=OF_NOTICES,
    ),
)
