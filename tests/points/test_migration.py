"""0006 goes back and forth, with a notice that another community keeps."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from points.models import Notice

pytestmark = pytest.mark.django_db(transaction=True)


def to(name: str) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([("points", name)])


def test_back_and_forth(district, now) -> None:
    place = {"district": district.district, "street": district.street_1}
    said = {
        "month": date(2026, 10, 1),
        "state": "published",
        "made_at": now,
        "published_at": now,
        "made_by_name": "书记",
    }
    old = Notice.objects.create(unit=district.community_1, community=district.community_2, code="a", **place, **said)
    Notice.objects.create(unit=district.community_2, community=district.community_2, code="b", **place, **said)
    try:
        to("0005_ledger_checks")
        with connection.cursor() as cursor:
            cursor.execute("SELECT community_id FROM points_notice WHERE id = %s", [old.pk])
            assert cursor.fetchone() == (district.community_1.pk,)
            cursor.execute("SELECT to_regclass('points_stocksheet')")
            assert cursor.fetchone() == (None,)
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            Notice.objects.filter(pk=old.pk).update(community=district.community_2)
    finally:
        to("0006_following_and_sheets")
    assert Notice.objects.filter(pk=old.pk).update(community=district.community_2) == 1
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Notice.objects.filter(pk=old.pk).update(given=1)
