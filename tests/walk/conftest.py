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
from grids import revision
from tests.walk.database import left_as_it_was, never_committed
from tests.walk.people import BESIDE, UNITS, make_company
from tests.walk.sampling import MADE, World


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Two districts with their people, and the rules of the platform."""
    folder = tempfile.mkdtemp()
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder), never_committed():
        ensure_default_calendar()
        ensure_default_policies(MADE)
        ensure_default_categories()
        ensure_default_rules()
        revision.ensure()
        made = World(make_company(MADE, UNITS | BESIDE))
        with left_as_it_was():
            yield made
    shutil.rmtree(folder)


@pytest.fixture
def _django_db_helper(world: World) -> None:
    """In the place of pytest-django's own for this package: each case undoes what it did, and the world stays."""
