"""A browser that signs in for real, and people with passwords."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.services.passwords import set_password
from governance.scope import Actor

PASSWORD = "Chun-Feng-2026"


@pytest.fixture
def with_password(now) -> Callable[[Actor], User]:
    """Give the person behind an actor a password of their own."""

    def give(actor: Actor, password: str = PASSWORD) -> User:
        user = User.objects.get(pk=actor.user_id)
        set_password(user, password, now=now)
        return user

    return give


@pytest.fixture
def sign_in(with_password, settings) -> Callable[[Actor], Client]:
    """A client of a person who signed in through the page."""
    # The pages read the clock: passwords set at the suite's fixed moment must not grow too old meanwhile.
    settings.PASSWORD_VALID_DAYS = 0

    def begin(actor: Actor, agent: str = "pytest") -> Client:
        user = with_password(actor)
        client = Client(headers={"user-agent": agent})
        answer = client.post("/accounts/sign-in/", {"username": user.username, "password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return begin


@pytest.fixture(autouse=True)
def _no_cache():
    cache.clear()
