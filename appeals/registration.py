"""What the appeals room gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from appeals.clocks import SUBJECT
from appeals.handlers import AppealClocks
from appeals.imports.work import register_jobs
from governance.deadlines import registry as deadlines


def register_all() -> None:
    """Called once, when Django is ready."""
    deadlines.register(SUBJECT, AppealClocks())
    register_jobs()
