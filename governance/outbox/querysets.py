"""Which messages a person sees: those sent to this person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from governance.scope import Actor

if TYPE_CHECKING:
    from governance.outbox.models import InboxItem  # noqa: F401


class InboxQuerySet(models.QuerySet["InboxItem"]):
    """Messages inside the platform."""

    def visible_to(self, actor: Actor) -> Self:
        """A person's own messages, whichever posting they act as."""
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()

    def unread(self) -> Self:
        """Those not read yet."""
        return self.filter(read_at=None)
