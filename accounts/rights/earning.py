"""Earning points: rules, awards, budgets.

Source: rights.md, "points: propose an award · approve · budget | CS CW GW · CS (not one's own) · SS".
"""

from __future__ import annotations

from accounts.rights.roles import Rights, Routes

RIGHTS: Rights = {}

ROUTES: Routes = {}
