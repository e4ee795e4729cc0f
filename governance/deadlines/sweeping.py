"""The sweep: finds the clocks whose moment has come and carries out their steps, once, in order, whatever happens.

Lock order: the subject, then its clocks by primary key (registry.Handler says why). What another worker or a person
holds is skipped, never waited for: the next sweep, seconds later, finds it again. A step, the clock's advance and all
that the handler writes are one transaction, so a worker killed at any moment loses nothing and repeats nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import Q, QuerySet

from governance.calendars.loading import Loaded, load
from governance.calendars.models import Calendar
from governance.deadlines.firing import carry_out_due
from governance.deadlines.following import FOLLOW_AT_ONCE, bring_up_to_date, recalculate_for_calendar
from governance.deadlines.models import Clock
from governance.deadlines.registry import handler_for
from governance.scope import PLATFORM

logger = logging.getLogger(__name__)
BATCH = 100
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
Place = tuple[datetime, int]


@dataclass(slots=True)
class Swept:
    """What a sweep did: steps carried out, subjects that failed, limits moved with their calendar."""

    fired: int = 0
    failed: int = 0
    moved: int = 0


def sweep(
    now: datetime,
    *,
    batch: int = BATCH,
    tick: Callable[[], datetime] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Swept:
    """Carry out all that is due, until nothing is or `stop()` says so.

    `tick` gives a fresh moment for each batch, so that what is recorded is when it happened; without it `now` stays.
    """
    swept = Swept(moved=_follow_calendars(now))
    while not stop():
        fired = _pass(swept, tick or (lambda: now), batch, stop)
        if not fired:
            break
    return swept


def _follow_calendars(now: datetime) -> int:
    codes = Calendar.objects.values_list("code", flat=True).order_by("code")
    return sum(
        recalculate_for_calendar(code, PLATFORM, now, limit=FOLLOW_AT_ONCE, skip_locked=True) for code in list(codes)
    )


def _pass(swept: Swept, tick: Callable[[], datetime], batch: int, stop: Callable[[], bool]) -> int:
    """Go once through what is due, earliest first; the number of steps carried out."""
    fired, place = 0, None
    while not stop():
        now = tick()
        rows = _due_after(place, now, batch)
        if not rows:
            break
        place = rows[-1][0], rows[-1][1]
        for subject_type, group in groupby(rows, key=lambda row: row[2]):
            done, failed = _sweep_subjects(subject_type, list(dict.fromkeys(row[3] for row in group)), now)
            fired, swept.fired, swept.failed = fired + done, swept.fired + done, swept.failed + failed
    return fired


def _due(now: datetime) -> QuerySet[Clock]:
    return Clock.objects.filter(next_fire_at__lt=now).filter(Q(retry_at=None) | Q(retry_at__lte=now))


def _due_after(place: Place | None, now: datetime, batch: int) -> list[tuple[datetime, int, str, int]]:
    due = _due(now)
    if place:
        at, pk = place
        due = due.filter(next_fire_at__gte=at).exclude(next_fire_at=at, pk__lte=pk)
    rows = due.order_by("next_fire_at", "pk").values_list("next_fire_at", "pk", "subject_type", "subject_id")[:batch]
    return [(at, pk, subject_type, subject_id) for at, pk, subject_type, subject_id in rows if at is not None]


def _sweep_subjects(subject_type: str, subject_ids: list[int], now: datetime) -> tuple[int, int]:
    """One transaction for these subjects; (steps carried out, subjects failed). Should the transaction itself fail,
    each subject gets one of its own, so that it is known which is at fault."""
    try:
        return _in_one_transaction(subject_type, subject_ids, now)
    except Exception as error:  # whatever went wrong must not hold up other subjects
        if len(subject_ids) == 1:
            _note_failures(subject_type, {subject_ids[0]: error}, now)
            return 0, 1
    results = [_sweep_subjects(subject_type, [subject_id], now) for subject_id in subject_ids]
    return sum(done for done, _ in results), sum(failed for _, failed in results)


def _in_one_transaction(subject_type: str, subject_ids: list[int], now: datetime) -> tuple[int, int]:
    fired, failures = 0, {}
    calendars: dict[str, Loaded] = {}
    with transaction.atomic(durable=True):
        for subject_id, clocks in _held(subject_type, subject_ids, now).items():
            try:
                with transaction.atomic():
                    fired += _sweep_subject(clocks, calendars, now)
            except Exception as error:  # the savepoint is undone, the other subjects go on
                failures[subject_id] = error
    _note_failures(subject_type, failures, now)
    return fired, len(failures)


def _held(subject_type: str, subject_ids: list[int], now: datetime) -> dict[int, list[Clock]]:
    """The due clocks of the subjects that could be locked, re-read under the lock, by subject in the given order."""
    held = set(handler_for(subject_type).lock(sorted(subject_ids), skip_locked=True))
    due = _due(now).filter(subject_type=subject_type, subject_id__in=held).order_by("pk")
    by_subject: dict[int, list[Clock]] = {subject_id: [] for subject_id in subject_ids}
    for clock in due.select_for_update(no_key=True, skip_locked=True):
        by_subject[clock.subject_id].append(clock)
    return by_subject


def _sweep_subject(clocks: list[Clock], calendars: dict[str, Loaded], now: datetime) -> int:
    for clock in clocks:
        code = clock.calendar_code
        if code not in calendars:
            calendars[code] = load(code)
        bring_up_to_date(clock, calendars[code], now)
    return carry_out_due(clocks, now, guarded=False)


def _note_failures(subject_type: str, failures: dict[int, Exception], now: datetime) -> None:
    """Make the failure visible on the clocks, and let them wait longer each time before the next try."""
    for subject_id, error in failures.items():
        logger.error("clocks of %s %d failed", subject_type, subject_id, exc_info=error)
        due = _due(now).filter(subject_type=subject_type, subject_id=subject_id)
        _back_off(due.order_by("pk"), f"{type(error).__name__}: {error}"[:500], now)


def _back_off(clocks: Iterable[Clock], words: str, now: datetime) -> None:
    for clock in clocks:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(clock.failures, 10))
        Clock.objects.filter(pk=clock.pk).update(failures=clock.failures + 1, last_error=words, retry_at=now + wait)
