"""Clocks follow their calendar: a clock whose revision is behind is moved before anything else happens to it.

The editor's service calls `recalculate_for_calendar` after its own commit; whatever that leaves (a killed process,
a clock started in the same moment with the calendar of before) the sweep finds by its revision.
"""

from __future__ import annotations

import heapq
import logging
from datetime import datetime
from itertools import groupby

from django.db import transaction

from governance.calendars.followers import Effect, Moved
from governance.calendars.loading import Loaded, load
from governance.calendars.worktime import WorkCalendar
from governance.deadlines import moving, timing
from governance.deadlines.models import Clock
from governance.deadlines.registry import handler_for
from governance.scope import Actor

logger = logging.getLogger(__name__)
BATCH = 200
# A person who saves a change waits for so many clocks at most; the sweeps move the rest.
FOLLOW_AT_ONCE = 2000
EXAMPLES = 10


def bring_up_to_date(clock: Clock, calendar: Loaded, now: datetime) -> bool:
    """Move one locked, open clock to the calendar as it stands; whether its limit moved. The clock is saved."""
    if clock.calendar_revision == calendar.revision:
        return False
    old = clock.due_at
    if clock.state == Clock.PAUSED:
        # What is left is kept in seconds, and meets the calendar on resuming.
        clock.calendar_revision = calendar.revision
        clock.save(update_fields=["calendar_revision"])
        return False
    new = followed_due(clock, calendar, now)
    moving.place(clock, new, calendar, now, rearm=new > old)
    clock.save(update_fields=moving.FIELDS)
    if new == old:
        return False
    handler_for(clock.subject_type).on_moved(clock, old, new, now)
    return True


def followed_due(clock: Clock, calendar: Loaded, now: datetime) -> datetime:
    """Where the limit moves to. Nobody is made late after the fact: a limit that still lies ahead moves to now at
    the earliest, and one that was missed either lies ahead again or stays."""
    return not_late_after_the_fact(clock, moving.due_of(clock, calendar), now)


def not_late_after_the_fact(clock: Clock, new: datetime, now: datetime) -> datetime:
    """The limit that is set when `new` is what counting gives; see `followed_due`."""
    if new > now:
        return new
    return timing.whole_second(now) if clock.due_at > now else clock.due_at


def recalculate_for_calendar(
    code: str, by: Actor, now: datetime, *, limit: int | None = None, skip_locked: bool = False
) -> int:
    """Move the open clocks of a calendar that are behind it, in transactions of their own; how many limits moved.

    At most `limit` clocks are looked at. A clock that cannot be moved is logged, and stays for the next sweep.
    """
    moved = seen = last = 0
    while limit is None or seen < limit:
        calendar = load(code)
        behind = Clock.objects.filter(calendar_code=code, state__in=Clock.OPEN, pk__gt=last)
        behind = behind.exclude(calendar_revision=calendar.revision).order_by("pk")
        rows = list(behind.values_list("subject_type", "subject_id", "pk")[:BATCH])
        if not rows:
            break
        seen, last = seen + len(rows), rows[-1][2]
        for subject_type, group in groupby(sorted(rows), key=lambda row: row[0]):
            moved += _move_batch(subject_type, {row[1] for row in group}, calendar, now, skip_locked)
    if moved:
        logger.info("calendar %s: %d limits moved for %s", code, moved, by.user_name)
    return moved


def _move_batch(subject_type: str, subject_ids: set[int], calendar: Loaded, now: datetime, skip_locked: bool) -> int:
    with transaction.atomic(durable=True):
        held = handler_for(subject_type).lock(sorted(subject_ids), skip_locked=skip_locked)
        clocks = Clock.objects.filter(subject_type=subject_type, subject_id__in=held, state__in=Clock.OPEN)
        clocks = clocks.exclude(calendar_revision=calendar.revision)
        return sum(_move(clock, calendar, now) for clock in clocks.select_for_update(no_key=True).order_by("pk"))


def _move(clock: Clock, calendar: Loaded, now: datetime) -> bool:
    try:
        with transaction.atomic():
            return bring_up_to_date(clock, calendar, now)
    except Exception:  # one clock must not hold up the others
        logger.exception("clock %d cannot follow its calendar", clock.pk)
        return False


def follow(code: str, by: Actor, now: datetime) -> int:
    """Move what can be moved while a person waits; how many limits moved."""
    return recalculate_for_calendar(code, by, now, limit=FOLLOW_AT_ONCE, skip_locked=True)


def behind(code: str) -> int:
    """How many open clocks have not followed their calendar yet."""
    waiting = Clock.objects.filter(calendar_code=code, state__in=Clock.OPEN)
    return waiting.exclude(calendar_revision=load(code).revision).count()


def preview(code: str, changed: WorkCalendar, now: datetime) -> Effect:
    """What `recalculate_for_calendar` would do if the calendar were `changed`; nothing is written."""
    calendar = Loaded(-1, changed)
    count = later = earlier = over = 0
    examples: list[tuple[float, int, Moved]] = []
    clocks = Clock.objects.filter(calendar_code=code, state=Clock.RUNNING).order_by("due_at", "pk")
    for clock in clocks.iterator(chunk_size=2000):
        count += 1
        new = followed_due(clock, calendar, now)
        later, earlier = later + (new > clock.due_at), earlier + (new < clock.due_at)
        over += clock.due_at > now >= new
        if new != clock.due_at:
            moved = Moved(clock.subject_type, clock.subject_id, clock.kind, clock.due_at, new)
            # Those that move the most; of equals those that are due first, which come first here.
            item = (abs((new - clock.due_at).total_seconds()), -count, moved)
            (heapq.heappush if len(examples) < EXAMPLES else heapq.heappushpop)(examples, item)
    return Effect(count, later, earlier, over, tuple(moved for *_, moved in sorted(examples, reverse=True)))
