"""Real Celery workers and beats, killed in the middle of their work: every step exactly once, in order."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from governance.celery import app
from governance.deadlines import services
from governance.deadlines.models import Clock, Firing
from tests.deadlines.plant import BLOCKING, GATE, SUBJECT, TERM, add_subjects, cards
from tests.deadlines.processes import processes, until

pytestmark = pytest.mark.celery
COUNT = 2000
YELLOW_AND_RED = replace(TERM, ladder=())
ACTIONS = ["yellow", "red"]


def scalar(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]


def drawn():
    return scalar("SELECT count(*) FROM plant_card")


def blocked_at_the_gate():
    return scalar("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted", GATE)


@pytest.fixture
def run_out(committed_plant):
    """2,000 clocks that all ran out long ago, each with two steps due; in the middle one that blocks at the gate."""
    ids = [*add_subjects(COUNT // 2), *add_subjects(1, BLOCKING), *add_subjects(COUNT // 2 - 1)]
    started = timezone.now() - timedelta(days=60)
    specs = [
        services.ClockSpec(
            subject_type=SUBJECT, subject_id=pk, kind="resolve", term=YELLOW_AND_RED, unit_id=1,
            started_at=started + timedelta(seconds=number),
        )
        for number, pk in enumerate(ids)
    ]  # fmt: skip
    services.start_many(specs, timezone.now())
    app.control.purge()
    return ids


def test_workers_and_beats_killed_at_any_moment_lose_and_repeat_nothing(run_out):
    with processes() as group, connection.cursor() as gate:
        gate.execute("SELECT pg_advisory_lock(%s)", [GATE])
        group.beat("beat1")
        group.beat("beat2")  # a second beat changes nothing
        group.worker("worker1")
        until(blocked_at_the_gate, group)
        # worker1 is inside a transaction with steps written and not committed.
        before = drawn()
        group.kill("worker1")
        gate.execute("SELECT pg_advisory_unlock(%s)", [GATE])
        assert 0 < before < COUNT * len(ACTIONS)
        assert drawn() == Firing.objects.count() == before

        group.worker("worker2")
        group.worker("worker3")
        for number, victim in enumerate(("worker2", "beat1"), start=1):
            enough = before + number * 400
            until(lambda enough=enough: drawn() >= enough, group)
            group.kill(victim)
            app.control.purge()  # an emptied broker changes nothing either
        until(lambda: drawn() >= COUNT * len(ACTIONS), group)
    by_subject = defaultdict(list)
    for subject, action in cards():
        by_subject[subject].append(action)
    assert dict(by_subject) == dict.fromkeys(run_out, ACTIONS)
    assert Firing.objects.count() == COUNT * len(ACTIONS)
    assert not Clock.objects.exclude(next_fire_at=None).exists()
    assert scalar("SELECT count(DISTINCT process) FROM plant_card") >= 2
