"""Who reads the record: the auditor, all of it; nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from governance.scope import Actor, Role

if TYPE_CHECKING:
    from governance.audit.models import Entry  # noqa: F401


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries of the record."""

    def visible_to(self, actor: Actor) -> Self:
        """All of it to the auditor: no unit's entries are kept from the audit."""
        return self if actor.role == Role.AUDITOR else self.none()
