"""What a checked row would do: bring a new appeal, change one, change nothing, or come too late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from appeals.imports.checking import Checked, Incoming, mark_of
from appeals.models import Appeal
from appeals.workflow import REGISTERED

NEW, CHANGED, UNCHANGED, HANDLED, REFUSED = "new", "changed", "unchanged", "handled", "refused"
OUTCOMES = (NEW, CHANGED, UNCHANGED, HANDLED, REFUSED)
_COLUMNS = (
    "pk", "source_number", "state", "number", "first_dispatched_at", "send_back_pending", "rehandles", "title",
    "content", "complainant", "address", "phone_index", "identity_index", "public_reply", "raised_at", "resolved_at",
    "origin__marks",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Existing:
    """An appeal that is here already, as far as the comparison needs it."""

    pk: int
    number: str
    can_change: bool
    marks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """A checked row, what it does, and to which appeal. `fields` are those that its source changed."""

    checked: Checked
    outcome: str
    existing: Existing | None = None
    fields: frozenset[str] = frozenset()


def compare(rows: Iterable[Checked], channel: str) -> list[Compared]:
    """What each row would do, by one query for all of them."""
    rows = list(rows)
    existing = existing_by_number([row.source_number for row in rows if row.incoming is not None], channel)
    return [_compare(row, existing.get(row.source_number)) for row in rows]


def _compare(row: Checked, existing: Existing | None) -> Compared:
    if row.incoming is None:
        return Compared(row, REFUSED)
    if existing is None:
        return Compared(row, NEW)
    fields = changed_fields(row.incoming, existing.marks)
    if not fields:
        return Compared(row, UNCHANGED, existing)
    return Compared(row, CHANGED if existing.can_change else HANDLED, existing, fields)


def changed_fields(incoming: Incoming, marks: Mapping[str, str]) -> frozenset[str]:
    """The fields whose value at the source is another than what the marks say. Columns not in the file say nothing."""
    return frozenset(key for key, mark in incoming.marks.items() if marks.get(key, "") != mark)


def existing_by_number(numbers: Iterable[str], channel: str) -> dict[str, Existing]:
    """The appeals of the channel with these original numbers."""
    found = Appeal.objects.filter(channel=channel, source_number__in=list(numbers)).values(*_COLUMNS)
    return {row["source_number"]: _existing(row) for row in found.iterator()}


def _existing(row: Mapping[str, object]) -> Existing:
    untouched = row["first_dispatched_at"] is None and not row["send_back_pending"] and not row["rehandles"]
    marks = row["origin__marks"]
    return Existing(
        pk=row["pk"],  # type: ignore[arg-type]
        number=str(row["number"]),
        can_change=row["state"] == REGISTERED and untouched,
        marks=marks if isinstance(marks, Mapping) else _marks_of(row),
    )


def _marks_of(row: Mapping[str, object]) -> dict[str, str]:
    """Marks for an appeal that no file brought (the hotline's own interface did): of what it says now."""
    return {
        "title": mark_of(str(row["title"])),
        "content": mark_of(str(row["content"])),
        "complainant": mark_of(str(row["complainant"])),
        "address": mark_of(str(row["address"])),
        "reply": mark_of(str(row["public_reply"])),
        "phone": str(row["phone_index"])[:10],
        "identity": str(row["identity_index"])[:10],
    }
