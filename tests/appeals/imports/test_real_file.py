"""The real export that the platform is made for, where it is at hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings

from appeals.imports import services
from appeals.models import Appeal, ImportFile
from governance.deadlines.models import Clock
from tests.appeals.imports.conftest import check, counts, start
from tests.fixtures import Cast, District

FILE = Path(settings.BASE_DIR).parent / "shared" / "data" / "hotline_messages.xlsx"
ROWS = 1408

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FILE.exists(), reason="the real export is not part of the repository"),
]


def bring_in(cast: Cast, now: datetime) -> ImportFile:
    with FILE.open("rb") as stream:
        file = services.receive(upload=stream, name=FILE.name, by=cast.dc, now=now)
    return start(check(file, cast.dc, now), cast.dc, now)


def test_it_imports_whole_and_a_second_time_adds_nothing(
    cast: Cast, district: District, rules: None, now: datetime
) -> None:
    assert counts(bring_in(cast, now).import_job) == {"new": ROWS}
    assert Appeal.objects.filter(state="resolved", desk_unit=district.district).count() == ROWS
    assert Appeal.objects.exclude(public_reply="").filter(resolved_at__lt=now, raised_at__lt=now).count() == ROWS
    assert not [a for a in Appeal.objects.all() if "\t" in a.content or a.content != a.content.strip()]
    assert Clock.objects.filter(kind="visit", state="running", started_at=now).count() == ROWS
    before = list(Appeal.objects.order_by("pk").values_list("pk", "revision"))
    assert counts(bring_in(cast, now).import_job) == {"unchanged": ROWS}
    assert list(Appeal.objects.order_by("pk").values_list("pk", "revision")) == before
