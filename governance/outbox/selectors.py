"""Reading the inbox."""

from __future__ import annotations

from governance.outbox.models import InboxItem

UNREAD_COUNTED = 100


def unread_count(user_id: int) -> int:
    """How many messages of the person are unread, counted up to 100: asked on every page, answered from an index."""
    return InboxItem.objects.filter(user_id=user_id, read_at=None)[:UNREAD_COUNTED].count()
