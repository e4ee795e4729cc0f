"""Volunteer teams, their activities and hours."""

from __future__ import annotations

from accounts.rights.roles import Rights, Routes

RIGHTS: Rights = {}

ROUTES: Routes = {}
