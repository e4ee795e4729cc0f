"""A browser's requests as one of the cast, signed in without the sign-in page."""

from __future__ import annotations

from django.test import Client

from accounts.models import User
from governance.scope import Actor


def client_of(actor: Actor) -> Client:
    """A client that acts as `actor` (its user's only posting)."""
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id), backend="django.contrib.auth.backends.ModelBackend")
    return client
