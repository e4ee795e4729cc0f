"""How one transaction is written: once for a key, under locks in one order, with the lots that it moves.

The order of all locks in this room: the caller's own subject, the key, accounts by primary key, goods in stock by
primary key. Lots change under the lock of their account. Nothing here commits: the caller's change does.

What moves is known before the key is taken, but for `expire` and `merge`: these look at a locked account first, and
take the key afterwards. Their keys name that account, so nobody who waits for the key holds what they need.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from grids.models import Unit
from points.models import Account, Lot, Transaction

# The caller's part of the key's column; the rest is for what follows within the same call.
KEY_MOST = 90
# From which kind of account to which, by kind of transaction. The database holds the same (guards.py).
FLOWS: dict[str, tuple[str, str]] = {
    "fund": ("issue", "budget"), "move": ("budget", "budget"), "give_back": ("budget", "issue"),
    "award": ("budget", "holder"), "spend": ("holder", "shop"), "expire": ("holder", "expired"),
    "merge": ("holder", "holder"), "set_aside": ("budget", "reserve"), "release": ("reserve", "budget"),
    "cover": ("reserve", "shop"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a transaction is written, whose business it is, and by whom.

    `key` (up to 90 characters) is the caller's: the same key is the same transaction. `source` is what it follows
    from, as (type, id): one transaction of a kind for one source. `unit` is a street or what lies below one; who looks
    at the transaction later finds it under the place that the unit had on that day.
    """

    key: str
    unit: Unit
    by: Actor
    now: datetime
    source: tuple[str, int] = ("", 0)
    words: str = ""

    @property
    def today(self) -> date:
        """The day in the installation's zone."""
        return timezone.localdate(self.now)


@dataclass(frozen=True, slots=True)
class NewLot:
    """Points that come to a holder and expire together."""

    account_id: int
    amount: int
    expires_on: date
    stands_for_id: int | None = None


@dataclass(frozen=True, slots=True)
class Take:
    """Points taken from a lot; given back to it where the amount is negative."""

    lot_id: int
    amount: int


def flow(kind: str, source: Account, target: Account) -> None:
    """That points go where this kind takes them, within one district. Raises ValueError: the caller is wrong."""
    if (source.kind, target.kind) != FLOWS[kind] or source.pk == target.pk:
        raise ValueError(f"{kind} does not go from {source.kind} {source.pk} to {target.kind} {target.pk}")
    if source.district_id != target.district_id:
        raise ValueError(f"accounts {source.pk} and {target.pk} are of two districts")


def begin(kind: str, cause: Cause, points: int, asked: Mapping[str, object], undoes: int | None = None) -> Transaction:
    """The transaction of this key: new (`pk` set, `is_new`), or the one that was written before.

    `asked` is what the caller wanted, as plain JSON. Who comes second with the same key waits for the first. Raises
    IllegalState when the key, or the source, was used for something else; InvalidInput for a key that is none.
    """
    if not 0 < len(cause.key) <= KEY_MOST:
        raise InvalidInput(f"请求编号应是 1 至 {KEY_MOST} 个字符。", field="key")
    row = _row(kind, cause, points, asked, undoes)
    row.pk = _insert(row)
    row.is_new = row.pk is not None
    if row.is_new:
        return row
    known = earlier(kind, cause, asked, undoes)
    if known is None:
        raise IllegalState("这件事已经记过积分，不能重复记。", code="already_recorded")
    return known


def earlier(kind: str, cause: Cause, asked: Mapping[str, object], undoes: int | None = None) -> Transaction | None:
    """The transaction that this key was used for before; None for none.

    Raises IllegalState if it was used for something else.
    """
    known: Transaction | None = Transaction.objects.filter(key=cause.key).first()
    if known is not None and known.content != content_of(kind, cause.source, asked, undoes):
        raise IllegalState("这个请求编号已用于另一笔积分，内容不同，已拒绝。请刷新后重新提交。", code="key_reused")
    return known


def content_of(kind: str, source: tuple[str, int], asked: Mapping[str, object], undoes: int | None = None) -> str:
    """A digest of what was asked. Who asks, when, and in which words may differ when it is asked again."""
    content = {"kind": kind, "undoes": undoes, "source": source, "asked": asked}
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def lock(account_ids: Iterable[int]) -> dict[int, Account]:
    """The accounts, locked in the order of their keys, as they are now."""
    ids = set(account_ids)
    rows = Account.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows}


def hold(account_id: int) -> None:
    """Lock one account whose row nobody needs to read: what it holds is told by its lots."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM points_account WHERE id = %s FOR NO KEY UPDATE", [account_id])


def lots_in_use(account_id: int, today: date) -> list[Lot]:
    """What a locked holder may spend, in the order in which it is spent: first what expires first."""
    return list(Lot.objects.raw(_IN_USE, [account_id, today]))


_IN_USE = """
SELECT id, account_id, transaction_id, stands_for_id, amount, "left", expires_on FROM points_lot
WHERE account_id = %s AND "left" > 0 AND expires_on >= %s ORDER BY expires_on, id
"""


def take(lots: Iterable[Lot], points: int) -> list[Take]:
    """From which lots so many points are taken, in their order. The caller has made sure that they hold as many."""
    taken = []
    for lot in lots:
        amount = min(points, lot.left)
        if amount:
            taken.append(Take(lot.pk, amount))
            points -= amount
    return taken


def write(
    row: Transaction, moves: Mapping[int, int], *, lots: Iterable[NewLot] = (), takes: Iterable[Take] = ()
) -> Transaction:
    """The entries (account → points), new lots and takes of a transaction that `begin` has just begun."""
    new = [
        Lot(transaction=row, account_id=lot.account_id, amount=lot.amount, left=lot.amount, expires_on=lot.expires_on,
            stands_for_id=lot.stands_for_id)
        for lot in lots
    ]  # fmt: skip
    if new:
        Lot.objects.bulk_create(new)
    entries = sorted((account, amount) for account, amount in moves.items() if amount)
    taken = [(one.lot_id, one.amount) for one in takes]
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, [row.pk, *_columns(taken), row.pk, *_columns(entries)])
    return row


# In one statement, for every purchase waits for it.
_PARTS = """
WITH taken AS (
  INSERT INTO points_allocation (transaction_id, lot_id, amount)
  SELECT %s, * FROM unnest(%s::bigint[], %s::integer[])
)
INSERT INTO points_entry (transaction_id, account_id, amount)
SELECT %s, * FROM unnest(%s::bigint[], %s::integer[])
"""


def _columns(pairs: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [first for first, _ in pairs], [second for _, second in pairs]


def _row(kind: str, cause: Cause, points: int, asked: Mapping[str, object], undoes: int | None) -> Transaction:
    unit = cause.unit
    if unit.district_id is None or unit.street_id is None:
        raise ValueError(f"{unit} is no street, nor below one")
    return Transaction(
        kind=kind, key=cause.key, content=content_of(kind, cause.source, asked, undoes),
        source_type=cause.source[0], source_id=cause.source[1], undoes_id=undoes, points=points, words=cause.words,
        by_user=cause.by.user_id, by_name=cause.by.user_name, on=cause.today, at=cause.now,
        unit_id=unit.pk, district_id=unit.district_id, street_id=unit.street_id, community_id=unit.community_id,
        grid_id=unit.pk if unit.kind == "grid" else None,
    )  # fmt: skip


_COLUMNS = (
    "kind", "key", "content", "source_type", "source_id", "undoes_id", "points", "words", "by_user", "by_name", "on",
    "at", "unit_id", "district_id", "street_id", "community_id", "grid_id",
)  # fmt: skip
_INSERT = """
INSERT INTO points_transaction (
  kind, key, content, source_type, source_id, undoes_id, points, words, by_user, by_name, "on",
  at, unit_id, district_id, street_id, community_id, grid_id, xact
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0)
ON CONFLICT DO NOTHING RETURNING id
"""


def _insert(row: Transaction) -> int | None:
    """Its new primary key; None where a row of the same key, source or undone transaction stands already.

    Django's `ignore_conflicts` does not tell which of the two happened.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [getattr(row, column) for column in _COLUMNS])
        found = cursor.fetchone()
    return int(found[0]) if found else None
