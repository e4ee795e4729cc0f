"""What is sealed stays provably what it was; the tests do as someone would who holds the database's password."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from governance.audit import sealing, services
from governance.audit.models import Entry, Seal
from governance.scope import PLATFORM

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def write(n: int = 3, now: datetime = NOW) -> None:
    services.record_many(
        services.Fact(
            action="case.change",
            subject_type="case",
            subject_id=i,
            by=PLATFORM,
            now=now,
            after={"名称": f"第 {i} 件", "score": i / 3, "at": now},
        )
        for i in range(n)
    )


@pytest.fixture
def sealed(transactional_db) -> list[Entry]:
    """Two seals of three entries each."""
    for minute in (1, 2):
        write()
        assert sealing.seal(now=NOW + timedelta(minutes=minute)) == 3
    return list(Entry.objects.order_by("id"))


def tamper(sql: str, *values: object) -> None:
    """Past the triggers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        assert cursor.rowcount > 0


def faults(**options: str) -> list[tuple[str, int]]:
    report = sealing.verify(now=NOW + timedelta(minutes=3), **options)
    return [(fault.kind, fault.entry_id) for fault in report.faults]


def test_the_database_refuses_to_change_or_delete_an_entry(sealed):
    for change in (
        lambda: Entry.objects.update(reason="x"),
        lambda: Entry.objects.update(seal_id=99),
        lambda: sealed[0].delete(),
        lambda: Seal.objects.update(digest="x"),
        lambda: Seal.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="append-only"):
            change()


def test_a_whole_record_is_found_whole_with_its_head(sealed):
    write()
    report = sealing.verify(now=NOW)
    assert (report.is_whole, report.seals, report.entries, report.unsealed) == (True, 2, 6, 3)
    first, second = Seal.objects.order_by("id")
    assert (first.previous_digest, second.previous_digest, report.head) == ("", first.digest, second.digest)
    assert faults(expect_head=first.digest) == faults(expect_head=second.digest.upper()) == []


def test_sealing_again_finds_nothing_to_seal(sealed):
    assert sealing.seal(now=NOW) == 0
    assert Seal.objects.count() == 2


def test_many_entries_take_many_seals(transactional_db, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 4)
    write(10)
    assert sealing.seal(now=NOW) == 10
    assert list(Seal.objects.order_by("id").values_list("count", flat=True)) == [4, 4, 2]
    assert faults() == []


@pytest.mark.parametrize(
    "change",
    [
        "reason = '改过'",
        "after = '{}'",
        "user_id = 8",
        "at = at - interval '1 second'",
        "is_look = true",
        "subject_label = 'x'",
    ],
)
def test_a_changed_entry_is_named(sealed, change):
    tamper(f"UPDATE audit_entry SET {change} WHERE id = %s", sealed[1].pk)  # noqa: S608
    assert faults() == [("changed", sealed[1].pk)]


def test_a_deleted_entry_is_named(sealed):
    tamper("DELETE FROM audit_entry WHERE id = %s", sealed[4].pk)
    assert faults() == [("deleted", sealed[4].pk)]


def copy_of(entry: Entry, pk: int, seal_id: int | None) -> None:
    Entry.objects.create(**{f.attname: getattr(entry, f.attname) for f in Entry._meta.fields} | {
        "id": pk, "seal_id": seal_id
    })  # fmt: skip


def test_an_entry_put_into_a_seal_is_named(sealed):
    copy_of(sealed[0], sealed[-1].pk + 100, sealed[0].seal_id)
    assert faults() == [("inserted", sealed[-1].pk + 100)]


def test_an_entry_put_under_a_seal_that_is_not_there_is_named(sealed):
    copy_of(sealed[0], sealed[-1].pk + 100, 12345)
    assert faults() == [("inserted", sealed[-1].pk + 100)]


def test_an_entry_put_into_a_gap_and_sealed_in_the_ordinary_way_is_named(sealed):
    tamper("DELETE FROM audit_entry WHERE id = %s", sealed[1].pk)
    copy_of(sealed[1], sealed[1].pk, None)
    sealing.seal(now=NOW + timedelta(hours=7))
    assert faults() == [("deleted", sealed[1].pk), ("inserted", sealed[1].pk)]


def test_a_slow_transaction_is_no_forgery(sealed):
    # Its ids were taken before the second seal was made, its commit came after.
    tamper("DELETE FROM audit_entry WHERE seal_id IS NOT NULL AND id = %s", sealed[1].pk)
    copy_of(sealed[1], sealed[1].pk, None)
    sealing.seal(now=NOW + timedelta(hours=1))
    assert faults() == [("deleted", sealed[1].pk)]


def test_a_seal_changed_to_fit_a_changed_entry_shows(sealed):
    tamper("UPDATE audit_entry SET reason = '改过' WHERE id = %s", sealed[1].pk)
    first = Seal.objects.order_by("id")[0]
    entries = Entry.objects.filter(seal_id=first.pk).order_by("id").values(*sealing._COLUMNS)
    first.leaves = b"".join(sealing.leaf(e) for e in entries)
    tamper("UPDATE audit_seal SET leaves = %s WHERE id = %s", first.leaves, first.pk)
    assert faults() == [("seal", 0)]
    tamper("UPDATE audit_seal SET digest = %s WHERE id = %s", sealing.digest(first), first.pk)
    assert faults() == [("chain", 0)]


def test_a_seal_removed_with_its_entries_breaks_the_chain(sealed):
    first = Seal.objects.order_by("id")[0]
    tamper("DELETE FROM audit_entry WHERE seal_id = %s", first.pk)
    tamper("DELETE FROM audit_seal WHERE id = %s", first.pk)
    assert faults() == [("chain", 0)]


def test_a_cut_off_end_shows_by_a_head_written_down_before(sealed):
    head = Seal.objects.order_by("-id")[0]
    tamper("DELETE FROM audit_entry WHERE seal_id = %s", head.pk)
    tamper("DELETE FROM audit_seal WHERE id = %s", head.pk)
    assert faults() == []
    assert faults(expect_head=head.digest) == [("head", 0)]


def test_sealing_that_has_stopped_is_said(sealed):
    write()
    assert sealing.verify(now=NOW + timedelta(minutes=3)).warnings == []
    assert "beat" in sealing.verify(now=NOW + timedelta(minutes=30)).warnings[0]


def test_two_processes_that_seal_at_once_make_one_chain(transactional_db):
    write(200)
    start = threading.Barrier(4)
    sealed: list[int] = []

    def work() -> None:
        start.wait()
        sealed.append(sealing.seal(now=NOW))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sealed) == 200
    assert faults() == []


def test_the_command_says_that_all_is_well(sealed, capsys):
    call_command("verify_audit")
    out = capsys.readouterr().out
    assert "封存 2 个，记录 6 条" in out
    assert Seal.objects.order_by("-id")[0].digest in out


def test_the_command_says_where_it_is_broken_and_leaves_with_one(sealed):
    tamper("DELETE FROM audit_entry WHERE id = %s", sealed[4].pk)
    with pytest.raises(CommandError, match=f"记录 {sealed[4].pk} 被删除") as broken:
        call_command("verify_audit")
    assert broken.value.returncode == 1


def test_the_command_refuses_a_head_that_is_no_digest(sealed):
    with pytest.raises(CommandError, match="64 位十六进制"):
        call_command("verify_audit", "--expect-head", "abc")
    with pytest.raises(CommandError, match="不在链上"):
        call_command("verify_audit", "--expect-head", "a" * 64)
