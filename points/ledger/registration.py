"""What the ledger gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from members import registry
from points.ledger.following import on_merged


def register_all() -> None:
    """Called once, at start-up."""
    registry.register_on_merged(on_merged)
