"""Community workers' careers, and the streets' quotas of staff."""

from __future__ import annotations

from accounts.rights.roles import Rights, Routes

RIGHTS: Rights = {}

ROUTES: Routes = {}
