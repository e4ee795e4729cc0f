"""A movement in a resident's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from points.models import Entry

# What the ledger calls it, as who has the points would say it.
_KINDS = {
    "award": "获得积分", "spend": "兑换", "cancel": "取消兑换，积分退回", "expire": "过期收回", "reverse": "更正收回",
    "merge": "档案合并转入",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One movement: what for, when, how many (signed), whose business, what else is to be said of it."""

    what: str
    words: str
    on: date
    amount: int
    unit: str
    note: str


def line_of(entry: Entry) -> Line:
    """Of an entry that was read with its transaction (`selectors.movements`)."""
    row = entry.transaction
    what = _KINDS.get(row.kind, row.get_kind_display())
    if row.kind == "merge" and entry.amount < 0:
        what = "档案合并转出"
    return Line(what, row.words, row.on, entry.amount, row.unit.name, _note(entry))


def _note(entry: Entry) -> str:
    """An award or an exchange that was undone says so; what came says until when it is good."""
    undone: Any = getattr(entry.transaction, "undone_by", None)
    if undone is not None:
        return f"已于 {undone.on:%Y-%m-%d} {'取消' if undone.kind == 'cancel' else '更正收回'}"
    days = sorted({lot.expires_on for lot in getattr(entry.transaction, "come", ())})
    return f"有效期至 {days[0]:%Y-%m-%d}" if days else ""
