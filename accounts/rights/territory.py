"""The territory: units, boundaries, service sites."""

from __future__ import annotations

from accounts.rights.roles import DC, EL, SC, SIGNED_IN, SS, Rights, Routes
from governance.scope import Role

RIGHTS: Rights = {
    # territory
    "unit.see": frozenset(Role) - {SC, EL},
    "unit.edit": frozenset({DC}),
    "unit.propose": frozenset({DC, SS}),
    "site.edit": frozenset({DC}),
    "site.propose": frozenset({SS}),
    "site.see_proposals": frozenset({DC, SS}),
}

ROUTES: Routes = {
    # territory
    "grids:tree": {"GET": "unit.see"},
    "grids:search": {"GET": "unit.see"},
    "grids:children": {"GET": "unit.see"},
    "grids:unit": {"GET": "unit.see"},
    "grids:map": {"GET": "unit.see"},
    "grids:map_data": {"GET": "unit.see"},
    "grids:locate": {"GET": SIGNED_IN},
    "grids:open": "unit.edit",
    "grids:rename": "unit.edit",
    "grids:move": "unit.edit",
    "grids:merge": "unit.edit",
    "grids:close": "unit.edit",
    "grids:describe": "unit.edit",
    "grids:changes": {"GET": "unit.edit"},
    "grids:change_cancel": {"POST": "unit.edit"},
    "grids:divisions": "unit.edit",
    "grids:divisions_template": {"GET": "unit.edit"},
    "grids:divisions_compare": "unit.edit",
    "grids:divisions_refused": {"GET": "unit.edit"},
    "grids:boundaries": "unit.edit",
    "grids:boundaries_check": "unit.edit",
    "grids:boundaries_refused": {"GET": "unit.edit"},
    "grids:sites": {"GET": "unit.see"},
    "grids:site": {"GET": "unit.see"},
    "grids:site_near": {"GET": "unit.see"},
    "grids:site_gaps": {"GET": "unit.see"},
    "grids:site_gaps_missing": {"GET": "unit.see"},
    "grids:site_export": {"GET": "unit.see"},
    "grids:site_add": "site.edit",
    "grids:site_edit": "site.edit",
    "grids:site_close": "site.edit",
    "grids:site_hours": "site.edit",
    "grids:site_exception_add": "site.edit",
    "grids:site_exception_remove": {"POST": "site.edit"},
    "grids:site_proposals": {"GET": "site.see_proposals"},
    "grids:site_proposal": {"GET": "site.see_proposals", "POST": "site.edit"},
    "grids:site_propose_add": "site.propose",
    "grids:site_propose_change": "site.propose",
    "grids:site_propose_close": "site.propose",
    "grids:site_import": "site.edit",
    "grids:site_import_template": {"GET": "site.edit"},
    "grids:site_import_detail": "site.edit",
    "grids:site_import_refused": {"GET": "site.edit"},
}
