"""What a clock does: warnings, the miss, the ladder, pauses, extensions, an end."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from governance.calendars.models import Calendar
from governance.deadlines import services
from governance.deadlines.models import Clock, Firing
from governance.deadlines.selectors import stuck
from governance.deadlines.sweeping import sweep
from governance.deadlines.terms import Mark, Span, Term, Unit
from governance.errors import IllegalState, InvalidInput
from tests.deadlines.plant import ACTIONS, MONDAY, SUBJECT, TERM, Broken, add_subjects, cards, change, local, start

DUE = local(2026, 7, 13, 9)
SECOND = timedelta(seconds=1)


def test_a_clock_is_due_and_its_steps_are_planned_at_the_start(subject):
    clock = start(subject)
    assert clock.due_at == DUE
    assert [(step["action"], step["at"]) for step in clock.steps] == [
        ("yellow", "2026-07-10T09:00:00+08:00"),
        ("red", "2026-07-13T09:00:00+08:00"),
        ("escalate_secretary", "2026-07-14T09:00:00+08:00"),
        ("supervision_order", "2026-07-16T09:00:00+08:00"),
    ]
    assert clock.next_fire_at == local(2026, 7, 10, 9)


def test_each_step_happens_once_its_moment_has_passed(subject):
    clock = start(subject)
    assert sweep(local(2026, 7, 10, 9)).fired == 0  # the moment itself still belongs to the time before
    assert sweep(local(2026, 7, 10, 9) + SECOND).fired == 1
    assert sweep(DUE).fired == 0
    assert cards(subject) == ["yellow"]
    sweep(DUE + SECOND)
    clock.refresh_from_db()
    assert cards(subject) == ["yellow", "red"]
    assert (clock.state, clock.overdue_since) == (Clock.RUNNING, DUE)
    sweep(local(2026, 7, 16, 9) + SECOND)
    assert cards(subject) == ACTIONS
    assert sweep(local(2027, 7, 16)).fired == 0


def test_after_an_outage_of_any_length_each_step_happens_once_in_order_with_both_moments(subject):
    clock = start(subject)
    late = local(2026, 9, 1)
    assert sweep(late).fired == 4
    assert cards(subject) == ACTIONS
    firings = Firing.objects.filter(clock=clock).order_by("step")
    assert [firing.action for firing in firings] == ACTIONS
    assert [firing.due_at.isoformat() for firing in firings.all()] == [
        "2026-07-10T01:00:00+00:00", "2026-07-13T01:00:00+00:00", "2026-07-14T01:00:00+00:00",
        "2026-07-16T01:00:00+00:00",
    ]  # fmt: skip
    assert {firing.recorded_at for firing in firings} == {late}


def test_steps_of_two_clocks_of_a_subject_come_in_the_order_of_their_moments(subject):
    start(subject)
    start(subject, kind="accept", term=Term(Span(4, Unit.WORKING_HOURS), missed="late_accept"))
    sweep(local(2026, 7, 13, 10))
    assert cards(subject) == ["late_accept", "yellow", "red"]


def test_a_warning_that_would_not_come_after_the_start_is_left_out(subject):
    term = Term(Span(4, Unit.WORKING_HOURS), warnings=(Mark(Span(1, Unit.WORKING_DAYS), "yellow"),))
    assert [step["action"] for step in start(subject, term=term).steps] == ["red"]


@pytest.mark.parametrize(
    ("span", "due"),
    [
        (Span(90, Unit.NATURAL_MINUTES), local(2026, 7, 6, 10, 30)),
        (Span(30, Unit.NATURAL_HOURS), local(2026, 7, 7, 15)),
        (Span(7, Unit.CALENDAR_DAYS), local(2026, 7, 13, 9)),
        (Span(4, Unit.WORKING_HOURS), local(2026, 7, 6, 15)),
        (Span(1, Unit.WORKING_DAYS), local(2026, 7, 7, 9)),
    ],
)
def test_every_unit(subject, span, due):
    assert start(subject, term=Term(span)).due_at == due


@pytest.mark.parametrize(("now", "state"), [(DUE, Clock.MET), (DUE + SECOND, Clock.MISSED), (DUE - SECOND, Clock.MET)])
def test_finished_at_the_limit_is_met_and_after_it_missed(subject, now, state):
    start(subject)
    clock = change(services.finish, subject, now=now)
    clock.refresh_from_db()
    assert (clock.state, clock.ended_at, clock.next_fire_at) == (state, now, None)


def test_finishing_first_carries_out_what_the_sweep_has_not_come_to(subject):
    start(subject)
    change(services.finish, subject, now=DUE + SECOND)
    assert cards(subject) == ["yellow", "red"]
    assert sweep(local(2027, 1, 1)).fired == 0


def test_a_cancelled_clock_draws_no_cards(subject):
    start(subject)
    clock = change(services.finish, subject, now=MONDAY + SECOND, outcome=Clock.CANCELLED)
    assert clock.state == Clock.CANCELLED
    assert sweep(local(2027, 1, 1)).fired == 0


def test_finishing_what_is_not_open_does_nothing_and_an_unknown_outcome_is_refused(subject):
    assert change(services.finish, subject, now=MONDAY) is None
    with pytest.raises(ValueError, match="met or cancelled"):
        change(services.finish, subject, now=MONDAY, outcome=Clock.MISSED)


def test_finish_takes_one_detail_or_all(subject):
    for detail in (1, 2, 3):
        start(subject, kind="accept", detail_id=detail)
    change(services.finish, subject, kind="accept", detail_id=2, now=MONDAY)
    assert list(Clock.objects.filter(state=Clock.RUNNING).values_list("detail_id", flat=True).order_by("pk")) == [1, 3]
    change(services.finish, subject, kind="accept", now=MONDAY)
    assert not Clock.objects.filter(state=Clock.RUNNING).exists()


def test_the_example_of_the_documentation(subject):
    clock = start(subject, at=local(2026, 7, 6, 10, 17, 23))
    assert [step["at"][:19] for step in clock.steps] == [
        "2026-07-10T10:17:23", "2026-07-13T10:17:23", "2026-07-14T10:17:23", "2026-07-16T10:17:23",
    ]  # fmt: skip
    paused = change(services.pause, subject, now=local(2026, 7, 8, 10, 17, 23))
    assert paused.remaining_seconds == 75_600
    assert change(services.resume, subject, now=local(2026, 7, 20, 14)).due_at == local(2026, 7, 23, 14)


def test_a_pause_keeps_exactly_what_was_left(subject):
    start(subject)
    paused = change(services.pause, subject, now=local(2026, 7, 8, 10, 17, 23))
    assert paused.remaining_seconds == 3 * 7 * 3600 - (77 * 60 + 23)
    assert sweep(local(2026, 12, 1)).fired == 0
    resumed = change(services.resume, subject, now=local(2026, 7, 20, 14, 0, 1))
    resumed.refresh_from_db()
    # Three days of 7 working hours less 1:17:23, from 14:00:01 on.
    assert resumed.due_at == local(2026, 7, 23, 10, 42, 38)
    assert (resumed.state, resumed.remaining_seconds, resumed.paused_at) == (Clock.RUNNING, None, None)
    sweep(local(2026, 7, 23, 10, 42, 38))
    assert cards(subject) == ["yellow"]
    sweep(local(2026, 7, 23, 10, 42, 39))
    assert cards(subject) == ["yellow", "red"]


@pytest.mark.parametrize("when", [MONDAY, local(2026, 7, 8, 16, 59, 59), local(2026, 7, 11, 3), DUE])
def test_paused_and_resumed_at_once_nothing_changes(subject, when):
    start(subject)
    before = change(services.pause, subject, now=when).steps
    clock = change(services.resume, subject, now=when)
    assert (clock.due_at, clock.steps) == (DUE, before)


def test_a_limit_that_began_outside_office_hours_still_ends_at_an_opening_after_a_pause(subject):
    clock = start(subject, at=local(2026, 7, 4, 20))
    assert clock.due_at == local(2026, 7, 13, 8, 30)
    change(services.pause, subject, now=local(2026, 7, 7, 10))
    assert change(services.resume, subject, now=local(2026, 7, 7, 10)).due_at == local(2026, 7, 13, 8, 30)


def test_what_has_happened_does_not_happen_again_after_a_pause(subject):
    start(subject)
    overdue = local(2026, 7, 14, 10)
    sweep(overdue)
    assert cards(subject) == ACTIONS[:3]
    clock = change(services.pause, subject, now=overdue)
    assert clock.remaining_seconds == -8 * 3600  # a day and an hour late
    clock = change(services.resume, subject, now=local(2026, 8, 3, 9))
    assert clock.overdue_since == clock.due_at == local(2026, 7, 30, 17)
    sweep(local(2026, 12, 1))
    assert cards(subject) == ACTIONS


def test_a_paused_clock_ends_as_what_it_was(subject):
    start(subject)
    change(services.pause, subject, now=local(2026, 7, 8, 10))
    assert change(services.finish, subject, now=local(2026, 12, 1)).state == Clock.MET


def test_an_extension_counts_from_the_end_and_warns_again(subject):
    start(subject)
    sweep(local(2026, 7, 10, 10))
    clock = change(services.extend, subject, by=Span(5, Unit.WORKING_DAYS), now=local(2026, 7, 10, 11))
    assert clock.due_at == local(2026, 7, 20, 9)
    sweep(local(2026, 7, 17, 10))
    assert cards(subject) == ["yellow", "yellow"]


def test_an_extended_overdue_clock_is_overdue_no_longer_and_can_be_met(subject):
    start(subject)
    sweep(local(2026, 7, 13, 10))
    clock = change(services.extend, subject, by=Span(5, Unit.WORKING_DAYS), now=local(2026, 7, 13, 11))
    assert clock.overdue_since is None
    assert change(services.finish, subject, now=local(2026, 7, 20, 9)).state == Clock.MET
    assert cards(subject) == ["yellow", "red", "yellow"]


def test_an_extension_granted_during_a_pause_counts_after_it(subject):
    start(subject)
    change(services.pause, subject, now=local(2026, 7, 8, 9))
    change(services.extend, subject, by=Span(2, Unit.WORKING_DAYS), now=local(2026, 7, 9, 9))
    assert change(services.resume, subject, now=local(2026, 7, 13, 9)).due_at == local(2026, 7, 20, 9)
    with pytest.raises(InvalidInput):
        change(services.extend, subject, by=Span(0, Unit.WORKING_DAYS), now=local(2026, 7, 13, 9))


def test_a_second_open_clock_of_a_kind_and_a_start_in_the_future_are_refused(subject):
    start(subject)
    with pytest.raises(IllegalState) as refused:
        start(subject)
    assert "不能重复开始" in refused.value.message
    with pytest.raises(InvalidInput):
        start(subject, kind="accept", at=MONDAY + SECOND, now=MONDAY)


def test_without_a_calendar_or_working_time_the_refusal_says_what_to_do(subject):
    Calendar.objects.get().seasons.all().delete()
    Calendar.objects.update(revision=-5)
    with pytest.raises(IllegalState, match="工作时间太少"):
        start(subject)
    Calendar.objects.all().delete()
    with pytest.raises(IllegalState, match="工作日历"):
        start(subject)


def test_many_are_started_in_a_few_statements(plant, django_assert_max_num_queries):
    ids = add_subjects(500)
    specs = [
        services.ClockSpec(subject_type=SUBJECT, subject_id=pk, kind="resolve", term=TERM, unit_id=1, started_at=MONDAY)
        for pk in ids
    ]
    with django_assert_max_num_queries(6):
        services.start_many(specs, local(2026, 7, 31))
    assert sweep(local(2026, 7, 31)).fired == 2000
    assert cards(ids[17]) == ACTIONS


def test_a_handler_may_end_the_clock_in_its_step(plant, subject):
    plant.hooks[subject] = lambda clock, action, now: services.finish(
        subject_type=SUBJECT, subject_id=subject, kind="resolve", now=now, outcome=Clock.CANCELLED
    )
    start(subject)
    sweep(local(2026, 7, 10, 10))
    assert cards(subject) == ["yellow"]
    assert Clock.objects.get().state == Clock.CANCELLED
    assert sweep(local(2026, 12, 1)).fired == 0


def test_a_poisonous_subject_blocks_no_other_is_seen_and_tried_again(plant, caplog):
    first, poisonous, last = add_subjects(3)
    for pk in (first, poisonous, last):
        start(pk)

    def break_down(clock, action, now):
        raise Broken("墨水用完")

    plant.hooks[poisonous] = break_down
    now = local(2026, 7, 13, 10)
    assert (sweep(now).fired, cards(first), cards(poisonous), cards(last)) == (
        4,
        ["yellow", "red"],
        [],
        ["yellow", "red"],
    )
    clock = stuck().get()
    assert (clock.subject_id, clock.failures, clock.last_error) == (poisonous, 1, "Broken: 墨水用完")
    assert "墨水用完" in caplog.text
    assert sweep(now + timedelta(seconds=9)).failed == 0  # waits before the next try
    assert sweep(now + timedelta(seconds=10)).failed == 1
    plant.hooks.clear()
    sweep(now + timedelta(minutes=1))
    assert cards(poisonous) == ["yellow", "red"]
    assert not stuck().exists()


def test_a_step_that_breaks_the_transaction_itself_blocks_no_other(plant):
    good, poisonous = add_subjects(2)
    for pk in (good, poisonous):
        start(pk)

    def break_the_commit(clock, action, now):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    plant.hooks[poisonous] = break_the_commit
    swept = sweep(local(2026, 7, 13, 10))
    assert (swept.fired, swept.failed) == (2, 1)
    assert cards(good) == ["yellow", "red"]


def test_a_subject_type_without_a_handler_is_seen_and_blocks_no_other(subject):
    with transaction.atomic():
        services.start(
            subject_type="tests.nobody", subject_id=1, kind="resolve", term=TERM, unit_id=1, started_at=MONDAY,
            now=MONDAY,
        )  # fmt: skip
    start(subject)
    sweep(local(2026, 7, 13, 10))
    assert cards(subject) == ["yellow", "red"]
    assert "no handler" in stuck().get().last_error


def test_a_stopped_sweep_leaves_the_rest_to_the_next(plant):
    for pk in add_subjects(10):
        start(pk)
    answers = iter([False, False, True, True])
    assert sweep(local(2026, 7, 10, 10), batch=3, stop=lambda: next(answers)).fired == 3
    assert sweep(local(2026, 7, 10, 10), batch=3).fired == 7


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE deadlines_firing SET action = 'x'",
        "DELETE FROM deadlines_firing",
        "TRUNCATE deadlines_firing",
        "INSERT INTO deadlines_firing (clock_id, step, action, due_at, recorded_at)"
        " SELECT clock_id, step, action, due_at, recorded_at FROM deadlines_firing",
    ],
)
def test_the_database_refuses_to_change_or_repeat_what_happened(subject, statement):
    start(subject)
    sweep(local(2026, 7, 10, 10))
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {statement}")


def test_the_version_in_force_at_a_moment(plant):
    policy = services.PolicyVersion._meta.get_field("policy").related_model.objects.create(
        code="p", name="p", subject_type=SUBJECT
    )
    for number, month in ((1, 1), (2, 6)):
        policy.versions.create(number=number, effective_from=local(2026, month, 1), terms={})
    assert services.policy_version_at("p", local(2026, 5, 31, 23, 59)).number == 1
    assert services.policy_version_at("p", local(2026, 6, 1)).number == 2
    with pytest.raises(IllegalState, match="尚未生效"):
        services.policy_version_at("p", local(2025, 12, 31))
