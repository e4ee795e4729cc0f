"""What the walks expect, as data: each line is a decision. Source: rights.md.

A new route with an object in its address belongs to a `Subject` below, or the walk says so.
"""

from __future__ import annotations

from accounts.rights import ROUTES
from governance.scope import Role
from tests.rights.relations import DISTRICT, LINE, OF_PEOPLE, Relations, Subject
from tests.rights.subjects import care, careers, earning, hubs, ledger, party, residents, rounds, shop, volunteers

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


SUBJECTS: tuple[Subject, ...] = (
    Subject(
        name="resident",
        key="pk",
        routes=(
            "members:person",
            "members:person_change",
            "members:person_leave",
            "members:person_die",
            "members:person_reveal",
            "members:person_join",
            "members:person_merge",
            "members:person_apart",
            "members:care_add",
            "members:volunteer_statement",
        ),
        pages=frozenset(
            {"members:person", "members:person_join", "members:person_merge", "members:volunteer_statement"}
        ),
        seen=OF_PEOPLE,
    ),
    Subject(
        name="household",
        key="pk",
        routes=(
            "members:household",
            "members:member_add",
            "members:take_in",
            "members:relations",
            "members:household_dissolve",
        ),
        pages=frozenset({"members:household", "members:member_add", "members:relations"}),
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
            "grids:site_door",
            "grids:site_photo_add",
            "grids:site_photo_remove",
            "api:site-detail",
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
                "grids:site_door",
                "grids:site_photo_add",
                "api:site-detail",
            }
        ),
        seen={
            role: {"own": ("street_1", True), "other": ("elsewhere", False), "below": ("grid_1", True)}
            for role in (*LINE, Role.DEPARTMENT_STAFF, Role.AUDITOR, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN)
        },
    ),
    Subject(
        name="site_cluster",
        key="pk",
        routes=("grids:site_cluster_edit", "grids:site_cluster_remove"),
        pages=frozenset({"grids:site_cluster_edit"}),
        seen={Role.DISTRICT_CENTRE: DISTRICT},
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
    *residents.SUBJECTS,
    *care.SUBJECTS,
    *party.SUBJECTS,
    *hubs.SUBJECTS,
    *volunteers.SUBJECTS,
    *careers.SUBJECTS,
    *ledger.SUBJECTS,
    *earning.SUBJECTS,
    *shop.SUBJECTS,
    *rounds.SUBJECTS,
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
