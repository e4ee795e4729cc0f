"""The statement of an account: what it had, what came and went, what it has. Three statements of SQL, however long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from governance.errors import InvalidInput
from points.models import Account, Entry
from points.rounds.mine.selectors import movements
from points.rounds.mine.telling import Line, line_of
from points.rounds.statements.periods import Period

MOST = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """One movement, and what the account had after it."""

    line: Line
    balance: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Of a period. `closing` = `opening` + `came` - `went`, and is what the last row says."""

    period: Period
    opening: int
    rows: list[Row]
    came: int
    went: int

    @property
    def closing(self) -> int:
        """What the account had at the period's end."""
        return self.opening + self.came - self.went


def statement_of(account: Account | None, period: Period) -> Statement:
    """Of an account; of nobody's (None) an empty one. Raises InvalidInput (field "from") for too many movements."""
    if account is None:
        return Statement(period, 0, [], 0, 0)
    rows = movements(account).filter(transaction__on__range=(period.from_on, period.until_on))
    found = list(rows.order_by("transaction__on", "pk")[: MOST + 1])
    if len(found) > MOST:
        raise InvalidInput(f"这段期间的明细超过 {MOST:,} 条，请缩短期间。", field="from")
    return _added_up(period, _before(account, period.from_on), map(line_of, found))


def _before(account: Account, day: date) -> int:
    earlier = Entry.objects.filter(account=account, transaction__on__lt=day)
    return earlier.aggregate(points=Sum("amount"))["points"] or 0


def _added_up(period: Period, opening: int, lines: Iterable[Line]) -> Statement:
    rows: list[Row] = []
    balance = opening
    for line in lines:
        balance += line.amount
        rows.append(Row(line, balance))
    came = sum(row.line.amount for row in rows if row.line.amount > 0)
    return Statement(period, opening, rows, came, opening + came - balance)
