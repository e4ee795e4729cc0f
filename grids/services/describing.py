"""Facts of a unit that change nothing of its place: where it sits, how it is reached, where it stands in lists."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from governance.audit import services as audit
from governance.scope import Actor
from grids import revision
from grids.models import Unit
from grids.services import rules


@transaction.atomic(durable=True)
def describe_unit(*, unit_id: int, address: str, phone: str, order: int, by: Actor, now: datetime) -> Unit:
    """Change a unit's address, duty telephone and order among its neighbours."""
    revision.lock()
    rules.require_editor(by, rules.unit_of(unit_id).district_id)
    unit = rules.open_one(unit_id)
    before = {"address": unit.address, "phone": unit.phone, "order": unit.order}
    unit.address, unit.phone, unit.order = address.strip()[:200], phone.strip()[:32], order
    unit.save(update_fields=["address", "phone", "order"])
    audit.record(
        action="unit.describe",
        subject_type="unit",
        subject_id=unit.pk,
        subject_label=unit.name,
        before=before,
        after={"address": unit.address, "phone": unit.phone, "order": unit.order},
        by=by,
        now=now,
    )
    revision.bump()
    return unit
