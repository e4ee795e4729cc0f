"""What the clocks promise, held against violence: two beats, four sweepers, kill -9 by the hundred.

    make chaos [CLOCKS=20000] [KILLS=200]

Three runs, each on servers of its own under var/chaos (PostgreSQL with fsync on): workers killed at random while the
limits run out; the same with the broker emptied in the middle; the same with PostgreSQL killed twice. Prints what was
due, recorded, missed and done twice; exits with 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
VAR = BASE / "var" / "chaos"
os.environ["VAR_DIR"] = str(VAR)
for name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(name, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
os.environ.setdefault("LOG_LEVEL", "CRITICAL")

import django

django.setup()

import redis
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines import services
from governance.deadlines.terms import Mark, Span, Term, Unit
from governance.embedded import servers
from governance.embedded.postgres import Postgres
from tests.deadlines.plant import SUBJECT, add_subjects, make_tables
from tests.deadlines.processes import Processes, processes

ONE_MINUTE = Span(1, Unit.NATURAL_MINUTES)
TERM = Term(ONE_MINUTE, ladder=(Mark(ONE_MINUTE, "escalate_secretary"),))
ACTIONS = ["red", "escalate_secretary"]
WORKERS, BEATS = ("worker1", "worker2", "worker3", "worker4"), ("beat1", "beat2")
# A killed worker is back after some seconds; so far apart the kills find others at work.
BETWEEN_KILLS = 1.2
PATIENCE = 900

Blow = Callable[[list[object]], None]


def rows(statement: str) -> list[tuple[object, ...]]:
    """What a statement gives; again after a moment while the database is down."""
    for attempt in range(120):
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall())
        except OperationalError:
            connection.close()
            threading.Event().wait(0.5)
            if attempt == 119:
                raise
    return []


def scalar(statement: str) -> int:
    """One number."""
    return int(rows(statement)[0][0] or 0)  # type: ignore[call-overload]


def fresh(clocks: int, spread: timedelta) -> None:
    """Empty tables, and clocks whose limits pass one after the other, from the time on that workers need to start."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; TRUNCATE deadlines_clock, deadlines_firing CASCADE;")
        cursor.execute("SET session_replication_role = origin; DELETE FROM deadlines_sweepmark")
    make_tables()
    now = timezone.now()
    # Half of the limits have passed when the first worker is up: a backlog to begin with, then a steady flow.
    first = now - timedelta(minutes=1) - spread / 2
    specs = [
        services.ClockSpec(
            subject_type=SUBJECT, subject_id=pk, kind="resolve", term=TERM, unit_id=1,
            started_at=min(now, first + spread * number / clocks),
        )
        for number, pk in enumerate(add_subjects(clocks))
    ]  # fmt: skip
    services.start_many(specs, now)


def run(title: str, clocks: int, kills: int, blows: dict[float, Blow], running: list[object]) -> bool:
    """One run; whether every step was recorded exactly once, in order."""
    total = clocks * len(ACTIONS)
    fresh(clocks, timedelta(seconds=kills * BETWEEN_KILLS / 2))
    begun = time.perf_counter()
    with processes() as group:
        for worker in WORKERS:
            group.worker(worker)
        for beat in BEATS:
            group.beat(beat)
        killed = _hit(group, kills, blows, running)
        _until_done(total, group)
        seconds = time.perf_counter() - begun
    return _report(title, total, killed, seconds)


def _hit(group: Processes, kills: int, blows: dict[float, Blow], running: list[object]) -> int:
    """Kill one worker after the other, a beat now and then, and start it again; the blows in between."""
    due = sorted(blows)
    pause = threading.Event()
    for number in range(kills):
        while due and number >= due[0] * kills:
            blows[due.pop(0)](running)
        pause.wait(BETWEEN_KILLS)
        victim = random.choice(WORKERS)
        group.kill(victim)
        group.worker(victim)
        if number % 20 == 10:
            beat = random.choice(BEATS)
            group.kill(beat)
            group.beat(beat)
    return kills


def _until_done(total: int, group: Processes) -> None:
    pause = threading.Event()
    for _ in range(PATIENCE):
        if scalar("SELECT count(*) FROM deadlines_firing") >= total:
            return
        pause.wait(1)
    print(group.logs()[-3000:], file=sys.stderr)


def _report(title: str, total: int, killed: int, seconds: float) -> bool:
    recorded = scalar("SELECT count(*) FROM plant_card")
    twice = scalar("SELECT count(*) FROM (SELECT 1 FROM plant_card GROUP BY clock_id, action HAVING count(*) > 1) x")
    missed = total - scalar("SELECT count(*) FROM (SELECT DISTINCT clock_id, action FROM plant_card) x")
    disorder = scalar(
        "SELECT count(*) FROM plant_card a JOIN plant_card b USING (clock_id)"
        " WHERE a.action = 'red' AND b.action = 'escalate_secretary' AND a.id > b.id"
    )
    firings = scalar("SELECT count(*) FROM deadlines_firing")
    late = sorted(
        float(row[0])  # type: ignore[arg-type]
        for row in rows("SELECT extract(epoch FROM recorded_at - due_at) FROM plant_card")
    )
    print(
        f"{title}: {killed} kills in {seconds:.0f} s; {total} steps due, {recorded} recorded ({firings} firings),"
        f" {missed} missed, {twice} twice, {disorder} out of order;"
        f" late by {statistics.median(late):.1f} s in the middle, {late[int(len(late) * 0.99)]:.1f} s at the 99th"
        f" percentile, {late[-1]:.1f} s at most",
        flush=True,
    )
    return recorded == firings == total and missed == twice == disorder == 0


def empty_broker(running: list[object]) -> None:
    """Everything that the broker holds is gone."""
    redis.Redis.from_url(settings.REDIS_URL).flushall()
    print("  (broker emptied)", flush=True)


def kill_postgres(running: list[object]) -> None:
    """kill -9 to the postmaster and all its children; then it is started again, and recovers from its log."""
    server = next(one for one in running if isinstance(one, Postgres))
    connection.close()
    os.kill(server.pid() or 0, signal.SIGKILL)
    begun = time.perf_counter()
    server.start()
    print(f"  (PostgreSQL killed, back after {time.perf_counter() - begun:.1f} s)", flush=True)


def _servers() -> Iterator[list[object]]:
    running = list(servers.start(VAR, durable=True))
    try:
        yield list(running)
    finally:
        connection.close()
        servers.remove(VAR)


def main() -> int:
    """All three runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clocks", type=int, default=20_000, help="how many clocks, of two steps each")
    parser.add_argument("--kills", type=int, default=200, help="how many workers are killed in each run")
    parser.add_argument("--seed", type=int, default=1, help="of the choice whom to kill")
    options = parser.parse_args()
    random.seed(options.seed)
    for running in _servers():
        call_command("migrate", verbosity=0)
        ensure_default_calendar()
        print(f"{options.clocks} clocks, {len(WORKERS)} workers, {len(BEATS)} beats", flush=True)
        good = [
            run(title, options.clocks, options.kills, blows, running)
            for title, blows in (
                ("workers killed", {}),
                ("broker emptied in the middle", {0.5: empty_broker}),
                ("PostgreSQL killed twice", {0.33: kill_postgres, 0.66: kill_postgres}),
            )
        ]
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
