"""How fast clocks are enforced, and how late, while workers are killed. Makes and drops a database of its own.

    .venv/bin/python -m bench.clocks [--kills 6] [--clocks 2000 20000]

DATABASE_URL and REDIS_URL name the servers; the broker's database is emptied before and after.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

django.setup()

from django.db import connection
from django.utils import timezone

from governance.calendars.defaults import ensure_default_calendar
from governance.celery import app
from governance.deadlines import services
from governance.deadlines.models import Clock, Firing
from governance.deadlines.sweeping import sweep
from governance.deadlines.terms import Mark, Span, Term, Unit
from tests.deadlines.plant import SUBJECT, TERM, add_subjects, make_tables
from tests.deadlines.processes import processes, until

YELLOW_AND_RED = replace(TERM, ladder=())
STEPS = 2
ONE_MINUTE = Term(Span(1, Unit.NATURAL_MINUTES), warnings=(Mark(Span(1, Unit.NATURAL_MINUTES), "yellow"),))


def scalar(statement: str) -> float:
    """One number from the database."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return float(cursor.fetchone()[0] or 0)


def cards() -> int:
    """How many cards are drawn."""
    return int(scalar("SELECT count(*) FROM plant_card"))


def start_clocks(count: int, term: Term, spread: timedelta, ago: timedelta) -> None:
    """Clocks whose starts lie `ago`, spread evenly over a span."""
    now = timezone.now()
    specs = [
        services.ClockSpec(
            subject_type=SUBJECT, subject_id=pk, kind="resolve", term=term, unit_id=1,
            started_at=now - ago + spread * number / count,
        )
        for number, pk in enumerate(add_subjects(count))
    ]  # fmt: skip
    begun = time.perf_counter()
    services.start_many(specs, now)
    print(f"  {count:>6} clocks started in {time.perf_counter() - begun:.2f} s")


def fresh() -> None:
    """Empty tables, an empty broker."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; TRUNCATE deadlines_clock, deadlines_firing;")
        cursor.execute("SET session_replication_role = origin")
    make_tables()
    app.control.purge()


def check(expected: int) -> str:
    """Every step exactly once, or how far off."""
    repeated = scalar("SELECT count(*) FROM (SELECT 1 FROM plant_card GROUP BY clock_id, action HAVING count(*) > 1) x")
    exact = cards() == Firing.objects.count() == expected and not repeated
    return "every step exactly once" if exact else f"WRONG: {cards()} of {expected} cards, {repeated:.0f} repeated"


def one_process(count: int) -> None:
    """A backlog of two steps a clock, one process, nobody killed."""
    fresh()
    start_clocks(count, YELLOW_AND_RED, timedelta(hours=1), timedelta(days=60))
    begun = time.perf_counter()
    fired = sweep(timezone.now(), tick=timezone.now).fired
    seconds = time.perf_counter() - begun
    print(f"  one process: {fired} cards in {seconds:.1f} s, {fired / seconds:.0f} a second; {check(count * STEPS)}")


def with_kills(count: int, kills: int) -> None:
    """The same backlog, two workers and a beat, one of them killed and started again at random progress."""
    fresh()
    start_clocks(count, YELLOW_AND_RED, timedelta(hours=1), timedelta(days=60))
    total = count * STEPS
    moments = sorted(random.sample(range(1, total), kills))
    with processes() as group:
        begun = time.perf_counter()
        start_all(group)
        for moment in moments:
            until(lambda moment=moment: cards() >= moment, group, 300)
            kill_one(group)
        until(lambda: cards() >= total, group, 600)
        seconds = time.perf_counter() - begun
    print(f"  workers and beat, {kills} kills: {total} cards in {seconds:.1f} s from a cold start; {check(total)}")


def running_out(count: int, kills: int) -> None:
    """Limits that pass one after the other within 40 seconds, meanwhile a kill every 6: how late is a card?"""
    fresh()
    # Due from 15 seconds from now (a cold start takes some) to 55.
    start_clocks(count, ONE_MINUTE, timedelta(seconds=40), timedelta(seconds=45))
    with processes() as group:
        start_all(group)
        pause = threading.Event()
        for _ in range(kills):
            pause.wait(6)
            kill_one(group)
        until(lambda: cards() >= count, group, 120)
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM recorded_at - due_at) FROM plant_card")
        late = sorted(float(row[0]) for row in cursor.fetchall())
    print(
        f"  running out over 40 s, {kills} kills: late by {statistics.median(late):.1f} s in the middle,"
        f" {late[int(len(late) * 0.99)]:.1f} s at the 99th percentile, {late[-1]:.1f} s at most; {check(count)}"
    )


def start_all(group) -> None:
    """Two workers and a beat."""
    group.beat()
    group.worker("worker1")
    group.worker("worker2")


def kill_one(group) -> None:
    """SIGKILL to one of them at random, and a new one in its place."""
    victim = random.choice(sorted(group.running))
    group.kill(victim)
    (group.beat if victim == "beat" else group.worker)(victim)


def main() -> int:
    """All figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clocks", type=int, nargs="+", default=[2_000, 20_000], help="how many clocks")
    parser.add_argument("--kills", type=int, default=6, help="how many processes are killed in each run")
    parser.add_argument("--seed", type=int, default=1, help="of the choice whom to kill, and when")
    options = parser.parse_args()
    random.seed(options.seed)
    old = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"{old}_bench_clocks"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        ensure_default_calendar()
        for count in options.clocks:
            print(f"{count} clocks")
            one_process(count)
            with_kills(count, options.kills)
        print("lateness")
        running_out(options.clocks[0], options.kills)
        wrong = Clock.objects.exclude(next_fire_at=None).exists()
    finally:
        app.control.purge()
        connection.creation.destroy_test_db(old, verbosity=0)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
