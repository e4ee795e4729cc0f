"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations


def register_all() -> None:
    """Called once, at start-up."""
