"""Editing a calendar: one change at a time, recorded, and followed by the open clocks."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from governance.audit import services as audit
from governance.calendars import followers
from governance.calendars.changes import Change, SetAnnounced
from governance.calendars.defaults import ensure_default_calendar, next_revision
from governance.calendars.followers import Effect
from governance.calendars.loading import DISTRICT, read
from governance.calendars.models import Calendar
from governance.errors import IllegalState, NotAllowed
from governance.jobs import registry
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.jobs.progress import Progress
from governance.jobs.registry import Outcome
from governance.scope import Actor, Role

__all__ = ["SUBJECT", "edit", "ensure_default_calendar", "follow_all", "import_announced", "preview"]

SUBJECT = "calendars.calendar"


# So many open limits are moved while a person waits; more than that by a job that shows how far it is.
AT_ONCE = 2000
FOLLOW_JOB = "calendars.follow"


def edit(*, change: Change, by: Actor, now: datetime, code: str = DISTRICT) -> int:
    """Apply a change, and let the open clocks follow; how many limits moved so far.

    The change commits first. The clocks follow in transactions of their own, each under its subject's lock, the rest
    of very many by the next sweeps: a clock behind its calendar is moved before anything else happens to it.
    Raises NotAllowed, InvalidInput, IllegalState.
    """
    with transaction.atomic(durable=True):
        _write(change, by, now, code)
    return followers.follow(code, by, now)


def import_announced(*, change: SetAnnounced, by: Actor, now: datetime, code: str = DISTRICT) -> Job | None:
    """Apply a year's announced days; the job that moves the open clocks, None where they were few and have moved.

    The days count from the commit on, whatever becomes of the job: no clock fires by yesterday's calendar.
    """
    with transaction.atomic(durable=True):
        _write(change, by, now, code)
        # The new revision has left every open limit behind: how many there are.
        if followers.behind(code) > AT_ONCE:
            title = f"按 {change.year} 年放假安排调整时限"
            return jobs.create(kind=FOLLOW_JOB, title=title, params={"code": code}, by=by, now=now)
    followers.follow(code, by, now)
    return None


def follow_all(job: Job, progress: Progress, now: datetime) -> Outcome:
    """A job's work: move every open limit that is behind its calendar. Harmless to repeat."""
    code, by = str(job.params["code"]), registry.actor_of(job, now)
    left = followers.behind(code)
    progress.expect(left)
    moved = 0
    while left:
        moved += followers.follow(code, by, now)
        before, left = left, followers.behind(code)
        # What somebody holds at this moment, or cannot be moved, is the next sweep's.
        if left >= before:
            break
        progress.advance(before - left)
    rest = f"，另有 {left:,} 个由系统随后调整" if left else ""
    return Outcome(f"{moved:,} 个未办结的时限已调整{rest}，每一项都已记入办理过程。", {"moved": moved, "left": left})


def _write(change: Change, by: Actor, now: datetime, code: str) -> None:
    """Check, lock, write and record, inside the caller's transaction."""
    if by.role != Role.DISTRICT_CENTRE and not by.is_platform:
        raise NotAllowed("只有区网格中心可以修改工作日历，请联系区网格中心办理")
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
