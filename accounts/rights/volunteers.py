"""Volunteer teams, their activities and hours.

Source: the people's room. "Teams and activities: CS CW in the community, SS in the street, GW in the own grid; SL sees;
DC DL see teams and counts, no persons. Hours are confirmed by CS CW SS, never one's own."
"""

from __future__ import annotations

from accounts.rights.roles import CS, CW, DC, DL, GW, PG, SIGNED_IN, SL, SS, Rights, Routes

RIGHTS: Rights = {
    "volunteer.see": frozenset({DL, DC, SL, SS, CS, CW, GW, PG}),
    "volunteer.people": frozenset({SL, SS, CS, CW, GW, PG}),
    "volunteer.edit": frozenset({SS, CS, CW}),
    # In the own grid: drafts, sign-ups, check-in.
    "volunteer.propose": frozenset({SS, CS, CW, GW, PG}),
    "volunteer.hours": frozenset({SL, SS, CS, CW}),
    "volunteer.confirm": frozenset({SS, CS, CW}),
    # rights.md, "export". A list of teams holds no person; those of members and hours ask for person.export.
    "volunteer.export_teams": frozenset({DC, SS, CS, CW}),
    "volunteer.approve_teams": frozenset({DL, SL, CS}),
}

ROUTES: Routes = {
    "members:volunteer_teams": {"GET": "volunteer.see"},
    "members:volunteer_team": {"GET": "volunteer.see"},
    "members:volunteer_team_add": "volunteer.edit",
    "members:volunteer_team_change": "volunteer.edit",
    "members:volunteer_team_dissolve": "volunteer.edit",
    "members:volunteer_team_pick": "volunteer.edit",
    "members:volunteer_member_leave": {"POST": "volunteer.edit"},
    "members:volunteer_activities": {"GET": "volunteer.see"},
    "members:volunteer_activity": {"GET": "volunteer.see"},
    "members:volunteer_activity_add": "volunteer.propose",
    "members:volunteer_activity_change": "volunteer.propose",
    "members:volunteer_activity_step": {"POST": "volunteer.propose"},
    "members:volunteer_activity_cancel": "volunteer.propose",
    "members:volunteer_activity_pick": "volunteer.propose",
    "members:volunteer_attend": {"POST": "volunteer.propose"},
    "members:volunteer_sign_off": {"POST": "volunteer.propose"},
    "members:volunteer_code": {"GET": "volunteer.propose"},
    "members:volunteer_roster": {"GET": "volunteer.people"},
    "members:volunteer_hours": {"GET": "volunteer.hours", "POST": "volunteer.confirm"},
    "members:volunteer_hours_refuse": "volunteer.confirm",
    "members:volunteer_hours_correct": "volunteer.confirm",
    "members:volunteer_hours_add": "volunteer.propose",
    "members:volunteer_statement": {"GET": "volunteer.people"},
    "members:volunteer_figures": {"GET": "volunteer.see"},
    # A volunteer with an account, whatever their work: what is their own.
    "members:volunteer_mine": {"GET": SIGNED_IN},
    "members:volunteer_join": {"POST": SIGNED_IN},
    "members:volunteer_withdraw": {"POST": SIGNED_IN},
    "members:volunteer_check_in": SIGNED_IN,
}
