"""Clients of the API, one for any actor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.services.tokens import issue_token
from governance.scope import Actor
from tests.fixtures import Cast


@pytest.fixture
def api(cast: Cast) -> Callable[[Actor], APIClient]:
    """`api(cast.dc)`: a client that carries a token of that actor."""

    def client(actor: Actor) -> APIClient:
        now = timezone.now()
        _, token = issue_token(
            user_id=actor.user_id, posting_id=actor.posting_id, name="测试", expires_at=now + timedelta(days=1),
            by=cast.se, now=now,
        )  # fmt: skip
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return client

    return client
