"""What the appeals room gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from django.urls import reverse

from appeals.clocks import SUBJECT
from appeals.handlers import AppealClocks
from governance.deadlines import registry as deadlines
from governance.outbox import registry as outbox


def register_all() -> None:
    """Called once, when Django is ready."""
    deadlines.register(SUBJECT, AppealClocks())
    outbox.register_subject(SUBJECT, url=lambda pk: reverse("appeals:detail", args=[pk]))
