"""The special care lists as spreadsheets: who is on one, and visits that were noted on paper."""

from __future__ import annotations

from governance.sheets import registry
from members.care.sheet.listed import CARE
from members.care.sheet.visits import VISITS


def register() -> None:
    """Called once, when Django is ready."""
    registry.register(CARE)
    registry.register(VISITS)
