"""The sheets of this room, made known at start-up."""

from __future__ import annotations

from governance.sheets import registry
from governance.sheets.declare import Sheet
from members.sheets.exporting import HouseholdExporter
from members.sheets.people import PEOPLE

HOUSEHOLDS = Sheet(
    key="households", title="住户", noun="户", list_view="members:households", exporter=HouseholdExporter(),
    export_right="person.export", ask_right="person.export_ask", approve_right="person.export_approve",
)  # fmt: skip


def register() -> None:
    """Called once, when Django is ready."""
    registry.register(PEOPLE)
    registry.register(HOUSEHOLDS)
