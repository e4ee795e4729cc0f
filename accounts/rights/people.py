"""The people: persons, households, buildings."""

from __future__ import annotations

from accounts.rights.roles import CS, CW, GW, PG, SL, SS, Rights, Routes

RIGHTS: Rights = {
    # people
    "person.see": frozenset({SL, SS, CS, CW, GW, PG}),
    "person.edit": frozenset({CS, CW}),
    # "GW proposes": the same forms, which the community decides.
    "person.propose": frozenset({GW, PG}),
    "person.enter": frozenset({CS, CW, GW, PG}),
    "person.proposals": frozenset({CS, CW, GW, PG}),
    "person.reveal": frozenset({SS, CS, CW, GW}),
}

ROUTES: Routes = {
    # people
    "members:persons": {"GET": "person.see", "POST": "person.see"},
    "members:find": {"POST": "person.see"},
    "members:person": {"GET": "person.see"},
    "members:person_change": "person.enter",
    "members:person_leave": "person.enter",
    "members:person_die": "person.enter",
    "members:person_join": "person.edit",
    "members:person_merge": "person.edit",
    "members:person_apart": "person.edit",
    "members:duplicates": {"GET": "person.edit"},
    "members:person_reveal": "person.reveal",
    "members:households": {"GET": "person.see"},
    "members:household": {"GET": "person.see"},
    "members:entry": "person.enter",
    "members:home_now": {"GET": "person.enter"},
    "members:member_add": "person.enter",
    "members:relations": "person.edit",
    "members:household_dissolve": "person.edit",
    "members:proposals": {"GET": "person.proposals", "POST": "person.edit"},
    "members:proposal": {"GET": "person.proposals", "POST": "person.edit"},
    "members:proposal_withdraw": "person.propose",
    "members:buildings": {"GET": "person.see"},
    "members:building": {"GET": "person.see"},
    "members:building_add": "person.edit",
    "members:building_change": "person.edit",
    "members:building_remove": "person.edit",
    "members:homes_add": "person.edit",
    "members:home_remove": "person.edit",
    "members:take_in": "person.edit",
}
