"""What is open to see of points, a member's own pages, and rounds 创先争优.

Source: rights.md, "points … see in scope": street leaders see, the district sees figures and no persons.
"""

from __future__ import annotations

from accounts.rights.roles import CS, CW, GW, PG, PUBLIC, SIGNED_IN, SL, SS, Rights, Routes

RIGHTS: Rights = {
    # Whoever sees the person.
    "points.person": frozenset({SL, SS, CS, CW, GW, PG}),
    # The community gives its notice, over its secretary's name; its street sees who is late.
    "points.notice_see": frozenset({SL, SS, CS, CW}),
    "points.notice_edit": frozenset({CS, CW}),
    "points.notice_publish": frozenset({CS}),
}

ROUTES: Routes = {
    # A resident with an account, whatever their work: what is their own.
    "points:mine": {"GET": SIGNED_IN},
    "points:my_statement": {"GET": SIGNED_IN},
    "points:my_statement_sheet": {"GET": SIGNED_IN},
    "points:statement": {"GET": "points.person"},
    "points:statement_sheet": {"GET": "points.person"},
    "points:household_statement": {"GET": "points.person"},
    "points:household_statement_sheet": {"GET": "points.person"},
    "points:notices": {"GET": "points.notice_see"},
    "points:notice": {"GET": "points.notice_see"},
    "points:notice_print": {"GET": "points.notice_see"},
    "points:notice_add": "points.notice_edit",
    "points:notice_step": {"POST": "points.notice_edit"},
    "points:notice_object": "points.notice_edit",
    "points:notice_answer": "points.notice_edit",
    "points:unnamed": "points.notice_edit",
    # For the community's residents: what was published, by the code on the sheet.
    "points:public_notice": {"GET": PUBLIC},
}
