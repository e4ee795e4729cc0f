"""What is open to see of points, a member's own pages, and rounds 创先争优.

Source: rights.md, "points … see in scope": street leaders see, the district sees figures and no persons.
"""

from __future__ import annotations

from accounts.rights.roles import CS, CW, DC, DL, EL, GW, PG, PUBLIC, SIGNED_IN, SL, SS, Rights, Routes

RIGHTS: Rights = {
    # Whoever sees the person.
    "points.person": frozenset({SL, SS, CS, CW, GW, PG}),
    # What a unit gave and exchanged, names masked.
    "points.flows": frozenset({SL, SS, CS, CW}),
    # The community gives its notice, over its secretary's name; its street sees who is late.
    "points.notice_see": frozenset({SL, SS, CS, CW}),
    "points.notice_edit": frozenset({CS, CW}),
    "points.notice_publish": frozenset({CS}),
    # 创先争优: the district, a street or a community hosts; the street reviews. Candidates are public by purpose.
    "round.see": frozenset({DL, DC, SL, SS, CS, CW, GW, PG, EL}),
    "round.host": frozenset({DC, SS, CS}),
    "round.nominate": frozenset({SS, CS, CW, GW, EL}),
    "round.review": frozenset({SS}),
    "round.object": frozenset({SS, CS, CW}),
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
    "points:flows": {"GET": "points.flows"},
    "points:notices": {"GET": "points.notice_see"},
    "points:notice": {"GET": "points.notice_see"},
    "points:notice_print": {"GET": "points.notice_see"},
    "points:notice_add": "points.notice_edit",
    "points:notice_step": {"POST": "points.notice_edit"},
    "points:notice_object": "points.notice_edit",
    "points:notice_answer": "points.notice_edit",
    "points:unnamed": "points.notice_edit",
    "points:rounds": {"GET": "round.see"},
    "points:round": {"GET": "round.see"},
    "points:round_notice": {"GET": "round.see"},
    "points:round_add": "round.host",
    "points:round_change": "round.host",
    "points:round_step": "round.host",
    "points:nominate": "round.nominate",
    "points:nomination": {"GET": "round.see"},
    "points:nomination_review": "round.review",
    "points:nomination_object": "round.object",
    "points:objection_settle": "round.review",
    # Whoever has an account: votes, nominates themselves, takes back what they nominated, scores as a juror.
    "points:my_rounds": {"GET": SIGNED_IN},
    "points:my_round": SIGNED_IN,
    "points:self_nominate": SIGNED_IN,
    "points:nomination_withdraw": {"POST": SIGNED_IN},
    "points:score": SIGNED_IN,
    "points:honours": {"GET": SIGNED_IN},
    # For the community's residents: what was published, by the code on the sheet.
    "points:public_notice": {"GET": PUBLIC},
}
