"""Party-member households and the homes that they look after."""

from __future__ import annotations

from accounts.rights.roles import Rights, Routes

RIGHTS: Rights = {}

ROUTES: Routes = {}
