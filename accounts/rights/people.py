"""The people: persons, households, buildings."""

from __future__ import annotations

from accounts.rights.roles import CS, CW, GW, PG, SL, SS, Rights, Routes

RIGHTS: Rights = {
    # people
    "person.see": frozenset({SL, SS, CS, CW, GW, PG}),
    "person.edit": frozenset({CS, CW}),
    "person.reveal": frozenset({SS, CS, CW, GW}),
}

ROUTES: Routes = {
    # people
    "members:persons": {"GET": "person.see", "POST": "person.see"},
    "members:find": {"POST": "person.see"},
    "members:person": {"GET": "person.see"},
    "members:person_change": "person.edit",
    "members:person_leave": "person.edit",
    "members:person_die": "person.edit",
    "members:person_reveal": "person.reveal",
    "members:households": {"GET": "person.see"},
    "members:household": {"GET": "person.see"},
    "members:household_add": "person.edit",
    "members:member_add": "person.edit",
    "members:take_in": "person.edit",
}
