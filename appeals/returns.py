"""Returns 退单 in figures: who asked how often, how often rightly, and the appeals behind each number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from appeals.models import SendBack
from governance.scope import Actor

# By verdict: what it means of a return. Every return was asked; one that waits for its verdict is pending.
VERDICTS: dict[str, Q] = {
    "asked": Q(),
    "upheld": Q(upheld=True),
    "refused": Q(upheld=False),
    "pending": Q(upheld=None),
}
FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)
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
    try:
        since, until = (date.fromisoformat(match[3]), date.fromisoformat(match[4])) if match else (LAST, FIRST)
    except ValueError:
        return SendBack.objects.none().values("appeal_id")
    if match is None:
        return SendBack.objects.none().values("appeal_id")
    mine = _asked(since, until).filter(VERDICTS[match[2]], assignment__unit_id=int(match[1]))
    return mine.order_by().values("appeal_id")


def _asked(since: date, until: date) -> QuerySet[SendBack]:
    """Asked in the period, whole days of the installation's zone; what no clock reaches is cut off."""
    return SendBack.objects.filter(
        asked_at__gte=_midnight(max(since, FIRST)), asked_at__lt=_midnight(min(until, LAST) + timedelta(days=1))
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone()).astimezone(UTC)
