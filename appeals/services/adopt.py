"""Open appeals under a new version of their policy, when the district centre says so.

See governance.deadlines.adoption.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from appeals import clocks
from appeals.models import Appeal
from appeals.services._policy import put_under
from appeals.services._run import SUBJECT, add_entry
from appeals.workflow import OPEN
from governance.audit import services as audit
from governance.deadlines.models import PolicyVersion
from governance.errors import NotAllowed
from governance.scope import PLATFORM, Actor, Role


def waiting(version: PolicyVersion) -> QuerySet[Appeal]:
    """The open appeals under another version of the policy."""
    open_ones = Appeal.objects.filter(state__in=OPEN, policy_version__policy=version.policy)
    return open_ones.exclude(policy_version=version.pk)


def adopt(appeal_ids: Sequence[int], version: PolicyVersion, by: Actor, now: datetime) -> int:
    """Put these appeals under the version, those that still wait for it; how many. One transaction.

    Nobody's open form is refused because of it: the appeal's revision stays.
    """
    if by.role != Role.DISTRICT_CENTRE and not by.is_platform:
        raise NotAllowed("只有区网格中心可以让未办结的诉求换用新版本。")
    with transaction.atomic(durable=True):
        rows = waiting(version).select_for_update(of=("self",)).filter(pk__in=appeal_ids).order_by("pk")
        appeals = list(rows)
        for appeal in appeals:
            _adopt(appeal, version, by, now)
    return len(appeals)


def _adopt(appeal: Appeal, version: PolicyVersion, by: Actor, now: datetime) -> None:
    old = appeal.policy_version_id
    told = put_under(appeal, version, now)
    # A step that was due may have been carried out just now, on the row.
    appeal.refresh_from_db()
    appeal.policy_version = version
    for name, value in clocks.main_clock_fields(appeal).items():
        setattr(appeal, name, value)
    appeal.changed_at = now
    appeal.save(update_fields=["policy_version", "clock_kind", "due_at", "card", "changed_at"])
    words = f"时限方案“{version.policy.name}”换用第 {version.number} 版，各项时限从原来的起点重新计算。"
    add_entry(appeal, "policy_changed", by=by, now=now, words=words, data={"version": version.pk})
    for one in told:
        add_entry(appeal, "clock_moved", by=PLATFORM, now=now, words=one.words, data=one.data)
    audit.record(
        action="appeal.policy_adopted", subject_type=SUBJECT, subject_id=appeal.pk, subject_label=appeal.number,
        before={"policy_version_id": old}, after={"policy_version_id": version.pk}, by=by, now=now,
    )  # fmt: skip
