"""Special care lists and their visits. Who sees a person sees the person's care; the district sees counts alone."""

from __future__ import annotations

from accounts.rights.roles import CS, CW, DC, DL, GW, PG, SL, SS, Rights, Routes

RIGHTS: Rights = {
    "care.see": frozenset({SL, SS, CS, CW, GW, PG}),
    "care.edit": frozenset({CS, CW}),
    "care.visit": frozenset({SS, CS, CW, GW, PG}),
    "care.figures": frozenset({DL, DC, SL, SS, CS, CW, GW, PG}),
    "care.kinds": frozenset({DC}),
}

ROUTES: Routes = {
    # The bulk actions of the list ask for care.edit themselves.
    "members:care": {"GET": "care.see", "POST": "care.see"},
    "members:care_find": {"POST": "care.see"},
    "members:care_today": {"GET": "care.visit"},
    "members:care_turns": {"GET": "care.see"},
    "members:care_figures": {"GET": "care.figures"},
    "members:care_kinds": {"GET": "care.kinds"},
    "members:care_kind_add": "care.kinds",
    "members:care_kind": "care.kinds",
    "members:care_add": "care.edit",
    "members:care_record": {"GET": "care.see"},
    "members:care_change": "care.edit",
    "members:care_visit": "care.visit",
    "members:care_pause": "care.edit",
    "members:care_resume": {"POST": "care.edit"},
    "members:care_end": "care.edit",
}
