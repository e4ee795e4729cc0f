"""What is open to see of points, a member's own pages, and rounds 创先争优: who sees which. Source: rights.md."""

from __future__ import annotations

from governance.scope import Role
from tests.rights.relations import COMMUNITY, OF_PEOPLE, STREET, Relations, Subject

# The community's notice: its own people work on it, its street sees it.
OF_NOTICES: dict[Role, Relations] = {
    Role.STREET_LEADER: STREET, Role.STREET_STAFF: STREET, Role.COMMUNITY_SECRETARY: COMMUNITY,
    Role.COMMUNITY_WORKER: COMMUNITY,
}  # fmt: skip

# A round of a street is seen by whoever works there, up and down; the district sees all of them.
_DISTRICT: Relations = {"below": ("street_1", True), "other": ("elsewhere", False)}
_STREET: Relations = {"own": ("street_1", True), "other": ("street_2", False)}
_BELOW: Relations = {"above": ("street_1", True), "other": ("street_2", False)}
OF_ROUNDS: dict[Role, Relations] = {
    Role.DISTRICT_LEADER: _DISTRICT, Role.DISTRICT_CENTRE: _DISTRICT, Role.STREET_LEADER: _STREET,
    Role.STREET_STAFF: _STREET, Role.COMMUNITY_SECRETARY: _BELOW, Role.COMMUNITY_WORKER: _BELOW,
    Role.GRID_WORKER: _BELOW, Role.PART_TIME_GRID_WORKER: _BELOW,
    Role.ENTERPRISE_LIAISON: {"other": ("street_1", False)},
}  # fmt: skip
# A nomination that waits for its review is seen as the person is; to the district it is none yet.
OF_NOMINATIONS: dict[Role, Relations] = OF_PEOPLE | {
    Role.DISTRICT_CENTRE: {"own": ("district", False)}, Role.DISTRICT_LEADER: {"own": ("district", False)},
    Role.ENTERPRISE_LIAISON: {"other": ("street_1", False)},
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
    Subject(
        name="points_round",
        key="pk",
        routes=(
            "points:round",
            "points:round_change",
            "points:round_notice",
            "points:round_step",
            "points:nominate",
        ),
        pages=frozenset({"points:round", "points:round_change", "points:round_notice", "points:nominate"}),
        values={"points:round_step": {"step": "announce"}},
        seen=OF_ROUNDS,
    ),
    Subject(
        name="nomination",
        key="pk",
        routes=("points:nomination", "points:nomination_review", "points:nomination_object"),
        pages=frozenset({"points:nomination", "points:nomination_review", "points:nomination_object"}),
        seen=OF_NOMINATIONS,
    ),
    Subject(
        name="round_objection",
        key="pk",
        routes=("points:objection_settle",),
        pages=frozenset({"points:objection_settle"}),
        seen=OF_PEOPLE,
    ),
)
