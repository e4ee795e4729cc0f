"""Changes as they are asked for, before anybody decides: the same for a preview and for the decision itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from django.db import transaction

from governance.audit import services as audit
from governance.errors import NotAllowed
from governance.scope import Actor, UnitKind
from grids import codes
from grids.models import ImportDraft, Unit, UnitChange
from grids.names import short_name_of
from grids.services import rules


def opening(
    *,
    kind: UnitKind,
    code: str,
    name: str,
    parent_id: int | None,
    short_name: str = "",
    address: str = "",
    phone: str = "",
) -> dict[str, Any]:
    """What a new unit is to be."""
    name = rules.checked_name(name)
    return {
        "kind": UnitKind(kind).value,
        "code": codes.normal(code),
        "name": name,
        "short_name": short_name.strip()[:32] or short_name_of(name),
        "parent_id": parent_id,
        "address": address.strip()[:200],
        "phone": phone.strip()[:32],
    }


def renaming(*, name: str, short_name: str = "") -> dict[str, Any]:
    """What a unit is to be called."""
    name = rules.checked_name(name)
    return {"name": name, "short_name": short_name.strip()[:32] or short_name_of(name)}


def drafted(
    kind: str,
    unit_id: int | None,
    after: Mapping[str, Any],
    *,
    effective_on: date,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> UnitChange:
    """A change that is not kept yet, by somebody who may decide it (NotAllowed, NotFound)."""
    anchor_id = after["parent_id"] if kind == "open" else unit_id
    anchor = rules.unit_of(anchor_id, "parent" if kind == "open" else "unit") if anchor_id or kind != "open" else None
    rules.require_editor(by, anchor.district_id if anchor else None)
    if anchor is None and not by.is_platform:
        raise NotAllowed("区在系统初始化时设立，网格中心只能调整本区以内的单位。")
    unit = None if kind == "open" else anchor
    return UnitChange(
        unit=unit,
        district_id=anchor.district_id if anchor else None,
        kind=kind,
        effective_on=effective_on,
        before=before_of(kind, unit),
        after=dict(after),
        reason=reason.strip()[:500],
        decided_by_user=by.user_id,
        decided_by_name=by.user_name[:64],
        decided_at=now,
    )


def before_of(kind: str, unit: Unit | None) -> dict[str, Any]:
    """What of the unit the change replaces."""
    if unit is None:
        return {}
    if kind == "rename":
        return {"name": unit.name, "short_name": unit.short_name}
    return {"parent_id": unit.parent_id}


def subject(change: UnitChange) -> Unit:
    """The unit of a change that is no waiting opening."""
    return cast(Unit, change.unit)


def check(change: UnitChange) -> None:
    """Refuse a change that could not be decided now."""
    rules.check_day(change)
    rules.check_alone(change)
    rules.CHECKS[change.kind](change)


def keep_file(
    kind: str, district: Unit, file_name: str, content: dict[str, Any], by: Actor, now: datetime
) -> ImportDraft:
    """Keep a checked file, and put its upload into the record."""
    with transaction.atomic(durable=True):
        draft = ImportDraft.objects.create(
            kind=kind, district=district, file_name=file_name[:200], content=content, user_id=by.user_id,
            user_name=by.user_name[:64], created_at=now,
        )  # fmt: skip
        audit.record(
            action=f"unit.check_{kind}", subject_type="unit", subject_id=district.pk, subject_label=district.name,
            after={"file": draft.file_name}, by=by, now=now,
        )  # fmt: skip
    return draft


def record(action: str, change: UnitChange, by: Actor, now: datetime) -> None:
    """Put a step of a change into the record, under the unit's name as it then is."""
    unit = change.unit
    audit.record(
        action=action,
        subject_type="unit" if unit else "unit_change",
        subject_id=unit.pk if unit else change.pk,
        subject_label=unit.name if unit else change.after.get("name", ""),
        before=change.before,
        after={**change.after, "effective_on": change.effective_on.isoformat()},
        reason=change.reason,
        by=by,
        now=now,
    )
