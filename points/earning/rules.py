"""What the rules say: which one holds for a claim, what a quantity is worth, when points expire; and those shipped."""

from __future__ import annotations

import csv
from calendar import monthrange
from datetime import date, datetime
from pathlib import Path
from typing import Any

from points.models import EarningRule, OddRule

# Our own reading of what is sensible: the district changes it on the page.
DEFAULTS = Path(__file__).parent / "data" / "rules.csv"
# From how many on something looks odd, and the margin that the kind knows.
ODD_DEFAULTS = {"hand": (30, 0), "minute": (8, 0), "household": (10, 0), "pair": (8, 90), "under": (3, 5)}
_NUMBERS = ("points", "per", "day_most", "month_most", "year_most", "second_from", "expiry_months")


def rule_for(district_id: int, kind: str, match: str, on: date) -> EarningRule | None:
    """The rule that holds for an event on its day: the one for just this, or else the one for all of the kind."""
    rows = EarningRule.objects.in_force(on).filter(district_id=district_id, kind=kind, match__in=("", match))
    found: EarningRule | None = rows.order_by("-match", "code").first()
    return found


def worth(rule: EarningRule, quantity: int) -> int:
    """The points of a quantity, in whole points: 90 minutes at 10 points an hour are 15."""
    return quantity * rule.points // rule.per


def expires_on(rule: EarningRule, today: date) -> date:
    """The last day on which points that are given today are good."""
    if rule.expiry == "next_year":
        return date(today.year + 1, 12, 31)
    months = today.month - 1 + (rule.expiry_months or 0)
    year, month = today.year + months // 12, months % 12 + 1
    return date(year, month, monthrange(year, month)[1])


def told(rule: EarningRule) -> str:
    """What it gives, in a phrase: 每 60 分钟 10 分."""
    return f"每{rule.counter if rule.per == 1 else f' {rule.per} {rule.counter}'} {rule.points} 分"


def ensure_default_rules(district_id: int, from_on: date, now: datetime) -> None:
    """Put in the rules that an installation starts with, where the district has none."""
    if not EarningRule.objects.filter(district_id=district_id).exists():
        with DEFAULTS.open(encoding="utf-8", newline="") as file:
            rows = [_read(row) for row in csv.DictReader(file)]
        EarningRule.objects.bulk_create(
            EarningRule(district_id=district_id, from_on=from_on, made_by_name="系统", made_at=now, **row)
            for row in rows
        )
    OddRule.objects.bulk_create(
        (OddRule(district_id=district_id, kind=kind, least=least, margin=margin)
         for kind, (least, margin) in ODD_DEFAULTS.items()),
        ignore_conflicts=True,
    )  # fmt: skip


def _read(row: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = dict(row)
    for name in _NUMBERS:
        values[name] = int(row[name]) if row[name] else None
    values["once_per_activity"] = row["once_per_activity"] == "1"
    return values
