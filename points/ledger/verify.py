"""The books, added up anew from what was written, beside what the platform believes: every difference is a fault.

Each check is one question to the database, so that it sees one moment. Higher subjects add theirs (stock, orders) with
`register_check`, in their registration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import connection

from grids.models import Unit
from points.models import ACCOUNT_KINDS

# Whoever reads more than this of one check reads no more of it by reading on.
MOST_OF_A_CHECK = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not add up. `about` names an account, a transaction or a thing in stock, never a person."""

    unit_id: int
    check: str
    about: str
    expected: str
    found: str


Check = Callable[[], Iterable[Fault]]
_checks: dict[str, tuple[str, Check]] = {}


def register_check(key: str, label: str, check: Check) -> None:
    """Add a check of another subject: `check()` gives what it found wrong. `key` is unique, `label` is shown."""
    known = _checks.setdefault(key, (label, check))
    if known != (label, check):
        raise ValueError(f"two checks are called {key!r}")


def labels() -> list[str]:
    """What is checked, in the order in which it is."""
    return [label for _, label, _ in _OWN] + [label for label, _ in _checks.values()]


def find_faults(unit: Unit | None = None) -> list[Fault]:
    """Everything that is wrong, of one unit and below it where one is named."""
    found = list(_found())
    if unit is None:
        return found
    below = Unit.objects.filter(pk__in={fault.unit_id for fault in found}).filter(**{f"{unit.kind}_id": unit.pk}) \
        if unit.kind in ("district", "street", "community") else Unit.objects.filter(pk=unit.pk)  # fmt: skip
    inside = set(below.values_list("pk", flat=True))
    return [fault for fault in found if fault.unit_id in inside]


def _found() -> Iterator[Fault]:
    for _, label, question in _OWN:
        for unit_id, about, expected, found in _asked(question):
            yield Fault(unit_id, label, about, _points(expected), _points(found))
    for _, check in _checks.values():
        yield from check()


def _asked(question: str) -> list[tuple[int, str, object, object]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{_WHOSE} {question} ORDER BY 1, 2 LIMIT {MOST_OF_A_CHECK}")
        return list(cursor.fetchall())


def _points(value: object) -> str:
    return "无" if value is None else str(value)


_NAMES = " ".join(f"WHEN '{kind}' THEN '{label}'" for kind, label in ACCOUNT_KINDS)
# Of every account: whose it is, and what it is called. A person's is their community's.
_WHOSE = f"""
WITH account AS (
  SELECT a.*, coalesce(a.unit_id, p.community_id, h.community_id, s.community_id, s.street_id, a.district_id) AS whose,
    (CASE a.kind {_NAMES} END) || '账户 ' || a.id AS name
  FROM points_account a LEFT JOIN members_person p ON p.id = a.person_id
    LEFT JOIN members_household h ON h.id = a.household_id LEFT JOIN grids_site s ON s.id = a.site_id
)
"""  # noqa: S608

_SUMS = """
SELECT t.unit_id, '交易 ' || t.id, '收支相抵、转移 ' || t.points,
    CASE WHEN e.total IS NULL THEN '没有分录' ELSE '合计 ' || e.total || '、转移 ' || e.moved END
  FROM points_transaction t LEFT JOIN (
    SELECT transaction_id, sum(amount) AS total, coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS moved
      FROM points_entry GROUP BY 1
  ) e ON e.transaction_id = t.id
  WHERE e.total IS DISTINCT FROM 0 OR e.moved IS DISTINCT FROM t.points
"""
_WAYS = """
SELECT t.unit_id, '交易 ' || t.id, w.way, e.way
  FROM points_transaction t JOIN (
    SELECT e.transaction_id, string_agg(a.kind, '>' ORDER BY e.amount) AS way
      FROM points_entry e JOIN points_account a ON a.id = e.account_id GROUP BY 1
  ) e ON e.transaction_id = t.id
  JOIN (VALUES ('fund', 'issue>budget'), ('move', 'budget>budget'), ('give_back', 'budget>issue'),
    ('award', 'budget>holder'), ('spend', 'holder>shop'), ('expire', 'holder>expired'), ('merge', 'holder>holder'),
    ('set_aside', 'budget>reserve'), ('release', 'reserve>budget'), ('cover', 'reserve>shop')
  ) w (kind, way) ON w.kind = t.kind
  WHERE e.way <> w.way
"""
_PARTS = """
SELECT t.unit_id, '交易 ' || t.id || ' 的' || account.name, part.lots, part.entries
  FROM (
    SELECT transaction_id, account_id, sum(entry) AS entries, sum(lot) AS lots FROM (
      SELECT e.transaction_id, e.account_id, e.amount AS entry, 0 AS lot FROM points_entry e
        JOIN points_account a ON a.id = e.account_id AND a.kind = 'holder'
      UNION ALL SELECT transaction_id, account_id, 0, amount FROM points_lot
      UNION ALL SELECT x.transaction_id, l.account_id, 0, -x.amount
        FROM points_allocation x JOIN points_lot l ON l.id = x.lot_id
    ) one GROUP BY 1, 2 HAVING sum(entry) <> sum(lot)
  ) part JOIN points_transaction t ON t.id = part.transaction_id JOIN account ON account.id = part.account_id
"""
_UNDONE = """
SELECT t.unit_id, '交易 ' || t.id || ' 撤销 ' || u.id || ' 的' || account.name, -coalesce(was.amount, 0),
    coalesce(done.amount, 0)
  FROM points_transaction t JOIN points_transaction u ON u.id = t.undoes_id
  JOIN LATERAL (SELECT account_id FROM points_entry WHERE transaction_id IN (t.id, u.id) GROUP BY 1) side ON true
  JOIN account ON account.id = side.account_id
  LEFT JOIN points_entry was ON was.transaction_id = u.id AND was.account_id = side.account_id
  LEFT JOIN points_entry done ON done.transaction_id = t.id AND done.account_id = side.account_id
  WHERE coalesce(was.amount, 0) + coalesce(done.amount, 0) <> 0
"""
_REFUNDS = """
SELECT min(part.unit_id), '交易 ' || part.tx || ' 退回批次 ' || part.lot, sum(part.taken), sum(part.back)
  FROM (
    SELECT t.id AS tx, t.unit_id, x.lot_id AS lot, x.amount AS taken, 0 AS back
      FROM points_transaction t JOIN points_allocation x ON x.transaction_id = t.undoes_id WHERE t.kind = 'cancel'
    UNION ALL SELECT t.id, t.unit_id, x.lot_id, 0, -x.amount
      FROM points_transaction t JOIN points_allocation x ON x.transaction_id = t.id WHERE t.kind = 'cancel'
    UNION ALL SELECT t.id, t.unit_id, l.stands_for_id, 0, l.amount
      FROM points_transaction t JOIN points_lot l ON l.transaction_id = t.id WHERE t.kind = 'cancel'
  ) part GROUP BY part.tx, part.lot HAVING sum(part.taken) <> sum(part.back)
"""
_BALANCES = """
SELECT account.whose, account.name, coalesce(e.total, 0), account.balance
  FROM account LEFT JOIN (SELECT account_id, sum(amount) AS total FROM points_entry GROUP BY 1) e
    ON e.account_id = account.id
  WHERE account.balance <>
      CASE WHEN account.kind IN ('budget', 'holder', 'reserve') THEN coalesce(e.total, 0) ELSE 0 END
    OR account.balance < 0
"""
_LOTS = """
SELECT account.whose, account.name || ' 批次 ' || l.id, l.amount - coalesce(x.taken, 0), l."left"
  FROM points_lot l JOIN account ON account.id = l.account_id
  LEFT JOIN (SELECT lot_id, sum(amount) AS taken FROM points_allocation GROUP BY 1) x ON x.lot_id = l.id
  WHERE l."left" <> l.amount - coalesce(x.taken, 0)
"""
_HOLDERS = """
SELECT account.whose, account.name, coalesce(l.there, 0), account.balance
  FROM account LEFT JOIN (SELECT account_id, sum("left") AS there FROM points_lot GROUP BY 1) l
    ON l.account_id = account.id
  WHERE coalesce(l.there, 0) <> CASE WHEN account.kind = 'holder' THEN account.balance ELSE 0 END
"""
# From what the transactions say, and not from the amounts of the entries.
_BUDGETS = """
SELECT account.whose, account.name, coalesce(t.total, 0), account.balance
  FROM account LEFT JOIN (
    SELECT e.account_id, sum(CASE WHEN t.kind IN ('fund', 'release') THEN t.points
        WHEN t.kind IN ('award', 'give_back', 'set_aside') THEN -t.points
        ELSE sign(e.amount)::bigint * t.points END) AS total
      FROM points_entry e JOIN points_transaction t ON t.id = e.transaction_id GROUP BY 1
  ) t ON t.account_id = account.id
  WHERE account.kind = 'budget' AND account.balance <> coalesce(t.total, 0)
"""
_WHOLE = """
SELECT account.district_id, '全区', 0, sum(
    CASE WHEN account.kind IN ('budget', 'holder', 'reserve') THEN account.balance ELSE coalesce(e.total, 0) END)
  FROM account LEFT JOIN (SELECT account_id, sum(amount) AS total FROM points_entry GROUP BY 1) e
    ON e.account_id = account.id
  GROUP BY 1 HAVING sum(
    CASE WHEN account.kind IN ('budget', 'holder', 'reserve') THEN account.balance ELSE coalesce(e.total, 0) END) <> 0
"""
_OWN: tuple[tuple[str, str, str], ...] = (
    ("sums", "交易收支相抵", _SUMS), ("ways", "交易去向", _WAYS), ("parts", "交易与积分批次一致", _PARTS),
    ("undone", "撤销与原交易相反", _UNDONE), ("refunds", "退回等于当初所扣", _REFUNDS),
    ("balances", "余额等于分录合计", _BALANCES), ("lots", "批次剩余等于发放减使用", _LOTS),
    ("holders", "持有人余额等于批次剩余", _HOLDERS), ("budgets", "预算余额等于拨付减发放", _BUDGETS),
    ("whole", "全区发行等于其余各账户之和", _WHOLE),
)  # fmt: skip
