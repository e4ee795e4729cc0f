"""Open records under a new version of their rhythm, when the centre says so; see governance.deadlines.adoption."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from governance.deadlines.models import PolicyVersion
from governance.errors import NotAllowed
from governance.scope import Actor, Role
from members.care import turns
from members.care.services import _common
from members.models import CareRecord


def waiting(version: PolicyVersion) -> QuerySet[CareRecord]:
    """The records whose turn runs under another version of the policy."""
    rows: QuerySet[CareRecord] = CareRecord.objects.open().filter(policy_version__policy=version.policy)
    return rows.exclude(policy_version=version.pk)


def adopt(record_ids: Sequence[int], version: PolicyVersion, by: Actor, now: datetime) -> int:
    """Put these records under the version, those that still wait for it; how many. One transaction."""
    if by.role != Role.DISTRICT_CENTRE and not by.is_platform:
        raise NotAllowed("只有区网格中心可以让未结束的走访换用新版本。")
    with transaction.atomic(durable=True):
        rows = waiting(version).filter(pk__in=record_ids).select_related("person", "kind")
        records = list(rows.select_for_update(of=("self",)).order_by("pk"))
        for record in records:
            old = record.policy_version_id
            turns.put_under(record, version, now)
            words = f"走访方案“{version.policy.name}”换用第 {version.number} 版，从原来的起点重新计算。"
            _common.event(record, "policy", words, by=by, now=now)
            before, after = {"policy_version_id": old}, {"policy_version_id": version.pk}
            _common.note("care.policy_adopted", record, by=by, now=now, before=before, after=after)
    return len(records)
