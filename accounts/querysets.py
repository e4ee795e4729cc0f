"""Postings in force, and whose they are."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from governance.privacy import blind_index
from governance.scope import Actor, Role

if TYPE_CHECKING:
    from accounts.models import ApiToken, Posting, User  # noqa: F401


class UserQuerySet(models.QuerySet["User"]):
    """Users, as the security office looks for them."""

    def visible_to(self, actor: Actor) -> UserQuerySet:
        """The security office's staff: those with a posting in its district, and those without any."""
        if actor.role != Role.SECURITY_ADMIN:
            return self.none()
        # By the registry: models.py imports this module.
        postings = apps.get_model("accounts", "Posting")._default_manager.filter(user=OuterRef("pk"))
        here = postings.filter(unit__district_id=actor.district_id)
        return self.filter(Q(Exists(here)) | ~Q(Exists(postings)))

    def search(self, text: str) -> UserQuerySet:
        """Those whose name or account contains `text`, whose initials begin so, or who have this phone number."""
        text = text.strip()
        if not text:
            return self
        found = Q(name__icontains=text) | Q(initials__istartswith=text) | Q(username__icontains=text)
        return self.filter(found | Q(phone_index=blind_index("phone", text)))


class PostingQuerySet(models.QuerySet["Posting"]):
    """Postings, narrowed by date."""

    def in_force(self, today: date) -> PostingQuerySet:
        """Those that count on `today`, of users who may sign in."""
        return self.on(today).filter(user__is_active=True)

    def on(self, today: date) -> PostingQuerySet:
        """Those whose dates include `today`, whether or not the user may sign in."""
        begun = self.filter(cancelled_at=None, starts_on__lte=today)
        return begun.filter(Q(ends_on=None) | Q(ends_on__gte=today))

    def current_or_coming(self, today: date) -> PostingQuerySet:
        """Those that have not ended by `today`."""
        return self.filter(cancelled_at=None).filter(Q(ends_on=None) | Q(ends_on__gte=today))


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens, narrowed to those that open something."""

    def valid(self, now: datetime) -> ApiTokenQuerySet:
        """Neither revoked nor run out, and of a posting in force."""
        today = timezone.localdate(now)
        alive = self.filter(
            revoked_at=None, expires_at__gt=now, posting__user__is_active=True, posting__cancelled_at=None
        )
        return alive.filter(posting__starts_on__lte=today).filter(
            Q(posting__ends_on=None) | Q(posting__ends_on__gte=today)
        )
