"""A thousand times a person and the sweep at one limit, with real threads: always one outcome, and one that fits.

test_races.py shows the harm without the lock.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict

import pytest
from django.db import transaction

from governance.deadlines import services
from governance.deadlines.models import Clock, Firing
from governance.deadlines.sweeping import sweep
from governance.deadlines.terms import Span, Unit
from tests.deadlines.plant import add_subjects, cards, change, start
from tests.deadlines.test_races import DUE, LATE, ONLY_RED, Thread

RACES = 1000
WEEK = Span(5, Unit.WORKING_DAYS)


@pytest.fixture
def race(committed_plant):
    """`race(act)`: each of a thousand subjects is acted on once, last first, while two sweeps come from the front."""

    def run(act):
        subjects = add_subjects(RACES)
        with transaction.atomic():
            for subject in subjects:
                start(subject, term=ONLY_RED)
        acted, both = threading.Event(), threading.Barrier(4)

        def sweeper():
            both.wait(30)
            while not acted.is_set():
                sweep(LATE, batch=5)

        def person(share):
            both.wait(30)
            for subject in share:
                act(subject)

        backwards = subjects[::-1]
        sweepers = [Thread(sweeper), Thread(sweeper)]
        people = [Thread(person, backwards[0::2]), Thread(person, backwards[1::2])]
        try:
            for one in people:
                one.join(120)
                one.result()
        finally:
            acted.set()
        for one in sweepers:
            one.result()
        drawn = defaultdict(list)
        for subject, action in cards():
            drawn[subject].append(action)
        return [(clock, drawn[clock.subject_id]) for clock in Clock.objects.order_by("pk")]

    return run


def test_closed_at_the_limit_it_is_met_without_a_card_or_missed_with_one(race):
    outcomes = Counter(
        (clock.state, *drawn) for clock, drawn in race(lambda subject: change(services.finish, subject, now=DUE))
    )
    assert sum(outcomes.values()) == RACES
    assert set(outcomes) <= {(Clock.MET,), (Clock.MISSED, "red")}
    assert Firing.objects.count() == outcomes[Clock.MISSED, "red"]


def test_extended_at_the_limit_it_lies_ahead_again_with_at_most_one_card_on_record(race):
    results = race(lambda subject: change(services.extend, subject, by=WEEK, now=DUE))
    outcomes = Counter((clock.state, clock.overdue_since, *drawn) for clock, drawn in results)
    assert set(outcomes) <= {(Clock.RUNNING, None), (Clock.RUNNING, None, "red")}
    # Before or after the card, the time counts from where the limit ended.
    assert {clock.due_at for clock, _ in results} == {DUE.replace(day=20)}
    assert Firing.objects.count() == outcomes[Clock.RUNNING, None, "red"]
