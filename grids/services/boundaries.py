"""Importing boundaries: a file is checked and kept as a draft with its map, then what is sound is put in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import IO

from django.db import transaction

from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor
from grids import boundaries, locate, revision
from grids.boundaries import Feature
from grids.coordinates import SYSTEM_LABELS, System
from grids.models import Boundary, ImportDraft, Unit
from grids.services import drafting, redrawing, rules

MAX_TOLERANCE_M2 = 10_000


def check_boundaries(
    *, file: IO[bytes], file_name: str, system: System, tolerance_m2: float, by: Actor, now: datetime
) -> ImportDraft:
    """Read and check a GeoJSON file; the draft says feature by feature what can be imported, and why not."""
    district = rules.unit_of(by.district_id)
    rules.require_editor(by, district.pk)
    if not 0 <= tolerance_m2 <= MAX_TOLERANCE_M2:
        raise InvalidInput(f"容差应在 0 到 {MAX_TOLERANCE_M2} 平方米之间。", field="tolerance_m2")
    revision.ensure()
    seen = revision.token()
    raw = boundaries.read(file)
    features = boundaries.check(raw, district, system=system, tolerance_m2=tolerance_m2)
    content = {
        "features": [feature.as_json() for feature in features],
        "system": system.value,
        "token": str(seen or ""),
    }
    return drafting.keep_file("boundaries", district, file_name, content, by, now)


@transaction.atomic(durable=True)
def apply_boundaries(*, draft_id: int, by: Actor, now: datetime) -> ImportDraft:
    """Put the sound features of a draft in force; old boundaries end. Refused once the territory has changed since."""
    revision.lock()
    draft = ImportDraft.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=draft_id).first()
    if draft is None or draft.kind != "boundaries":
        raise NotFound("没有这份导入，请重新上传文件。")
    rules.require_editor(by, draft.district_id)
    _check_still_true(draft)
    sound = [f for f in map(Feature.from_json, draft.content["features"]) if f.is_sound]
    if not sound:
        raise IllegalState("这份文件里没有可以导入的边界，请改正后重新上传。")
    _draw(sound, draft, by, now)
    draft.outcome, draft.applied_at = {"applied": len(sound)}, now
    draft.save(update_fields=["outcome", "applied_at"])
    return draft


def _check_still_true(draft: ImportDraft) -> None:
    if draft.applied_at is not None:
        raise IllegalState("这份文件已经导入过了。")
    # What was checked against the boundaries of then says nothing of those of now.
    if draft.content["token"] != str(revision.token() or ""):
        raise IllegalState("检查之后单位或边界有了变动，请重新上传文件再检查一次。")


def _draw(sound: list[Feature], draft: ImportDraft, by: Actor, now: datetime) -> None:
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=[feature.unit_id for feature in sound])}
    source = f"导入：{draft.file_name}（{SYSTEM_LABELS[System(draft.content['system'])].split('（')[0]}）"
    Boundary.objects.current().filter(unit__in=units.values()).update(valid_to=now)
    new = [redrawing.made(units[feature.unit_id or 0], feature.figure, source, now) for feature in sound]
    Boundary.objects.bulk_create(new, batch_size=500)
    _record(new, source, by, now)
    revision.bump()
    locate.expire()
    transaction.on_commit(locate.expire)


def _record(new: Iterable[Boundary], source: str, by: Actor, now: datetime) -> None:
    audit.record_many(
        {
            "action": "unit.boundary",
            "subject_type": "unit",
            "subject_id": boundary.unit_id,
            "subject_label": boundary.unit.name,
            "after": {"area_m2": round(boundary.area_m2), "source": source},
            "by": by,
            "now": now,
        }
        for boundary in new
    )
