"""Which jobs a person sees: one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from governance.scope import Actor

if TYPE_CHECKING:
    from governance.jobs.models import Job  # noqa: F401


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs."""

    def visible_to(self, actor: Actor) -> Self:
        """The jobs that this person started, whichever posting they acted as: a download may hold personal data."""
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()
