"""What the writes share: who may, the locked row, the record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.rights import may
from governance.audit import services as audit
from governance.errors import IllegalState, NotAllowed, NotFound
from governance.scope import Actor
from members.models import PartyHousehold

EDIT, VISIT = "party_household.edit", "party_household.visit"
SUBJECT = "members.partyhousehold"


def require(by: Actor, right: str = EDIT) -> None:
    """Raise NotAllowed without the right."""
    if not may(by, right):
        raise NotAllowed("您的岗位不能办理党员中心户，请由社区办理。")


def locked(party_household_id: int, by: Actor, revision: int | None = None) -> PartyHousehold:
    """One that looks after others, locked. Raises NotFound, IllegalState once it has ended or was changed meanwhile."""
    rows = PartyHousehold.objects.visible_to(by).select_for_update(of=("self",)).select_related("person")
    found: PartyHousehold | None = rows.defer("person__search").filter(pk=party_household_id).first()
    if found is None:
        raise NotFound("没有找到这个党员中心户，或不在您的管辖范围内。")
    if revision is not None and revision != found.revision:
        raise IllegalState("您打开页面之后，别人已修改过这个中心户。请刷新查看，您填写的内容仍保留在页面上。")
    if found.until_on is not None:
        raise IllegalState("这个党员中心户已经终止，不能再修改。")
    return found


def record(action: str, subject: PartyHousehold, *, by: Actor, now: datetime, **more: Any) -> None:
    """Into the audit record, beside the change."""
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=subject.pk, subject_label=str(subject), by=by, now=now, **more
    )
