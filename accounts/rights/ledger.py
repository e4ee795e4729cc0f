"""The books of points: what the reconciliation found, and whose awards it halted.

Source: the room of points. "The district sees figures and units; a street its own; a halt is lifted by SS, the
district's by DC."
"""

from __future__ import annotations

from accounts.rights.roles import CS, DC, DL, SL, SS, Rights, Routes

RIGHTS: Rights = {
    "ledger.see": frozenset({DL, DC, SL, SS, CS}),
    "ledger.lift": frozenset({DC, SS}),
}

ROUTES: Routes = {
    "points:ledger_checks": {"GET": "ledger.see"},
    "points:ledger_halt_lift": "ledger.lift",
}
