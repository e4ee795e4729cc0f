"""Party organisations and memberships."""

from __future__ import annotations

from accounts.rights.roles import Rights, Routes

RIGHTS: Rights = {}

ROUTES: Routes = {}
