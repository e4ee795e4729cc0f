"""Postings in force, and whose they are."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import ApiToken, Posting, User  # noqa: F401


class UserQuerySet(models.QuerySet["User"]):
    """Users, as the security office looks for them."""

    def search(self, text: str) -> UserQuerySet:
        """Those whose name, initials or account contains `text` (a telephone number is found by its index)."""
        text = text.strip()
        if not text:
            return self
        return self.filter(
            Q(name__icontains=text) | Q(initials__istartswith=text.upper()) | Q(username__icontains=text)
        )


class PostingQuerySet(models.QuerySet["Posting"]):
    """Postings, narrowed by date."""

    def in_force(self, today: date) -> PostingQuerySet:
        """Those that count on `today`, of users who may sign in."""
        return self.on(today).filter(user__is_active=True)

    def on(self, today: date) -> PostingQuerySet:
        """Those whose dates include `today`, whether or not the user may sign in."""
        return self.filter(starts_on__lte=today).filter(Q(ends_on=None) | Q(ends_on__gte=today))


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens, narrowed to those that open something."""

    def valid(self, now: datetime) -> ApiTokenQuerySet:
        """Neither revoked nor run out, and of a posting in force."""
        today = timezone.localdate(now)
        alive = self.filter(revoked_at=None, expires_at__gt=now, posting__user__is_active=True)
        return alive.filter(posting__starts_on__lte=today).filter(
            Q(posting__ends_on=None) | Q(posting__ends_on__gte=today)
        )
