"""Party organisations and memberships: who sees which. Source: rights.md."""

from __future__ import annotations

from governance.scope import Role
from tests.rights.relations import LINE, Relations, Subject

# "party organisations, memberships": CS, SS, DC; SL, CW and the grid's workers see. The district's leaders see
# organisations and counts, and no member.
OF_PARTY_MEMBERS: dict[Role, Relations] = {role: seen for role, seen in LINE.items() if role != Role.DISTRICT_LEADER}

SUBJECTS: tuple[Subject, ...] = (
    Subject(
        name="party_organisation",
        key="pk",
        routes=(
            "members:party_organisation",
            "members:party_children",
            "members:party_change",
            "members:party_move",
            "members:party_merge",
            "members:party_dissolve",
            "members:party_election",
            "members:party_appoint",
            "members:party_extension_ask",
            "members:party_extension_decide",
            "members:party_admit",
            "members:party_take_in",
        ),
        pages=frozenset({"members:party_organisation", "members:party_children"}),
        seen=LINE,
    ),
    Subject(
        name="party_post",
        key="post_pk",
        more={"pk": "organisation_id"},
        routes=("members:party_post_end",),
        seen=LINE,
    ),
    Subject(
        name="party_member",
        key="pk",
        routes=(
            "members:party_member",
            "members:party_member_change",
            "members:party_full",
            "members:party_prolong",
            "members:party_member_end",
            "members:party_hand_over",
            "members:party_transfer_out",
        ),
        pages=frozenset({"members:party_member"}),
        seen=OF_PARTY_MEMBERS,
    ),
    Subject(
        name="party_transfer",
        key="pk",
        routes=(
            "members:party_transfer",
            "members:party_receive",
            "members:party_refuse",
            "members:party_withdraw",
        ),
        pages=frozenset({"members:party_transfer"}),
        seen=OF_PARTY_MEMBERS,
    ),
    Subject(
        name="party_double",
        key="pk",
        routes=("members:party_double", "members:party_report_end", "members:party_service"),
        pages=frozenset({"members:party_double"}),
        seen=OF_PARTY_MEMBERS,
    ),
)
