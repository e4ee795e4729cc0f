"""What is open to see of points, a member's own pages, and rounds 创先争优.

Source: rights.md, "points … see in scope": street leaders see, the district sees figures and no persons.
"""

from __future__ import annotations

from accounts.rights.roles import CS, CW, GW, PG, SIGNED_IN, SL, SS, Rights, Routes

RIGHTS: Rights = {
    # Whoever sees the person.
    "points.person": frozenset({SL, SS, CS, CW, GW, PG}),
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
}
