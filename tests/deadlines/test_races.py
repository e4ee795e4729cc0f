"""Several hands at one clock, with real threads on real connections."""

import threading

import pytest
from django.db import connection, connections, transaction

from governance.deadlines import services
from governance.deadlines.firing import carry_out_due
from governance.deadlines.models import Clock, Firing
from governance.deadlines.sweeping import sweep
from governance.deadlines.terms import Span, Term, Unit
from tests.deadlines.plant import ACTIONS, add_subjects, cards, change, local, start

DUE = local(2026, 7, 13, 9)
LATE = local(2026, 7, 13, 10)
ONLY_RED = Term(Span(5, Unit.WORKING_DAYS))


class Thread(threading.Thread):
    """A thread with a connection of its own, whose result or error `result()` gives."""

    def __init__(self, call, *args, **more):
        super().__init__(daemon=True)
        self.call = lambda: call(*args, **more)
        self.value = self.error = None
        self.start()

    def run(self):
        try:
            self.value = self.call()
        except BaseException as error:
            self.error = error
        finally:
            connections.close_all()

    def result(self):
        self.join(30)
        assert not self.is_alive(), "the thread hangs"
        if self.error:
            raise self.error
        return self.value


def waiting_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def test_without_the_lock_a_met_clock_would_draw_a_red_card(committed_plant):
    """The harm that the lock prevents: a sweep that decided before the finish and acts after it."""
    (subject,) = add_subjects(1)
    start(subject, term=ONLY_RED)
    decided, finished = threading.Event(), threading.Event()

    def careless_sweep():
        clocks = list(Clock.objects.filter(next_fire_at__lt=LATE))
        decided.set()
        assert finished.wait(30)
        with transaction.atomic():
            carry_out_due(clocks, LATE)

    thread = Thread(careless_sweep)
    assert decided.wait(30)
    change(services.finish, subject, now=DUE)
    finished.set()
    thread.result()
    assert (Clock.objects.get().state, cards(subject)) == (Clock.MET, ["red"])


def test_with_the_lock_a_sweep_leaves_a_clock_that_is_being_finished_alone(committed_plant):
    (subject,) = add_subjects(1)
    start(subject, term=ONLY_RED)
    with transaction.atomic():
        change(services.finish, subject, now=DUE)
        # The person's transaction is still open: the sweep must neither wait for it nor act on what it sees.
        assert Thread(sweep, LATE).result().fired == 0
    assert sweep(LATE).fired == 0
    assert (Clock.objects.get().state, cards(subject)) == (Clock.MET, [])


def test_with_the_lock_a_finish_waits_for_the_sweep_and_sees_the_miss(committed_plant):
    (subject,) = add_subjects(1)
    start(subject, term=ONLY_RED)
    in_step, go_on = threading.Event(), threading.Event()

    def wait(clock, action, now):
        in_step.set()
        assert go_on.wait(30)

    committed_plant.hooks[subject] = wait
    sweeper = Thread(sweep, LATE)
    assert in_step.wait(30)
    person = Thread(change, services.finish, subject, now=LATE)
    until(waiting_for_a_lock)
    go_on.set()
    assert sweeper.result().fired == 1
    assert person.result().state == Clock.MISSED
    assert cards(subject) == ["red"]


def until(condition):
    """Poll until the condition holds: what is awaited happens in another connection."""
    pause = threading.Event()
    for _ in range(600):
        if condition():
            return
        pause.wait(0.05)
    pytest.fail("waited in vain")


def test_two_sweepers_at_once_share_the_work_and_repeat_nothing(committed_plant):
    subjects = add_subjects(300)
    with transaction.atomic():
        for subject in subjects:
            start(subject)
    both = threading.Barrier(2)

    def sweeper():
        both.wait(30)
        return sweep(local(2026, 8, 1), batch=20).fired

    threads = [Thread(sweeper), Thread(sweeper)]
    fired = [thread.result() for thread in threads]
    assert sum(fired) == 1200
    for subject in subjects[:20]:
        assert cards(subject) == ACTIONS
    assert len(cards()) == len(set(cards())) == Firing.objects.count() == 1200


def test_a_subject_held_by_a_person_is_passed_over_and_swept_later(committed_plant):
    held, free = add_subjects(2)
    start(held)
    start(free)
    with transaction.atomic():
        committed_plant.lock([held], skip_locked=False)
        assert Thread(sweep, LATE).result().fired == 2
        assert cards(held) == []
    assert sweep(LATE).fired == 2
    assert cards(held) == ["yellow", "red"]
