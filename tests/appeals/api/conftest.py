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
def token_of(cast: Cast) -> Callable[[Actor], str]:
    """`token_of(cast.dc)`: a token that acts as that actor, for a day."""

    def issue(actor: Actor) -> str:
        now = timezone.now()
        _, token = issue_token(
            user_id=actor.user_id, posting_id=actor.posting_id, name="测试", expires_at=now + timedelta(days=1),
            by=cast.se, now=now,
        )  # fmt: skip
        return token

    return issue


@pytest.fixture
def api(token_of: Callable[[Actor], str]) -> Callable[[Actor], APIClient]:
    """`api(cast.dc)`: a client that carries a token of that actor."""

    def client(actor: Actor) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {token_of(actor)}")
        return client

    return client
