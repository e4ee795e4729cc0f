"""Editing a calendar: one change at a time, recorded, and followed by the open clocks."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from governance.audit import services as audit
from governance.calendars import followers
from governance.calendars.changes import Change
from governance.calendars.defaults import ensure_default_calendar, next_revision
from governance.calendars.followers import Effect
from governance.calendars.loading import DISTRICT, read
from governance.calendars.models import Calendar
from governance.errors import IllegalState, NotAllowed
from governance.scope import Actor, Role

__all__ = ["SUBJECT", "edit", "ensure_default_calendar", "preview"]

SUBJECT = "calendars.calendar"


def edit(*, change: Change, by: Actor, now: datetime, code: str = DISTRICT) -> int:
    """Apply a change, and let the open clocks follow; how many limits moved so far.

    The change commits first. The clocks follow in transactions of their own, each under its subject's lock, the rest
    of very many by the next sweeps: a clock behind its calendar is moved before anything else happens to it.
    Raises NotAllowed, InvalidInput, IllegalState.
    """
    if by.role != Role.DISTRICT_CENTRE and not by.is_platform:
        raise NotAllowed("只有区网格中心可以修改工作日历，请联系区网格中心办理")
    with transaction.atomic(durable=True):
        calendar = _locked(code)
        before = change.snapshot(calendar)
        change.apply(calendar)
        calendar.revision = next_revision()
        calendar.save(update_fields=["revision"])
        audit.record(
            action=change.action,
            subject_type=SUBJECT,
            subject_id=calendar.pk,
            subject_label=calendar.name,
            before=before,
            after=change.snapshot(calendar),
            by=by,
            now=now,
        )
    return followers.follow(code, by, now)


def preview(*, change: Change, now: datetime, code: str = DISTRICT) -> Effect:
    """What the change would do to the open clocks. The same code as `edit` runs, and is undone."""
    with transaction.atomic():
        calendar = _locked(code)
        change.apply(calendar)
        changed = read(calendar.pk)
        transaction.set_rollback(True)
    return followers.preview(code, changed, now)


def _locked(code: str) -> Calendar:
    calendar = Calendar.objects.select_for_update(no_key=True).filter(code=code).first()
    if calendar is None:
        raise IllegalState("还没有设置工作日历，请联系系统管理员完成初始化", code="no_calendar")
    return calendar
