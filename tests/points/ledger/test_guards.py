"""What the database itself holds, whoever writes: each rule by raw SQL, past every line of Python."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from points.ledger import accounts, services
from points.ledger.guards import PROTECT
from points.models import Account, Entry, Lot, Transaction
from tests.points.ledger.conftest import LATER, SOON

CLOSED, CHECK = "is closed", "check constraint"
_NEW = """
INSERT INTO points_transaction (kind, key, content, source_type, source_id, undoes_id, points, words, by_user, by_name,
    "on", at, unit_id, district_id, street_id, community_id, xact)
  SELECT %(kind)s, %(key)s, '', '', 0, %(undoes)s, %(points)s, '', 0, '', "on", at, unit_id, district_id, street_id,
    community_id, 0 FROM points_transaction ORDER BY id LIMIT 1
  RETURNING id
"""


def run(statement: str, values: Any = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone() if cursor.description else cursor.rowcount


def plant(kind: str, entries: list[tuple[Account, int]], *, points: int, lots=(), takes=(), undoes=None) -> int:
    """A transaction by hand, in a change of its own: what is wrong with it shows at the commit."""
    with transaction.atomic():
        (pk,) = run(_NEW, {"kind": kind, "key": f"raw:{kind}:{points}", "points": points, "undoes": undoes})
        for account, amount in entries:
            run("INSERT INTO points_entry (transaction_id, account_id, amount) VALUES (%s, %s, %s)",
                [pk, account.pk, amount])  # fmt: skip
        for account, amount in lots:
            run('INSERT INTO points_lot (transaction_id, account_id, amount, "left", expires_on)'
                " VALUES (%s, %s, %s, %s, %s)", [pk, account.pk, amount, amount, LATER])  # fmt: skip
        for lot, amount in takes:
            run("INSERT INTO points_allocation (transaction_id, lot_id, amount) VALUES (%s, %s, %s)",
                [pk, lot.pk, amount])  # fmt: skip
    return pk


@pytest.fixture
def books(db, budget, holder, shop, earned, cause):
    """A funded budget of 970 and 30 points of one award, 10 of them spent."""
    funds = budget(1000)
    award = earned(funds, holder, 30, LATER)
    spent = services.spend(holder=holder, shop=shop, points=10, cause=cause("order:1"))
    issue = Account.objects.get(kind="issue")
    return {"funds": funds, "holder": holder, "shop": shop, "issue": issue, "award": award, "spent": spent}


# What is written stays as it is.


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["points_transaction", "points_entry", "points_allocation", "points_lot"])
def test_nothing_written_is_deleted(books, table):
    with pytest.raises(IntegrityError, match=f"table {table} .*DELETE refused"), transaction.atomic():
        run(f"DELETE FROM {table}")  # noqa: S608


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["transaction", "entry", "allocation", "lot", "account"])
def test_nothing_written_is_truncated(books, table):
    with pytest.raises(IntegrityError, match="TRUNCATE refused"), transaction.atomic():
        run(f"TRUNCATE points_{table} CASCADE")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("points_transaction", "words = 'x'"), ("points_transaction", "points = 1"), ("points_transaction", "xact = 1"),
        ("points_entry", "amount = amount + 1"), ("points_entry", "amount = amount"),
        ("points_allocation", "amount = 1"), ("points_lot", '"left" = 1'), ("points_lot", '"left" = "left"'),
        ("points_lot", "expires_on = expires_on + 1"), ("points_lot", "amount = 40"),
        ("points_account", "balance = 5"), ("points_account", "balance = balance"), ("points_account", "kind = 'shop'"),
    ],
)  # fmt: skip
def test_nothing_written_is_changed(books, table, change):
    with pytest.raises(IntegrityError, match=f"table {table} .*UPDATE refused"), transaction.atomic():
        run(f"UPDATE {table} SET {change}")  # noqa: S608


@pytest.mark.django_db
def test_an_account_is_not_deleted_nor_opened_with_points(books, district, now):
    with pytest.raises(IntegrityError, match="DELETE refused"), transaction.atomic():
        run("DELETE FROM points_account")
    with pytest.raises(IntegrityError, match="INSERT refused"), transaction.atomic():
        Account.objects.create(
            kind="issue", district=district.district, unit=district.street_1, balance=5, opened_at=now
        )


# A transaction is whole when it is committed.


@pytest.mark.django_db(transaction=True)
def test_what_does_not_balance_is_refused_at_the_commit(books):
    funds, holder, issue = books["funds"], books["holder"], books["issue"]
    wrong = [
        ("without entries", "fund", [], 5),
        ("of one side", "fund", [(funds, 5)], 5),
        ("unbalanced", "fund", [(issue, -5), (funds, 6)], 6),
        ("of less than it says", "fund", [(issue, -5), (funds, 5)], 6),
        ("of more than it says", "fund", [(issue, -5), (funds, 5)], 4),
    ]
    before = Transaction.objects.count()
    for why, kind, entries, points in wrong:
        with pytest.raises(IntegrityError, match="does not balance") as refused:
            plant(kind, entries, points=points)
        assert refused.value.__cause__.diag.constraint_name == "points_balances", why
    assert Transaction.objects.count() == before
    assert Account.objects.get(pk=holder.pk).balance == 20
    plant("fund", [(issue, -5), (funds, 5)], points=5)
    assert Account.objects.get(pk=funds.pk).balance == 975


@pytest.mark.django_db(transaction=True)
def test_what_goes_where_its_kind_does_not_is_refused_at_the_commit(books):
    funds, shop, issue = books["funds"], books["shop"], books["issue"]
    for kind, entries in (
        ("fund", [(funds, -5), (issue, 5)]), ("give_back", [(issue, -5), (funds, 5)]),
        ("spend", [(funds, -5), (shop, 5)]), ("award", [(issue, -5), (funds, 5)]), ("cover", [(funds, -5), (shop, 5)]),
        ("move", [(issue, -5), (funds, 5)]), ("merge", [(issue, -5), (funds, 5)]),
        ("expire", [(issue, -5), (funds, 5)]), ("set_aside", [(issue, -5), (funds, 5)]),
        ("release", [(issue, -5), (funds, 5)]), ("fund", [(issue, -6), (funds, 3), (shop, 3)]),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=f"\\({kind}\\) does not go"):
            plant(kind, entries, points=max(amount for _, amount in entries) * (len(entries) - 1))


@pytest.mark.django_db(transaction=True)
def test_lots_that_do_not_follow_are_refused_at_the_commit(books, person, now):
    funds, holder, shop, issue = books["funds"], books["holder"], books["shop"], books["issue"]
    other, lot = accounts.of_person(person(name="刘敏"), now), Lot.objects.get()
    given, taken = [(funds, -5), (holder, 5)], [(holder, -5), (shop, 5)]
    wrong = [
        ("award", given, {}),
        ("award", given, {"lots": [(holder, 4)]}),
        ("award", given, {"lots": [(other, 5)]}),
        ("award", given, {"lots": [(holder, 5), (other, 5)]}),
        ("award", given, {"takes": [(lot, -5)], "lots": [(holder, 5)]}),
        ("spend", taken, {}),
        ("spend", taken, {"takes": [(lot, 4)]}),
        ("spend", taken, {"takes": [(lot, 5)], "lots": [(holder, 5)]}),
        ("fund", [(issue, -5), (funds, 5)], {"lots": [(funds, 5)]}),
        ("fund", [(issue, -5), (funds, 5)], {"takes": [(lot, 5)]}),
    ]
    for kind, entries, parts in wrong:
        with pytest.raises(IntegrityError, match="moves other lots than points"):
            plant(kind, entries, points=5, **parts)
    plant("award", given, points=5, lots=[(holder, 5)])
    plant("spend", taken, points=5, takes=[(lot, 5)])


@pytest.mark.django_db(transaction=True)
def test_what_undoes_is_the_mirror_of_what_it_undoes(books):
    funds, holder, shop, issue = books["funds"], books["holder"], books["shop"], books["issue"]
    award, spent, lot = books["award"], books["spent"], Lot.objects.get()
    wrong = [
        ("cancel", spent, [(shop, -9), (holder, 9)], [(lot, -9)]),
        ("cancel", award, [(holder, -20), (funds, 20)], [(lot, 20)]),
        ("reverse", spent, [(shop, -10), (holder, 10)], [(lot, -10)]),
        ("reverse", award, [(holder, -20), (funds, 20)], [(lot, 20)]),
        ("reverse", Transaction.objects.get(kind="fund"), [(funds, -900), (issue, 900)], []),
    ]
    for kind, undone, entries, takes in wrong:
        with pytest.raises(IntegrityError, match="is no mirror of"):
            plant(kind, entries, points=entries[1][1], takes=takes, undoes=undone.pk)
    done = plant("cancel", [(shop, -10), (holder, 10)], points=10, takes=[(lot, -10)], undoes=spent.pk)
    with pytest.raises(IntegrityError, match="no mirror"):
        plant("reverse", [(holder, -10), (shop, 10)], points=10, takes=[(lot, 10)], undoes=done)


@pytest.mark.django_db(transaction=True)
def test_a_committed_transaction_takes_no_part_any_more(books):
    funds, holder, lot, award = books["funds"], books["holder"], Lot.objects.get(), books["award"]
    added = [
        ("INSERT INTO points_entry (transaction_id, account_id, amount) VALUES (%s, %s, 1)",
         [award.pk, Account.objects.get(kind="issue").pk]),
        ('INSERT INTO points_lot (transaction_id, account_id, amount, "left", expires_on)'
         " VALUES (%s, %s, 1, 1, '2027-01-01')", [award.pk, holder.pk]),
        ("INSERT INTO points_allocation (transaction_id, lot_id, amount) VALUES (%s, %s, 1)", [award.pk, lot.pk]),
    ]  # fmt: skip
    for statement, values in added:
        with pytest.raises(IntegrityError, match=CLOSED):
            run(statement, values)
    assert Account.objects.get(pk=funds.pk).balance == 970


@pytest.mark.django_db(transaction=True)
def test_the_number_of_the_change_is_the_databases_own(books):
    """Whoever writes a number of their own gets the true one."""
    with transaction.atomic():
        (pk,) = run(_NEW.replace(", 0 FROM", ", 1 FROM"), {"kind": "fund", "key": "raw", "points": 1, "undoes": None})
        (true,) = run("SELECT pg_current_xact_id()::text::bigint")
        assert Transaction.objects.get(pk=pk).xact == true
        transaction.set_rollback(True)


# Nothing falls below zero, and nothing is there twice.


@pytest.mark.django_db(transaction=True)
def test_nothing_falls_below_zero(books):
    funds, holder, shop, issue, lot = (books[name] for name in ("funds", "holder", "shop", "issue", "spent"))
    lot = Lot.objects.get()
    with pytest.raises(IntegrityError, match="points_never_overdrawn"):
        plant("give_back", [(funds, -971), (issue, 971)], points=971)
    with pytest.raises(IntegrityError, match="points_never_overdrawn"):
        plant("spend", [(holder, -21), (shop, 21)], points=21, takes=[(lot, 21)])
    with pytest.raises(IntegrityError, match="points_lot"):
        plant("award", [(funds, -5), (holder, 5)], points=5, lots=[(holder, 26)], takes=[(lot, 21)])
    with pytest.raises(IntegrityError, match="points_lot_holds_its_amount"):
        plant("award", [(funds, -11), (holder, 11)], points=11, takes=[(lot, -11)])


@pytest.mark.django_db
def test_a_new_lot_is_whole(books):
    with transaction.atomic():
        (pk,) = run(_NEW, {"kind": "award", "key": "raw", "points": 5, "undoes": None})
        with pytest.raises(IntegrityError, match="a new lot is whole"), transaction.atomic():
            run('INSERT INTO points_lot (transaction_id, account_id, amount, "left", expires_on)'
                " VALUES (%s, %s, 5, 4, '2027-01-01')", [pk, books["holder"].pk])  # fmt: skip
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_key_a_source_and_what_is_undone_are_there_once(books, holder, budget, cause):
    services.cancel(transaction=books["spent"], cause=cause("cancel:1"))
    with pytest.raises(IntegrityError, match="points_transaction_key"), transaction.atomic():
        run(_NEW, {"kind": "fund", "key": "cancel:1", "points": 5, "undoes": None})
    with pytest.raises(IntegrityError, match="undoes"), transaction.atomic():
        run(_NEW, {"kind": "cancel", "key": "raw", "points": 5, "undoes": books["spent"].pk})
    for kind, undoes in (("cancel", None), ("reverse", None), ("fund", books["award"].pk)):
        with pytest.raises(IntegrityError, match="points_undoing_names_what"), transaction.atomic():
            run(_NEW, {"kind": kind, "key": "raw", "points": 5, "undoes": undoes})
    services.award(budget=books["funds"], holder=holder, points=1, expires_on=SOON, cause=cause("a", source=("h", 1)))
    with pytest.raises(IntegrityError, match="points_once_a_source"), transaction.atomic():
        run("INSERT INTO points_transaction"
            " SELECT (jsonb_populate_record(t, jsonb_build_object('id', 0, 'key', 'b'))).*"
            " FROM points_transaction t WHERE key = 'a'")  # fmt: skip


@pytest.mark.django_db
def test_points_of_nothing_are_no_transaction(books):
    with pytest.raises(IntegrityError, match="points_transaction_moves_something"), transaction.atomic():
        run(_NEW, {"kind": "fund", "key": "raw", "points": 0, "undoes": None})
    with transaction.atomic():
        (pk,) = run(_NEW, {"kind": "fund", "key": "raw", "points": 1, "undoes": None})
        with pytest.raises(IntegrityError, match="points_entry_moves_something"), transaction.atomic():
            Entry.objects.create(transaction_id=pk, account=books["funds"], amount=0)
        transaction.set_rollback(True)


# The migration.


@pytest.mark.django_db(transaction=True)
def test_the_migration_goes_back_and_comes_again():
    try:
        call_command("migrate", "points", "zero", verbosity=0)
        (left,) = run("SELECT count(*) FROM pg_proc WHERE proname LIKE 'points%'")
        assert left == 0
        assert not [name for name in connection.introspection.table_names() if name.startswith("points_")]
    finally:
        call_command("migrate", "points", verbosity=0)
    (triggers,) = run("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'points%' AND NOT tgisinternal")
    assert triggers >= sum(statement.count("CREATE ") - statement.count("CREATE FUNCTION") for statement in PROTECT) + 6
