"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations


def register() -> None:
    """Called once, when Django is ready."""
