"""五雁争辉, 十员: who was named what."""

from __future__ import annotations

from accounts.rights.roles import Rights, Routes

RIGHTS: Rights = {}

ROUTES: Routes = {}
