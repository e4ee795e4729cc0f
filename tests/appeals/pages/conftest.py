"""The pages as people of the small territory see them. Pages read the real clock, so here it is now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from governance.scope import Actor

XSS = "<script>alert(1)</script>'\"&"


@pytest.fixture
def now() -> datetime:
    """A moment ago, so that what a page does comes after what a fixture did."""
    return timezone.now() - timedelta(minutes=1)


@pytest.fixture
def browse() -> Callable[..., Client]:
    """`browse(cast.ss)`: a browser in which this person is signed in."""

    def signed_in(actor: Actor, **kwargs: bool) -> Client:
        client = Client(**kwargs)
        client.force_login(User.objects.get(pk=actor.user_id))
        return client

    return signed_in
