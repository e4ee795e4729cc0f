"""Returns 退单 in figures: who asked how often, how often rightly, and the appeals behind each number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from appeals.models import SendBack
from appeals.periods import dates_of, moments
from governance.scope import Actor

# By verdict: what it means of a return. Every return was asked; one that waits for its verdict is pending.
VERDICTS: dict[str, Q] = {
    "asked": Q(),
    "upheld": Q(upheld=True),
    "refused": Q(upheld=False),
    "pending": Q(upheld=None),
}
_KEY = re.compile(r"(\d{1,15})\.(asked|upheld|refused|pending)\.(\d{4}-\d\d-\d\d)\.(\d{4}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True)
class UnitReturns:
    """The returns of one unit in a period. `rate`: refused of those decided, in percent; None while none is."""

    unit_id: int
    name: str
    numbers: dict[str, int]

    @property
    def rate(self) -> float | None:
        """How many of a hundred decided returns were wrong."""
        decided = self.numbers["upheld"] + self.numbers["refused"]
        return round(100 * self.numbers["refused"] / decided, 1) if decided else None


def by_unit(by: Actor, since: date, until: date) -> list[UnitReturns]:
    """The returns of the actor's district asked from `since` to `until`, both included; most often wrong first."""
    asked = _asked(since, until).filter(appeal__district_id=by.unit_id).order_by()
    counts: dict[str, Any] = {f"n_{name}": Count("pk", filter=q or None) for name, q in VERDICTS.items()}
    rows: Any = asked.values("assignment__unit_id", "assignment__unit__name").annotate(**counts)
    return [
        UnitReturns(row["assignment__unit_id"], row["assignment__unit__name"], {k: row[f"n_{k}"] for k in VERDICTS})
        for row in rows.order_by("-n_refused", "-n_asked", "assignment__unit_id")
    ]


def key(unit_id: int, verdict: str, since: date, until: date) -> str:
    """What names the appeals behind a number, in the address of a list."""
    return f"{unit_id}.{verdict}.{since}.{until}"


def behind(text: str) -> QuerySet[SendBack, Any]:
    """The appeals' ids behind a number, by its key; none for any other text."""
    match = _KEY.fullmatch(text)
    period = dates_of(match[3], match[4]) if match else None
    if match is None or period is None:
        return SendBack.objects.none().values("appeal_id")
    mine = _asked(*period).filter(VERDICTS[match[2]], assignment__unit_id=int(match[1]))
    return mine.order_by().values("appeal_id")


def _asked(since: date, until: date) -> QuerySet[SendBack]:
    begin, end = moments(since, until)
    return SendBack.objects.filter(asked_at__gte=begin, asked_at__lt=end)
