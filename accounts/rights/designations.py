"""五雁争辉, 十员: who was named what."""

from __future__ import annotations

from accounts.rights.roles import CS, CW, DC, DL, GW, PG, SL, SS, Rights, Routes

RIGHTS: Rights = {
    # Names are seen as persons are; the district reads figures alone.
    "designation.see": frozenset({SL, SS, CS, CW, GW, PG}),
    "designation.figures": frozenset({DL, DC, SL, SS, CS, CW, GW, PG}),
    # A street names in the street, a community in itself and its grids.
    "designation.edit": frozenset({SS, CS, CW}),
    "courier.see": frozenset({SL, SS, CS, CW}),
    "courier.edit": frozenset({SS, CS, CW}),
    # One's own page on the phone.
    "courier.mine": frozenset({PG}),
}

ROUTES: Routes = {
    "members:designations": {"GET": "designation.see"},
    "members:designation_figures": {"GET": "designation.figures"},
    "members:designation_add": "designation.edit",
    "members:designation_change": "designation.edit",
    "members:designation_end": "designation.edit",
    "members:designation_keep": {"POST": "designation.edit"},
    "members:couriers": {"GET": "courier.see"},
    "members:courier": {"GET": "courier.see"},
    "members:courier_add": "courier.edit",
    "members:courier_change": "courier.edit",
    "members:courier_account": "courier.edit",
    "members:courier_end": "courier.edit",
    "members:mine": {"GET": "courier.mine"},
}
