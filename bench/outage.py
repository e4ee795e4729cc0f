"""An outage of 72 hours: 10,000 appeals whose limits have passed meanwhile, carried out by workers that start cold.

    .venv/bin/python -m bench.outage [--appeals 10000] [--profile]

The appeals' own handler does the work: card, history, audit, ladder, reminders. DATABASE_URL and REDIS_URL name the
servers; it makes and drops a database of its own, and empties the broker's before and after. `--profile` runs one sweep
over a tenth of them in this process instead, and prints where the time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import sys
import time
import uuid
from datetime import datetime, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.demo import USERNAMES
from accounts.models import User
from appeals import clocks
from appeals.models import Appeal, Assignment
from governance.calendars.loading import working_calendar
from governance.celery import app
from governance.deadlines import services
from governance.deadlines.models import Clock, Firing
from governance.deadlines.services import ClockSpec, policy_version_at
from governance.deadlines.sweeping import sweep
from governance.deadlines.terms import Terms
from governance.outbox import gathering
from governance.outbox.models import InboxItem, Reminder
from governance.scope import Role
from grids.models import Unit
from tests.deadlines.processes import processes, until

OUTAGE = timedelta(hours=72)
MOST_SECONDS = 300


def appeals(count: int, now: datetime) -> list[Appeal]:
    """Appeals in progress at communities all over the district, just as hand-overs leave them."""
    version = policy_version_at("ordinary", now)
    user = User.objects.get(username=USERNAMES[Role.STREET_STAFF])
    grids = list(Unit.objects.filter(kind="grid").select_related("parent").order_by("pk"))
    rows = []
    for number in range(count):
        grid = grids[number % len(grids)]
        rows.append(Appeal(
            number=f"MH20000101-{number:05}", query_code="000000", channel="grid", title=f"停机期间的工单 {number}",
            content="停机期间到期的工单。", state="in_progress", seal_key=uuid.uuid4(), district_id=grid.district_id,
            street_id=grid.street_id, community_id=grid.community_id, grid_id=grid.pk, desk_unit_id=grid.street_id,
            lead_unit_id=grid.community_id, registered_by_user=user.pk, registered_by_unit_id=grid.street_id,
            registered_by_name=user.name, raised_at=now - OUTAGE, registered_at=now - OUTAGE, changed_at=now - OUTAGE,
            first_dispatched_at=now - OUTAGE, policy_version=version, clock_kind=clocks.RESOLVE,
        ))  # fmt: skip
    made = Appeal.objects.bulk_create(rows, batch_size=1000)
    Assignment.objects.bulk_create(
        (
            Assignment(
                appeal=row, unit_id=row.lead_unit_id, part=Assignment.LEAD, given_by_unit_id=row.desk_unit_id,
                given_by_user=user.pk, given_at=now - OUTAGE, send_back_until=now - OUTAGE, accepted_at=now - OUTAGE,
            )
            for row in made
        ),
        batch_size=1000,
    )  # fmt: skip
    return made


def start_clocks(rows: list[Appeal], now: datetime) -> None:
    """Their limits end one after the other within the hours of the outage that are worked."""
    version = policy_version_at("ordinary", now)
    term = Terms.parse(version.terms)[clocks.RESOLVE]
    calendar = working_calendar()
    first, last = (calendar.add_working_days(moment, -term.amount) for moment in (now - OUTAGE, now))
    step = (last - first - timedelta(minutes=1)) / len(rows)
    services.start_many(
        [
            ClockSpec(
                subject_type=clocks.SUBJECT, subject_id=row.pk, kind=clocks.RESOLVE, term=term,
                unit_id=row.lead_unit_id or 0, started_at=first + step * number, policy_version_id=version.pk,
            )
            for number, row in enumerate(rows)
        ],
        now,
    )  # fmt: skip


def due(now: datetime) -> int:
    """How many steps have passed their moment."""
    rows = Clock.objects.filter(next_fire_at__lt=now).values_list("steps", "next_step")
    return sum(datetime.fromisoformat(one["at"]) < now for steps, at in rows.iterator() for one in steps[at:])


def scalar(statement: str) -> int:
    """One number from the database."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0] or 0)


_WRONG_ORDER = """
SELECT count(*) FROM (
  SELECT due_at, lag(due_at) OVER (PARTITION BY clock_id ORDER BY id) AS before FROM deadlines_firing
) x WHERE before > due_at
"""
_MOST_MESSAGES = """
SELECT max(n) FROM (
  SELECT count(DISTINCT item_id) AS n FROM outbox_reminder WHERE item_id IS NOT NULL GROUP BY user_id
) x
"""
_ENTRIES = "SELECT count(*) FROM appeals_appealentry WHERE kind IN ('card_soon', 'card_over') AND at >= %s"


def run(count: int, before: int) -> bool:
    """Two workers and a beat from a cold start; whether all was done in time, once and in order."""
    total = due(timezone.now()) + before
    begun, moment = time.perf_counter(), timezone.now()
    with processes() as group:
        group.beat()
        group.worker("worker1")
        group.worker("worker2")
        until(lambda: Firing.objects.count() >= total, group, 1800)
    seconds = time.perf_counter() - begun
    fired = Firing.objects.count() - before
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [moment])
        entries = cursor.fetchone()[0]
    wrong = scalar(_WRONG_ORDER)
    rate = fired / seconds
    print(f"  {count:,} appeals overdue, {fired:,} steps in {seconds:.0f} s from a cold start, {rate:.0f} a second")
    stuck = Clock.objects.filter(failures__gt=0).count()
    print(f"  out of order: {wrong}; entries in the history: {entries:,}; stuck: {stuck}")
    tell(moment)
    return seconds <= MOST_SECONDS and not wrong and entries == fired


def tell(moment: datetime) -> None:
    """What the people get: the reminders of the outage, gathered at the next opening."""
    waiting = Reminder.objects.filter(created_at__gte=moment)
    people = waiting.values("user_id").distinct().count()
    opening = working_calendar().next_working(timezone.now()) + timedelta(minutes=1)
    gathering.gather(now=opening)
    items = InboxItem.objects.filter(reminders__in=waiting).distinct()
    most = scalar(_MOST_MESSAGES)
    found = items.count()
    print(f"  {waiting.count():,} reminders for {people:,} people came as {found:,} messages, {most} to one at most")


def profiled(rows: int) -> None:
    """One sweep in this process, and where its time went."""
    profile = cProfile.Profile()
    begun = time.perf_counter()
    profile.enable()
    fired = sweep(timezone.now()).fired
    profile.disable()
    print(f"  {rows} appeals, {fired} steps, {fired / (time.perf_counter() - begun):.0f} a second under the profiler")
    pstats.Stats(profile).sort_stats("cumulative").print_stats(60)


def main() -> int:
    """The figures; 1 when it took longer than five minutes, or something is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--appeals", type=int, default=10_000)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    old = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"{old}_bench_outage"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        call_command("seed_demo", appeals=200, households=1, verbosity=0)
        app.control.purge()
        sweep(timezone.now())
        now, count = timezone.now(), options.appeals // (10 if options.profile else 1)
        start_clocks(appeals(count, now), now)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        if options.profile:
            profiled(count)
            return 0
        return int(not run(count, Firing.objects.count()))
    finally:
        app.control.purge()
        connection.creation.destroy_test_db(old, verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
