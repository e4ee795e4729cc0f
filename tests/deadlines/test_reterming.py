"""A clock put under another term: as if it had run under it from the beginning, but for what has happened."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.deadlines import services, timing
from governance.deadlines.models import Clock, Firing
from governance.deadlines.sweeping import sweep
from governance.deadlines.terms import Mark, Span, Term, Unit
from tests.deadlines.plant import MONDAY, SUBJECT, TERM, add_subjects, cards, change, local, start

SECOND = timedelta(seconds=1)


def days(amount, *warnings, ladder=()):
    """A term of so many working days, warning so many before."""
    return Term(
        Span(amount, Unit.WORKING_DAYS),
        tuple(Mark(Span(before, Unit.WORKING_DAYS), "yellow") for before in warnings),
        ladder=tuple(Mark(Span(after, Unit.WORKING_DAYS), action) for after, action in ladder),
    )


def reterm(subject, term, now, kind="resolve"):
    """Put the subject's clock under the term; the clock as it stands in the database."""
    changed = change(services.reterm, subject, now=now, kind=kind, term=term, policy_version_id=None)
    return Clock.objects.get(pk=changed.clock.pk)


def test_the_limit_is_counted_anew_from_the_same_start(subject):
    start(subject)
    clock = reterm(subject, days(15, 1), local(2026, 7, 8, 14))
    assert (clock.started_at, clock.due_at) == (MONDAY, local(2026, 7, 27, 9))
    assert [(step["key"], step["at"][:10]) for step in clock.steps] == [
        ("warning-0", "2026-07-24"), ("missed", "2026-07-27"),
    ]  # fmt: skip


def test_a_shorter_limit_that_has_passed_ends_now_and_not_before(subject):
    start(subject)
    now = local(2026, 7, 8, 14)
    clock = reterm(subject, days(1), now)
    assert (clock.due_at, clock.overdue_since) == (now, None)
    sweep(now + SECOND)
    assert cards(subject) == ["red"]


def test_a_missed_limit_that_lies_ahead_again_is_missed_no_longer_and_the_card_stays_on_record(subject):
    clock = start(subject)
    now = local(2026, 7, 13, 9) + SECOND
    sweep(now)
    clock = reterm(subject, days(15, 1), now)
    assert clock.overdue_since is None
    assert list(Firing.objects.values_list("action", flat=True).order_by("step")) == ["yellow", "red"]
    change(services.finish, subject, now=local(2026, 7, 27, 9))
    clock.refresh_from_db()
    assert clock.state == Clock.MET
    # The yellow card of the longer limit came before its own end.
    assert cards(subject) == ["yellow", "red", "yellow"]


def test_a_missed_limit_that_would_have_been_missed_anyway_stays_where_it_was(subject):
    start(subject)
    sweep(local(2026, 7, 14, 9))
    clock = reterm(subject, days(1), local(2026, 7, 14, 9))
    assert (clock.due_at, clock.overdue_since) == (local(2026, 7, 13, 9), local(2026, 7, 13, 9))
    sweep(local(2026, 7, 14, 10))
    assert cards(subject) == ["yellow", "red"]


def test_a_warning_at_another_distance_is_a_warning_of_its_own(subject):
    start(subject, term=days(10, 5))
    sweep(local(2026, 7, 14, 9))
    assert cards(subject) == ["yellow"]
    reterm(subject, days(10, 1), local(2026, 7, 14, 9))
    sweep(local(2026, 7, 17, 9) + SECOND)
    assert cards(subject) == ["yellow", "yellow"]


def test_a_warning_whose_moment_has_passed_is_not_given_again(subject):
    start(subject, term=days(10, 5))
    now = local(2026, 7, 14, 9)
    sweep(now)
    reterm(subject, days(10, 7, 1), now)
    sweep(now + SECOND)
    assert cards(subject) == ["yellow"]
    sweep(local(2026, 7, 18, 9))
    assert cards(subject) == ["yellow", "yellow"]


def test_a_rung_that_was_climbed_is_not_climbed_again_and_one_put_lower_comes_at_once(subject):
    start(subject, term=days(1, ladder=((1, "escalate_secretary"), (9, "supervision_order"))))
    now = local(2026, 7, 9, 9)
    sweep(now)
    assert cards(subject) == ["red", "escalate_secretary"]
    reterm(subject, days(1, ladder=((1, "supervision_order"), (4, "escalate_secretary"))), now)
    sweep(now + SECOND)
    sweep(local(2026, 8, 9, 9))
    assert cards(subject) == ["red", "escalate_secretary", "supervision_order"]


def test_what_the_new_term_does_not_know_stays_on_record_and_changes_nothing(subject):
    start(subject, term=days(5, 1, ladder=((1, "escalate_secretary"),)))
    sweep(local(2026, 7, 15, 9))
    clock = reterm(subject, Term(Span(3, Unit.WORKING_DAYS)), local(2026, 7, 15, 9))
    assert [step["action"] for step in clock.steps] == ["yellow", "red", "escalate_secretary"]
    assert clock.next_fire_at is None
    # And back again: the steps are known by their places, and still do not come twice.
    reterm(subject, TERM, local(2026, 7, 15, 10))
    sweep(local(2026, 7, 15, 11))
    assert cards(subject) == ["yellow", "red", "escalate_secretary"]


def test_a_paused_clock_keeps_what_the_new_limit_would_have_left(subject):
    start(subject)
    change(services.pause, subject, now=local(2026, 7, 8, 9))
    clock = reterm(subject, days(15, 1), local(2026, 7, 9, 9))
    assert clock.state == Clock.PAUSED
    change(services.resume, subject, now=local(2026, 7, 20, 9))
    clock.refresh_from_db()
    assert clock.due_at == local(2026, 8, 6, 9)


def test_the_same_term_changes_nothing_but_the_version(subject):
    clock = start(subject)
    before = Clock.objects.filter(pk=clock.pk).values().get()
    with transaction.atomic():
        services.reterm(
            subject_type=SUBJECT, subject_id=subject, kind="resolve", term=TERM, policy_version_id=None,
            now=local(2026, 7, 8, 14),
        )  # fmt: skip
    assert Clock.objects.filter(pk=clock.pk).values().get() == before


SPANS = st.one_of(
    st.builds(Span, st.integers(1, 30), st.just(Unit.WORKING_DAYS)),
    st.builds(Span, st.integers(1, 90), st.just(Unit.WORKING_HOURS)),
    st.builds(Span, st.integers(1, 40), st.just(Unit.CALENDAR_DAYS)),
    st.builds(Span, st.integers(1, 40), st.just(Unit.WHOLE_DAYS)),
    st.builds(Span, st.integers(1, 60_000), st.just(Unit.NATURAL_MINUTES)),
)
HAPPENINGS = st.lists(
    st.tuples(st.sampled_from(["toggle", "extend"]), st.integers(0, 5_000), st.integers(1, 15)), max_size=6
)


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=SPANS, new=SPANS, happenings=HAPPENINGS, wait=st.integers(0, 3_000))
def test_it_stands_where_a_clock_stands_that_ran_under_the_term_from_the_beginning(plant, old, new, happenings, wait):
    """Two clocks live through the same pauses and extensions; one is under the new term all along."""
    with transaction.atomic():
        subjects = add_subjects(2)
        changed, model = (start(subject, term=Term(span)) for subject, span in zip(subjects, (old, new), strict=True))
        now, paused = MONDAY, False
        for what, minutes, amount in happenings:
            now += timedelta(minutes=minutes)
            service, more = (services.extend, {"by": Span(amount, Unit.WORKING_DAYS)})
            if what == "toggle":
                service, more = (services.resume if paused else services.pause), {}
                paused = not paused
            for subject in subjects:
                change(service, subject, now=now, **more)
        now += timedelta(minutes=wait)
        changed.refresh_from_db()
        before = changed.due_at
        reterm(subjects[0], Term(new), now)
        for clock in (changed, model):
            clock.refresh_from_db()
        assert (changed.counted_from, changed.remaining_seconds) == (model.counted_from, model.remaining_seconds)
        if not paused and old != new:
            expected = model.due_at if model.due_at > now else now if before > now else before
            assert changed.due_at == expected
        transaction.set_rollback(True)


def test_the_course_of_events_is_what_the_services_made_of_them(subject):
    start(subject)
    change(services.extend, subject, now=local(2026, 7, 7, 9), by=Span(2, Unit.WORKING_DAYS))
    change(services.pause, subject, now=local(2026, 7, 8, 9))
    change(services.extend, subject, now=local(2026, 7, 9, 9), by=Span(1, Unit.WORKING_DAYS))
    clock = change(services.resume, subject, now=local(2026, 7, 20, 9))
    clock.refresh_from_db()
    course = timing.course(clock.started_at, TERM.span, clock.events, services.load().working_time)
    assert (course.counted_from, course.due_at, course.left) == (clock.counted_from, clock.due_at, None)
    assert [leg.as_data() for leg in course.legs] == clock.legs
