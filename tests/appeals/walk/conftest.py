"""One world for the whole walk, in one transaction that is undone at its end."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from appeals.categories import ensure_default_categories
from appeals.rules import ensure_default_rules
from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines.defaults import ensure_default_policies
from tests.appeals.walk.scenes import MADE, World
from tests.walk.database import fingerprint, never_committed, whole
from tests.walk.people import make_company


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The company and its rules."""
    folder = tempfile.mkdtemp()
    channels = {"hotline": {"adapter": "governance.outbox.channels.Hotline", "url": "https://city", "secret": "walk"}}
    settings = override_settings(MEDIA_ROOT=folder, OUTBOX_CHANNELS=channels)
    with django_db_blocker.unblock(), settings, never_committed():
        ensure_default_calendar()
        ensure_default_policies(MADE)
        ensure_default_categories()
        ensure_default_rules()
        yield World(make_company(MADE))
        # The appeals that the cases share stay; that each of them was seen by the looks shows here.
        assert fingerprint() == whole()
    shutil.rmtree(folder)


@pytest.fixture
def _django_db_helper(world: World) -> None:
    """In the place of pytest-django's own for this package: each case undoes what it did, and the world stays."""
