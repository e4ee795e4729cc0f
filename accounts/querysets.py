"""Postings in force, and whose they are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import Posting  # noqa: F401


class PostingQuerySet(models.QuerySet["Posting"]):
    """Postings, narrowed by date."""

    def in_force(self, today: date) -> PostingQuerySet:
        """Those that count on `today`, of users who may sign in."""
        return self.filter(starts_on__lte=today, user__is_active=True).filter(Q(ends_on=None) | Q(ends_on__gte=today))
