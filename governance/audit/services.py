"""Writing the record. Called inside the transaction of the change itself, so that neither is kept without the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NotRequired, Required, TypedDict, Unpack

from governance.audit import actions, values
from governance.audit.models import Entry
from governance.copying import copy_in
from governance.inserting import insert
from governance.scope import Actor


class Fact(TypedDict, total=False):
    """What one entry says; the keywords of `record`."""

    action: Required[str]
    subject_type: Required[str]
    subject_id: Required[int]
    by: Required[Actor]
    now: Required[datetime]
    subject_label: NotRequired[str]
    before: NotRequired[Mapping[str, Any] | None]
    after: NotRequired[Mapping[str, Any] | None]
    reason: NotRequired[str]


def record(**fact: Unpack[Fact]) -> None:
    """Append one entry: `action` was done to a subject `by` an actor at `now`, in the caller's transaction.

    Of `before` and `after` only the keys that differ are kept, as plain JSON; long text is shortened, and
    whatever looks like a mobile, landline or identity number is masked, in the label and the reason as well.
    """
    insert([_entry(**fact)])


def record_many(entries: Iterable[Fact]) -> None:
    """Append many entries with one statement: `record_many([{"action": …, "by": …, …}, …])`."""
    copy_in(Entry, (_entry(**fact) for fact in entries))


def _entry(
    *,
    action: str,
    subject_type: str,
    subject_id: int,
    by: Actor,
    now: datetime,
    subject_label: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Entry:
    old, new = values.differing(before, after)
    return Entry(
        at=now,
        user_id=by.user_id,
        user_name=by.user_name[:64],
        posting_id=by.posting_id,
        role=by.role or "",
        unit_id=by.unit_id,
        unit_name=by.unit_name[:128],
        ip=by.ip[:45],
        action=action,
        is_look=actions.is_look(action),
        subject_type=subject_type,
        subject_id=subject_id,
        subject_label=values.text(subject_label, 200),
        before=old,
        after=new,
        reason=values.text(reason, 500),
    )
