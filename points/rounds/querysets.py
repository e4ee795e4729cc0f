"""Which notices and rounds a request may read."""

from __future__ import annotations

from governance.scope import Role
from members.volunteers.querysets import ScopedQuerySet

# Notices are worked on by the community and seen by its street. Everybody may read the public page.
NOTICES = frozenset({Role.STREET_LEADER, Role.STREET_STAFF, Role.COMMUNITY_SECRETARY, Role.COMMUNITY_WORKER})


class NoticeQuerySet(ScopedQuerySet):
    """Notices."""

    roles = NOTICES


class ObjectionQuerySet(ScopedQuerySet):
    """Objections to notices."""

    roles = NOTICES
    path = "notice__"
