"""Careers and quotas: who sees which. Source: rights.md."""

from __future__ import annotations

from governance.scope import Role
from tests.rights.relations import COMMUNITY, STREET, Relations, Subject

# rights.md: "careers: propose · review · decide | CS · SS SL · DC"; nobody else sees them, for the sake of pay.
OF_CAREERS: dict[Role, Relations] = {
    Role.DISTRICT_CENTRE: {"own": ("district", True), "below": ("grid_1", True)}, Role.STREET_LEADER: STREET,
    Role.STREET_STAFF: STREET, Role.COMMUNITY_SECRETARY: COMMUNITY,
}  # fmt: skip

SUBJECTS: tuple[Subject, ...] = (
    Subject(
        name="career",
        key="pk",
        routes=(
            "members:career",
            "members:career_facts",
            "members:career_move",
            "members:career_end",
            "members:career_propose",
        ),
        pages=frozenset({"members:career", "members:career_facts", "members:career_move", "members:career_end"}),
        values={"members:career_propose": {"kind": "removal"}},
        seen=OF_CAREERS,
    ),
    Subject(
        name="career_procedure",
        key="pk",
        routes=("members:career_procedure", "members:career_notice", "members:career_step"),
        pages=frozenset({"members:career_procedure", "members:career_notice"}),
        values={"members:career_step": {"step": "review"}},
        seen=OF_CAREERS,
    ),
    # A round is a street's, and its communities fill it in: each sees it, and of its lines their own.
    Subject(
        name="appraisal_round",
        key="pk",
        routes=("members:appraisal", "members:appraisal_submit", "members:appraisal_decide"),
        pages=frozenset({"members:appraisal"}),
        seen={
            Role.DISTRICT_CENTRE: {
                "own": ("district", True),
                "other": ("elsewhere", False),
                "below": ("street_1", True),
            },
            Role.STREET_LEADER: {"own": ("street_1", True), "other": ("street_2", False)},
            Role.STREET_STAFF: {"own": ("street_1", True), "other": ("street_2", False)},
            Role.COMMUNITY_SECRETARY: {"other": ("street_2", False), "above": ("street_1", True)},
        },
    ),
    Subject(
        name="quota",
        key="pk",
        routes=("grids:quota",),
        pages=frozenset({"grids:quota"}),
        seen={
            Role.DISTRICT_LEADER: {"own": ("street_1", True), "other": ("elsewhere", False)},
            Role.DISTRICT_CENTRE: {"own": ("street_1", True), "other": ("elsewhere", False)},
            Role.STREET_LEADER: {"own": ("street_1", True), "other": ("street_2", False)},
            Role.STREET_STAFF: {"own": ("street_1", True), "other": ("street_2", False)},
            Role.COMMUNITY_SECRETARY: {
                "own": ("community_1", True),
                "other": ("community_2", False),
                "above": ("street_1", False),
            },
        },
    ),
    Subject(
        name="quota_proposal",
        key="pk",
        routes=("grids:quota_proposal",),
        pages=frozenset({"grids:quota_proposal"}),
        seen={
            Role.DISTRICT_CENTRE: {"below": ("street_1", True), "other": ("elsewhere", False)},
            Role.STREET_STAFF: {"own": ("street_1", True), "other": ("street_2", False)},
        },
    ),
)
