"""How late a card is on an ordinary day: 200,000 open clocks of appeals, ten limits passing each second, nobody killed.

    .venv/bin/python -m bench.late [--open 200000] [--each-second 10] [--seconds 120]

The appeals' own handler does the work, in two Celery workers driven by a beat. DATABASE_URL and REDIS_URL name the
servers; it makes and drops a database of its own, and empties the broker's before and after.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from appeals import clocks
from bench.outage import appeals
from governance.celery import app
from governance.deadlines import services
from governance.deadlines.models import Clock, Firing
from governance.deadlines.services import ClockSpec, policy_version_at
from governance.deadlines.terms import Span, Term, Unit
from tests.deadlines.processes import processes, until

MINUTES = 5 * 24 * 60
# A cold start of the workers is not what is measured.
AHEAD = timedelta(seconds=60)
MOST_SECONDS = 60


def start_clocks(now: datetime, total: int, each_second: int, seconds: int) -> int:
    """Clocks for so many appeals; those whose limits pass while it is measured."""
    version = policy_version_at("ordinary", now)
    rows = appeals(total, now)
    passing = each_second * seconds
    first = now + AHEAD - timedelta(minutes=MINUTES)
    # The rest is spread over days to come.
    starts = [first + timedelta(seconds=number / each_second) for number in range(passing)]
    starts += [now - timedelta(seconds=number % 345_600) for number in range(total - passing)]
    services.start_many(
        [
            ClockSpec(
                subject_type=clocks.SUBJECT, subject_id=row.pk, kind=clocks.RESOLVE, started_at=begun,
                term=Term(Span(MINUTES, Unit.NATURAL_MINUTES)), unit_id=row.lead_unit_id or 0,
                policy_version_id=version.pk,
            )
            for row, begun in zip(rows, starts, strict=True)
        ],
        now,
    )  # fmt: skip
    return passing


def measure(passing: int, before: int) -> float:
    """Print how late the cards were; the 99th percentile, in seconds."""
    with processes() as group:
        group.beat()
        group.worker("worker1")
        group.worker("worker2")
        until(lambda: Firing.objects.count() - before >= passing, group, 1800)
    late = sorted(
        (recorded - due).total_seconds()
        for due, recorded in Firing.objects.order_by("-pk").values_list("due_at", "recorded_at")[:passing]
    )
    middle, nearly, most = late[len(late) // 2], late[int(len(late) * 0.99)], late[-1]
    print(f"  {passing:,} cards late by {middle:.1f} s (median), {nearly:.1f} s (99 %), {most:.1f} s (most)")
    return nearly


def main() -> int:
    """The figures; 1 when the 99th percentile is a minute or more."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open", type=int, default=200_000)
    parser.add_argument("--each-second", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=120)
    options = parser.parse_args()
    old = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"{old}_bench_late"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        call_command("seed_demo", appeals=200, households=1, verbosity=0)
        app.control.purge()
        now = timezone.now() + timedelta(seconds=options.open / 1000)
        services.sweep(timezone.now())
        passing = start_clocks(now, options.open, options.each_second, options.seconds)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        running = Clock.objects.filter(state=Clock.RUNNING).count()
        print(f"  {running:,} open clocks; {options.each_second} limits pass each second")
        return int(measure(passing, Firing.objects.count()) >= MOST_SECONDS)
    finally:
        app.control.purge()
        connection.creation.destroy_test_db(old, verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
