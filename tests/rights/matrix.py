"""What the walks expect, as data: each line is a decision. Source: rights.md.

A new route with an object in its address belongs to a `Subject` below, or the walk says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from accounts.rights import ROUTES
from governance.scope import Role

# Routes that answer 403 by themselves to a role that has their right, as they were asked for nothing sensible.
REFUSES_NOTHING: dict[tuple[str, str], str] = {
    ("accounts:act_as", "POST"): "a posting that one does not hold cannot be acted as",
}

# Routes that are walked for refusals only, as what they answer is large.
HEAVY: frozenset[str] = frozenset({"api:schema"})

# Where each role of the first line works (an attribute of the suite's small district).
PLACES: dict[Role, str] = {
    Role.DISTRICT_LEADER: "district", Role.DISTRICT_CENTRE: "district", Role.STREET_LEADER: "street_1",
    Role.STREET_STAFF: "street_1", Role.COMMUNITY_SECRETARY: "community_1", Role.COMMUNITY_WORKER: "community_1",
    Role.GRID_WORKER: "grid_1", Role.PART_TIME_GRID_WORKER: "grid_1", Role.DEPARTMENT_STAFF: "department_1",
    Role.ENTERPRISE_LIAISON: "enterprise_1", Role.SHOP_CLERK: "community_1", Role.AUDITOR: "district",
    Role.SECURITY_ADMIN: "district", Role.SYSTEM_ADMIN: "district",
}  # fmt: skip

# By relation to the role's unit (own, other, above, below): where the sample lies, and whether the role sees it.
Relations = dict[str, tuple[str, bool]]

DISTRICT: Relations = {"own": ("district", True), "other": ("elsewhere", False), "below": ("grid_1", True)}
STREET: Relations = {
    "own": ("street_1", True), "other": ("street_2", False), "above": ("district", False), "below": ("grid_1", True),
}  # fmt: skip
COMMUNITY: Relations = {
    "own": ("community_1", True), "other": ("community_2", False), "above": ("street_1", False),
    "below": ("grid_1", True),
}  # fmt: skip
GRID: Relations = {"own": ("grid_1", True), "other": ("grid_2", False), "above": ("community_1", False)}
LINE: dict[Role, Relations] = {
    Role.DISTRICT_LEADER: DISTRICT, Role.DISTRICT_CENTRE: DISTRICT,
    Role.STREET_LEADER: STREET, Role.STREET_STAFF: STREET,
    Role.COMMUNITY_SECRETARY: COMMUNITY, Role.COMMUNITY_WORKER: COMMUNITY,
    Role.GRID_WORKER: GRID, Role.PART_TIME_GRID_WORKER: GRID,
}  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """A kind of object that routes name: how its routes call it, where it lies, and who sees it."""

    name: str
    key: str
    routes: tuple[str, ...]
    seen: dict[Role, Relations]
    # Routes of these that answer GET with 200 to whoever sees the object.
    pages: frozenset[str] = frozenset()
    values: dict[str, dict[str, object]] = field(default_factory=dict)
    # What the address takes of the sample, where that is more than its key: name → attribute.
    more: dict[str, str] = field(default_factory=dict)


OF_APPEALS: dict[Role, Relations] = LINE | {
    # A department sees what is with it, wherever it happened, and nothing of its neighbour's.
    Role.DEPARTMENT_STAFF: {
        "own": ("department_1", True), "other": ("department_2", False), "above": ("district", False),
    },
    Role.ENTERPRISE_LIAISON: {"other": ("street_1", False), "above": ("district", False)},
}  # fmt: skip

APPEAL_PAGES = ("appeals:detail", "appeals:print")
APPEAL_READS = ("api:appeal", "api:appeal_history")
# Every call of the API about one appeal, whatever its name: a new step is walked without a line here.
APPEAL_CALLS = tuple(name for name in ROUTES if name.startswith("api:appeal") and not name.startswith("api:appeals"))

# rights.md: "persons, households: see · CS CW GW(own grid) SS SL(masked)"; the district sees figures alone.
OF_PEOPLE: dict[Role, Relations] = {
    role: seen for role, seen in LINE.items() if role not in {Role.DISTRICT_LEADER, Role.DISTRICT_CENTRE}
}

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
    Subject(
        name="resident",
        key="pk",
        routes=(
            "members:person",
            "members:person_change",
            "members:person_leave",
            "members:person_die",
            "members:person_reveal",
        ),
        pages=frozenset({"members:person"}),
        seen=OF_PEOPLE,
    ),
    Subject(
        name="household",
        key="pk",
        routes=("members:household", "members:member_add", "members:take_in"),
        pages=frozenset({"members:household"}),
        seen=OF_PEOPLE,
    ),
    Subject(
        name="appeal",
        key="pk",
        routes=(
            *APPEAL_PAGES,
            "appeals:reveal",
            "appeals:visit",
            "appeals:step",
            "appeals:hotline_panel",
            "appeals:repeat_panel",
            "appeals:repeat_mark",
            "appeals:repeat_refuse",
            "appeals:repeat_unmark",
            *APPEAL_CALLS,
        ),
        pages=frozenset({*APPEAL_PAGES, *APPEAL_READS, "appeals:hotline_panel", "appeals:repeat_panel"}),
        values={"appeals:step": {"step": "accept"}},
        seen=OF_APPEALS,
    ),
    Subject(
        name="supervision",
        key="pk",
        routes=("appeals:supervision_sheet",),
        pages=frozenset({"appeals:supervision_sheet"}),
        seen=LINE
        | {
            # An order to a department is its own, and not its neighbour's.
            Role.DEPARTMENT_STAFF: {
                "own": ("department_1", True),
                "other": ("department_2", False),
                "above": ("district", False),
            },
        },
    ),
    Subject(
        name="photo",
        key="pk",
        routes=("files:open", "files:thumbnail", "api:attachment"),
        pages=frozenset({"files:open", "files:thumbnail", "api:attachment"}),
        seen=OF_APPEALS,
    ),
    Subject(
        name="unit",
        key="pk",
        routes=(
            "grids:unit",
            "grids:children",
            "grids:rename",
            "grids:move",
            "grids:merge",
            "grids:close",
            "grids:describe",
            "api:unit-detail",
        ),
        pages=frozenset({"grids:unit", "grids:children", "api:unit-detail"}),
        seen=LINE
        | {
            # Departments work for the whole district; the offices need its tree to do theirs.
            Role.DEPARTMENT_STAFF: {
                "own": ("department_1", True),
                "other": ("department_2", True),
                "above": ("district", True),
            },
            Role.AUDITOR: DISTRICT,
            Role.SECURITY_ADMIN: DISTRICT,
            Role.SYSTEM_ADMIN: DISTRICT,
        },
    ),
    Subject(
        name="person",
        key="pk",
        routes=(
            "accounts:staff_detail",
            "accounts:staff_edit",
            "accounts:staff_disable",
            "accounts:staff_enable",
            "accounts:staff_unlock",
            "accounts:staff_password",
            "accounts:staff_sign_out",
            "accounts:staff_posting_add",
            "accounts:staff_token_add",
        ),
        pages=frozenset({"accounts:staff_detail", "accounts:staff_edit", "accounts:staff_posting_add"}),
        seen={Role.SECURITY_ADMIN: DISTRICT},
    ),
    Subject(
        name="posting",
        key="posting_pk",
        more={"pk": "user_id"},
        routes=("accounts:staff_posting_end", "accounts:staff_posting_move"),
        pages=frozenset({"accounts:staff_posting_end", "accounts:staff_posting_move"}),
        seen={Role.SECURITY_ADMIN: DISTRICT},
    ),
    Subject(
        name="token",
        key="token_pk",
        more={"pk": "owner_id"},
        routes=("accounts:staff_token_revoke",),
        pages=frozenset({"accounts:staff_token_revoke"}),
        seen={Role.SECURITY_ADMIN: DISTRICT},
    ),
    # A service site is for everybody, so everybody in the district who sees its units sees it; another's is not there.
    Subject(
        name="site",
        key="pk",
        routes=(
            "grids:site",
            "grids:site_edit",
            "grids:site_close",
            "grids:site_hours",
            "grids:site_exception_add",
            "grids:site_exception_remove",
            "grids:site_propose_change",
            "grids:site_propose_close",
        ),
        pages=frozenset(
            {
                "grids:site",
                "grids:site_edit",
                "grids:site_close",
                "grids:site_hours",
                "grids:site_exception_add",
            }
        ),
        seen={
            role: {"own": ("street_1", True), "other": ("elsewhere", False), "below": ("grid_1", True)}
            for role in (*LINE, Role.DEPARTMENT_STAFF, Role.AUDITOR, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN)
        },
    ),
    Subject(
        name="site_proposal",
        key="pk",
        routes=("grids:site_proposal",),
        pages=frozenset({"grids:site_proposal"}),
        seen={
            Role.DISTRICT_CENTRE: {"below": ("street_1", True), "other": ("elsewhere", False)},
            Role.STREET_STAFF: {"own": ("street_1", True), "other": ("street_2", False)},
        },
    ),
    Subject(
        name="site_sheet",
        key="pk",
        routes=("grids:site_import_detail", "grids:site_import_refused"),
        pages=frozenset({"grids:site_import_detail"}),
        seen={Role.DISTRICT_CENTRE: DISTRICT},
    ),
    # What the district decides of its territory, and the files that it checks, are the whole district's.
    Subject(
        name="unit_change",
        key="pk",
        routes=("grids:change_cancel",),
        seen={Role.DISTRICT_CENTRE: DISTRICT},
    ),
    Subject(
        name="divisions",
        key="pk",
        routes=("grids:divisions_compare", "grids:divisions_refused"),
        pages=frozenset({"grids:divisions_compare"}),
        seen={Role.DISTRICT_CENTRE: DISTRICT},
    ),
    Subject(
        name="boundaries",
        key="pk",
        routes=("grids:boundaries_check", "grids:boundaries_refused"),
        pages=frozenset({"grids:boundaries_check"}),
        seen={Role.DISTRICT_CENTRE: DISTRICT},
    ),
)

# A body that every call of the API about an appeal takes for well-formed, so that what answers is the scope.
NOWHERE = 999_999_999
API_BODY: dict[str, object] = {
    "words": "情况属实，请按时办理并反馈。",
    "reason": "not_my_duty",
    "result": "已联系维修单位到场更换主板，当日恢复运行，并向住户说明情况。",
    "public_reply": "您反映的问题已处理完毕，感谢监督。",
    "to_unit_id": NOWHERE,
    "unit_ids": [NOWHERE],
    "into_id": NOWHERE,
    "uphold": True,
    "method": "phone",
    "reached": True,
    "solved": True,
    "satisfaction": "satisfied",
    "title": "改正后的标题",
    "field": "phone",
    "answer": "已约谈承办人，限两日内整改到位。",
    "accept": True,
    "stage": "stage_stop",
    "attachment_ids": ["00000000-0000-0000-0000-000000000001"],
    "amount": 3,
    "grant": True,
    "kind": "season",
    "review_on": "2027-01-15",
}
API_BODIES: dict[str, dict[str, object]] = {
    "api:appeal_reject": {"reason": "in_court"},
    "api:appeal_ask_extension": {"reason": "配件须从外地调运，预计四个工作日到货。"},
    "api:appeal_ask_shelving": {"reason": "冬季冻土不能开挖，须待解冻后施工。"},
}

# Answers other than the rule's, each with its reason: (route, method) → statuses.
OTHERWISE: dict[tuple[str, str], tuple[frozenset[int], str]] = {}
