"""Party organisations and memberships.

Source: "party organisations, memberships | CS for the community, SS for the street, DC for the district". SL, CW and
the grid's workers see; the district's leaders see organisations and counts, and nobody's name.
"""

from __future__ import annotations

from accounts.rights.roles import CS, CW, DC, DL, GW, PG, SL, SS, Rights, Routes

RIGHTS: Rights = {
    "party.see": frozenset({DL, DC, SL, SS, CS, CW, GW, PG}),
    "party.see_members": frozenset({DC, SL, SS, CS, CW, GW, PG}),
    "party.edit": frozenset({DC, SS, CS}),
    # As with persons: in scope, with a purpose; over 1,000 rows, and a worker always, with a leader's approval.
    "party.export": frozenset({DC, SS, CS}),
    "party.export_ask": frozenset({CW}),
    "party.export_approve": frozenset({DL, SL, CS}),
}

ROUTES: Routes = {
    "members:party": {"GET": "party.see"},
    "members:party_organisations": {"GET": "party.see"},
    "members:party_children": {"GET": "party.see"},
    "members:party_organisation": {"GET": "party.see"},
    "members:party_elections": {"GET": "party.see"},
    "members:party_figures": {"GET": "party.see"},
    "members:party_members": {"GET": "party.see_members"},
    "members:party_member": {"GET": "party.see_members"},
    "members:party_transfers": {"GET": "party.see_members", "POST": "party.edit"},
    "members:party_transfer": {"GET": "party.see_members"},
    "members:party_doubles": {"GET": "party.see_members"},
    "members:party_double": {"GET": "party.see_members"},
    **dict.fromkeys(
        (
            "members:party_found", "members:party_change", "members:party_move", "members:party_merge",
            "members:party_dissolve", "members:party_election", "members:party_appoint", "members:party_post_end",
            "members:party_extension_ask", "members:party_extension_decide", "members:party_admit",
            "members:party_take_in", "members:party_member_change", "members:party_full", "members:party_prolong",
            "members:party_member_end", "members:party_hand_over", "members:party_transfer_out",
            "members:party_refuse", "members:party_withdraw", "members:party_report", "members:party_report_end",
            "members:party_service",
        ),
        "party.edit",
    ),
    "members:party_receive": {"POST": "party.edit"},
}  # fmt: skip
