"""A new key: everything is sealed under it, and what cannot be is said."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from governance.outbox import services
from governance.outbox.models import Delivery
from governance.privacy import open_sealed, registry, resealing
from governance.privacy.sealing import key_of

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OLD, NEW = "k1:" + base64.b64encode(b"o" * 32).decode(), "k2:" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture(autouse=True)
def only_deliveries(monkeypatch):
    """The command as it is when every column is known."""
    known = {key: column for key, column in registry._columns.items() if key[0] is Delivery}
    monkeypatch.setattr(registry, "_columns", known)
    monkeypatch.setattr(registry, "unknown_columns", list)


@pytest.fixture
def sealed(settings) -> None:
    settings.PRIVACY_KEYS = [OLD]
    for n in range(7):
        services.enqueue(channel="sms", key=f"k{n}", address=f"1381234408{n}" if n else "", payload={}, now=NOW)
    settings.PRIVACY_KEYS = [NEW, OLD]


def test_every_value_moves_to_the_new_key_and_reads_as_before(sealed, settings, monkeypatch):
    monkeypatch.setattr(resealing, "BATCH", 4)
    services.enqueue(channel="sms", key="new", address="13900000000", payload={}, now=NOW)
    untouched = Delivery.objects.get(key="new").address_sealed
    call_command("reseal")
    settings.PRIVACY_KEYS = [NEW]
    rows = {row.key: row for row in Delivery.objects.all()}
    assert rows["k0"].address_sealed == ""
    assert rows["new"].address_sealed == untouched
    for n in range(1, 7):
        row = rows[f"k{n}"]
        assert key_of(row.address_sealed) == "k2"
        assert open_sealed(row.address_sealed, context=row.address_context) == f"1381234408{n}"


def test_a_dry_run_counts_and_changes_nothing(sealed, capsys):
    call_command("reseal", "--dry-run")
    assert "6 条需要改用密钥 k2" in capsys.readouterr().out
    assert Delivery.objects.filter(address_sealed__startswith="v1.k1.").count() == 6


def test_a_value_that_does_not_open_stays_and_is_said(sealed):
    Delivery.objects.filter(key="k3").update(address_sealed=Delivery.objects.get(key="k4").address_sealed)
    with pytest.raises(CommandError, match="不要删除旧密钥") as refusal:
        call_command("reseal")
    assert refusal.value.returncode == 1
    assert str(Delivery.objects.get(key="k3").pk) in str(refusal.value)
    assert Delivery.objects.filter(address_sealed__startswith="v1.k2.").count() == 5


def test_a_column_that_nobody_made_known_is_said(sealed, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(registry, "_columns", {})
    assert "outbox.Delivery.address_sealed" in registry.unknown_columns()
    with pytest.raises(CommandError, match=r"outbox\.Delivery\.address_sealed：未登记"):
        call_command("reseal")
