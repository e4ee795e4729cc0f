"""Teams, their members and hours as spreadsheets."""

from __future__ import annotations

from governance.sheets import registry
from members.volunteers.sheet.hours import HOURS
from members.volunteers.sheet.members import MEMBERS
from members.volunteers.sheet.teams import TEAMS


def register() -> None:
    """Called once, when Django is ready."""
    for sheet in (TEAMS, MEMBERS, HOURS):
        registry.register(sheet)
