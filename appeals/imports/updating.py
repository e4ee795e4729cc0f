"""A row whose source has changed since: the appeal follows, as long as nobody has begun to handle it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from appeals import clocks
from appeals.imports.building import (
    UPDATED,
    Batch,
    answered_entry,
    answered_fields,
    assignment_of,
    clock_spec,
    entry,
    set_limit,
)
from appeals.imports.checking import Incoming
from appeals.imports.comparing import Compared
from appeals.imports.fields import LABELS
from appeals.models import Appeal, AppealEntry, Assignment, ImportOrigin
from appeals.people import set_identity, set_phone
from appeals.services.register import searched
from appeals.workflow import REGISTERED
from governance import search
from governance.audit import services as audit
from governance.deadlines import services as deadlines
from governance.scope import PLACE

_PLACE = frozenset({"street", "community", "lon", "lat"})
_PLAIN = {"complainant": "complainant", "address": "address", "urgency": "urgency", "raised_at": "raised_at"}
_PHONE = ("phone_sealed", "phone_index", "phone_masked")
_IDENTITY = ("identity_sealed", "identity_index", "identity_masked")
# In the audit record a masked number says enough.
_UNRECORDED = {"search", "phone_sealed", "phone_index", "identity_sealed", "identity_index", "seal_key", "revision"}


def apply_changes(changed: Iterable[Compared], batch: Batch) -> list[Compared]:
    """Bring the appeals up to their source, in the caller's transaction; those rows that came too late after all."""
    by_pk = {row.existing.pk: row for row in changed if row.existing is not None}
    late = []
    for appeal in Appeal.objects.select_for_update().filter(pk__in=by_pk).order_by("pk"):
        row = by_pk[appeal.pk]
        if not _still_open(appeal):
            late.append(row)
        elif row.checked.incoming is not None:
            _apply(appeal, row.checked.incoming, row.fields, batch)
    return late


def _still_open(appeal: Appeal) -> bool:
    """Under the lock: somebody may have dispatched it since the comparison."""
    untouched = appeal.first_dispatched_at is None and not appeal.send_back_pending and not appeal.rehandles
    return appeal.state == REGISTERED and untouched


def _apply(appeal: Appeal, incoming: Incoming, fields: frozenset[str], batch: Batch) -> None:
    before: dict[str, Any] = dict(appeal.__dict__)
    names = _set_changed(appeal, incoming, fields)
    entries = [_updated_entry(appeal, incoming, fields, batch)]
    if incoming.reply:
        names |= _answer(appeal, incoming, batch)
        entries.append(answered_entry(appeal, incoming, batch))
    appeal.changed_at, appeal.revision = batch.now, appeal.revision + 1
    _record(appeal, before, names, batch)
    appeal.search = search.document(*searched(appeal))
    appeal.save(update_fields=sorted(names | {"search", "changed_at", "revision"}))
    AppealEntry.objects.bulk_create(entries)
    _keep_marks(appeal, incoming, batch)


def _set_changed(appeal: Appeal, incoming: Incoming, fields: frozenset[str]) -> set[str]:
    """Set what the source changed; the names of the columns that were set."""
    values: dict[str, Any] = {column: getattr(incoming, column) for key, column in _PLAIN.items() if key in fields}
    if fields & {"title", "content"}:
        values |= {"title": incoming.title, "content": incoming.content}
    if "category" in fields:
        values["category_id"] = incoming.category_id
    if fields & _PLACE:
        values |= {"lon": incoming.lon, "lat": incoming.lat, **{level: incoming.place[level] for level in PLACE}}
    for name, value in values.items():
        setattr(appeal, name, value)
    names = set(values)
    if "phone" in fields:
        set_phone(appeal, incoming.phone)
        names.update(_PHONE)
    if "identity" in fields:
        set_identity(appeal, incoming.identity)
        names.update(_IDENTITY)
    return names


def _answer(appeal: Appeal, incoming: Incoming, batch: Batch) -> set[str]:
    """The source has answered what still waited here for its dispatch: it is resolved, and waits for its visit."""
    values = answered_fields(incoming, batch)
    for name, value in values.items():
        setattr(appeal, name, value)
    limit = set_limit(appeal, batch)
    if (part := assignment_of(appeal, incoming, batch)) is not None:
        Assignment.objects.bulk_create([part])
    clocks.met(appeal, clocks.DISPATCH, now=batch.now)
    if limit is not None:
        deadlines.start_many([clock_spec(appeal, limit, batch.now)], batch.now)
    appeal.card = clocks.main_clock_fields(appeal)["card"]
    return {*values, "clock_kind", "due_at", "card"}


def _updated_entry(appeal: Appeal, incoming: Incoming, fields: frozenset[str], batch: Batch) -> AppealEntry:
    labels = [label for key, label in LABELS.items() if key in fields]
    return entry(
        appeal, UPDATED, batch, from_state=REGISTERED, to_state=REGISTERED,
        words=f"来源系统更新了{'、'.join(labels)}",
        data={"file": batch.file_name, "row": incoming.row, "fields": sorted(fields)},
    )  # fmt: skip


def _record(appeal: Appeal, before: dict[str, Any], names: set[str], batch: Batch) -> None:
    shown = sorted(names - _UNRECORDED)
    audit.record(
        action="appeal.import_update", subject_type=clocks.SUBJECT, subject_id=appeal.pk, subject_label=appeal.number,
        before={name: before[name] for name in shown}, after={name: getattr(appeal, name) for name in shown},
        by=batch.by, now=batch.now,
    )  # fmt: skip


def _keep_marks(appeal: Appeal, incoming: Incoming, batch: Batch) -> None:
    origin, made = ImportOrigin.objects.get_or_create(
        appeal=appeal,
        defaults={"job_id": batch.job_id, "row": incoming.row, "marks": incoming.marks, "imported_at": batch.now},
    )
    if not made:
        origin.marks, origin.changed_at = {**origin.marks, **incoming.marks}, batch.now
        origin.save(update_fields=["marks", "changed_at"])
