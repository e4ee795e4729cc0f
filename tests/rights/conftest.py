"""The people and the objects that the walks meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from secrets import token_hex
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from governance.scope import Role, UnitKind
from grids.models import Unit
from tests.appeals.conftest import rules as rules
from tests.fixtures import Cast, District, make_posting, make_unit
from tests.rights.matrix import PLACES
from tests.rights.samples import Samples

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def units(district: District) -> Mapping[str, Unit]:
    """Where people work and samples lie, by name; "elsewhere" is a street of another district."""
    another = make_unit("880001", "外区", UnitKind.DISTRICT)
    return {
        **{name: getattr(district, name) for name in district.__dataclass_fields__},
        "enterprise_1": make_unit("990001-E01", "第一采油厂", UnitKind.ENTERPRISE, district.district),
        "elsewhere": make_unit("880001001", "外区街道", UnitKind.STREET, another),
    }


@pytest.fixture
def one_of_each(units: Mapping[str, Unit]) -> dict[Role, User]:
    """A user for each role, in the first line."""
    return {role: make_posting(role, units[place], username=f"walk-{role}").user for role, place in PLACES.items()}


@pytest.fixture
def acting() -> Callable[[User], Client]:
    """A signed-in client that reports a failure of the server as its status.

    Thirty thousand of them: a session is written, and none of what else comes with signing in.
    """

    def sign_in(user: User) -> Client:
        client, store = Client(raise_request_exception=False), SessionStore()
        store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        # The store's own `create` asks first whether the key is taken, and sets a savepoint: four statements for one.
        session = Session.objects.create(
            session_key=token_hex(16),
            session_data=store.encode(dict(store.items())),
            expire_date=store.get_expiry_date(),
        )
        client.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
        return client

    return sign_in


@pytest.fixture
def sample(units: Mapping[str, Unit], cast: Cast, rules: None, now: datetime) -> Callable[[str, str], Any]:
    """`sample(subject, place)`: an object of that kind that lies there; the same one when asked again."""
    return Samples(units, cast, now).get


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    """Files of the walks, apart."""
    settings.MEDIA_ROOT = tmp_path
