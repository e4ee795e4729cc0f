"""Party-member households and the homes that they look after."""

from __future__ import annotations

from accounts.rights.roles import CS, CW, DC, DL, GW, PG, SL, SS, Rights, Routes

RIGHTS: Rights = {
    # Names are seen as persons are; the district reads figures alone.
    "party_household.see": frozenset({SL, SS, CS, CW, GW, PG}),
    "party_household.figures": frozenset({DL, DC, SL, SS, CS, CW, GW, PG}),
    "party_household.edit": frozenset({CS, CW}),
    "party_household.visit": frozenset({CS, CW, GW, PG}),
}

ROUTES: Routes = {
    "members:party_households": {"GET": "party_household.see"},
    "members:party_household": {"GET": "party_household.see"},
    "members:party_household_gaps": {"GET": "party_household.figures"},
    "members:party_household_grids": {"GET": "party_household.figures"},
    "members:party_household_unattended": {"GET": "party_household.see"},
    "members:party_household_open": "party_household.edit",
    "members:party_household_change": "party_household.edit",
    "members:party_household_homes": "party_household.edit",
    "members:party_household_let_go": "party_household.edit",
    "members:party_household_confirm": {"POST": "party_household.edit"},
    "members:party_household_end": "party_household.edit",
    "members:party_household_visit": "party_household.visit",
    "members:party_household_report": "party_household.visit",
}
