"""Spreadsheets in and out: which pages there are at all; each sheet has rights of its own (docs/spreadsheets.md)."""

from __future__ import annotations

from accounts.rights.roles import CS, CW, DC, DL, SL, SS, Rights, Routes

RIGHTS: Rights = {
    # Whoever imports, exports or approves any sheet. A sheet for another role adds the role here.
    "sheet.see": frozenset({DL, DC, SL, SS, CS, CW}),
    "sheet.import": frozenset({DC, SS, CS, CW}),
    "sheet.export": frozenset({DC, SS, CS, CW}),
    # rights.md, "export": in scope, with a purpose; over 1,000 rows with the leader's approval. A worker asks always.
    "person.export": frozenset({SS, CS}),
    "person.export_ask": frozenset({CW}),
    "person.export_approve": frozenset({SL, CS}),
}

ROUTES: Routes = {
    "sheets:list": {"GET": "sheet.see"},
    "sheets:import": "sheet.import",
    "sheets:template": {"GET": "sheet.import"},
    "sheets:upload": {"GET": "sheet.import"},
    "sheets:progress": {"GET": "sheet.import"},
    "sheets:start": {"POST": "sheet.import"},
    "sheets:stop": {"POST": "sheet.import"},
    "sheets:discard": {"POST": "sheet.import"},
    "sheets:refused": {"GET": "sheet.import"},
    "sheets:ask": "sheet.export",
    "sheets:export": "sheet.see",
    "sheets:export_begin": {"POST": "sheet.export"},
    "sheets:export_file": {"GET": "sheet.export"},
}
