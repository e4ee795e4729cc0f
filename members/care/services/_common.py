"""What the services of the lists share: who may, the locked row, its history, the record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Posting
from accounts.rights import may
from governance import privacy
from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import Actor, Role
from members.care.words import EDIT, SUBJECT
from members.models import CareEvent, CareRecord
from members.words import text_of

# Who may be named as visitor: those who may record one and work in the community or the grid.
VISITORS = (Role.COMMUNITY_SECRETARY, Role.COMMUNITY_WORKER, Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER)
# A disability certificate's number is the identity number and two digits more.
_LONG = re.compile(r"\d{15}")
_REFUSED = {EDIT: "您的岗位不能调整重点关爱名单，请由社区办理。"}


def require(by: Actor, right: str) -> None:
    """Raise NotAllowed without the right."""
    if not may(by, right):
        raise NotAllowed(_REFUSED.get(right, "您的岗位不能登记走访，请由社区或网格员登记。"))


def locked_many(ids: Iterable[int], by: Actor) -> list[CareRecord]:
    """The records in scope, locked by primary key; those outside are left out."""
    rows = CareRecord.objects.visible_to(by).filter(pk__in=set(ids))
    return list(rows.select_related("person", "kind").select_for_update(of=("self",)).order_by("pk"))


def locked(record_id: int, by: Actor, revision: int | None = None) -> CareRecord:
    """An open record, locked. Raises NotFound outside the scope; IllegalState when it ended or changed meanwhile."""
    found = locked_many([record_id], by)
    if not found:
        raise NotFound("没有找到这份关爱记录，或不在您的管辖范围内。")
    (record,) = found
    if record.state == "ended":
        raise IllegalState(f"{record}已于 {record.until_on:%Y-%m-%d} 结束，不能再办理。")
    if revision is not None and revision != record.revision:
        raise IllegalState("您打开页面之后，别人已修改过这份记录。请刷新查看，您填写的内容仍保留在页面上。")
    return record


def check_visitor(record: CareRecord, visitor_id: int | None, now: datetime) -> None:
    """Raise InvalidInput where the visitor does not work in the record's community or grid today."""
    if visitor_id is not None and not works_here(record, visitor_id, now):
        raise InvalidInput("走访人须是本社区或本网格在岗的社区工作者、网格员。", field="visitor")


def works_here(record: CareRecord, user_id: int, now: datetime) -> bool:
    """Whether the user has a posting in force today in the record's community or grid."""
    postings = Posting.objects.in_force(timezone.localdate(now)).filter(user_id=user_id, role__in=VISITORS)
    return postings.filter(unit_id__in=[record.community_id, record.grid_id]).exists()


def plain(text: str, *, label: str, field: str, most: int, least: int = 0) -> str:
    """A text without anybody's full number: those are kept sealed with the person, once."""
    tidy = text_of(text, label=label, field=field, most=most, least=least)
    digits = unicodedata.normalize("NFKC", tidy)
    if privacy.mask_text(digits) != digits or _LONG.search(digits):
        said = f"{label}中请不要填写身份证号、电话号码；号码登记在本人或联系人的居民档案中，需要时凭事由查看。"
        raise InvalidInput(said, field=field)
    return tidy


def event(record: CareRecord, kind: str, words: str, *, by: Actor, now: datetime) -> CareEvent:
    """A line of the record's history."""
    (made,) = events([(record, kind, words)], by=by, now=now)
    return made


def events(lines: Iterable[tuple[CareRecord, str, str]], *, by: Actor, now: datetime) -> list[CareEvent]:
    """Lines of many records' histories: (record, kind, words)."""
    return CareEvent.objects.bulk_create(
        CareEvent(
            record=record, kind=kind, at=now, words=words[:500], by_user=by.user_id, by_name=by.user_name,
            unit_name=by.unit_name,
        )
        for record, kind, words in lines
    )  # fmt: skip


def touch(record: CareRecord, now: datetime, *fields: str) -> None:
    """Save these fields, as a change that an open form must notice."""
    record.changed_at, record.revision = now, record.revision + 1
    record.save(update_fields=[*fields, "changed_at", "revision"])


def note(
    action: str, record: CareRecord, *, by: Actor, now: datetime, before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Into the audit record, beside the change."""
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=record.pk, subject_label=str(record), before=before,
        after=after, reason=reason, by=by, now=now,
    )  # fmt: skip


def notes(
    action: str, afters: Iterable[tuple[CareRecord, Mapping[str, Any]]], *, by: Actor, now: datetime
) -> None:  # fmt: skip
    """The same of many new records: (record, after)."""
    audit.record_many(
        {"action": action, "subject_type": SUBJECT, "subject_id": record.pk, "subject_label": str(record),
         "after": after, "by": by, "now": now}
        for record, after in afters
    )  # fmt: skip
