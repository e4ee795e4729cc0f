"""A changed calendar moves the open clocks, and nobody is made late after the fact."""

from datetime import date

from governance.calendars.defaults import next_revision
from governance.calendars.loading import load, working_calendar
from governance.calendars.models import Calendar, SpecialDay
from governance.calendars.worktime import WorkCalendar
from governance.deadlines import services
from governance.deadlines.following import preview
from governance.deadlines.models import Clock
from governance.deadlines.sweeping import sweep
from governance.deadlines.terms import Span, Term, Unit
from governance.scope import PLATFORM
from tests.deadlines.plant import MONDAY, add_subjects, cards, change, local, start

DUE = local(2026, 7, 13, 9)


def announce(day, kind=SpecialDay.HOLIDAY):
    calendar = Calendar.objects.get()
    calendar.special_days.update_or_create(date=day, defaults={"kind": kind})
    Calendar.objects.update(revision=next_revision())


def with_holiday(day):
    now = working_calendar()
    return WorkCalendar(now.zone, now.seasons, dict(now.special) | {day: None})


def recalculate(now):
    return services.recalculate_for_calendar("district", PLATFORM, now)


def test_a_holiday_moves_the_limit_and_every_step_and_the_subject_is_told(plant, subject):
    clock = start(subject)
    announce(date(2026, 7, 9))
    assert recalculate(local(2026, 7, 7, 9)) == 1
    clock.refresh_from_db()
    assert clock.due_at == local(2026, 7, 14, 9)
    assert clock.next_fire_at == local(2026, 7, 13, 9)
    assert plant.moves == [(subject, DUE, local(2026, 7, 14, 9))]
    assert recalculate(local(2026, 7, 7, 9)) == 0


def test_what_the_editor_left_the_sweep_moves_before_anything_fires(plant, subject):
    start(subject)
    announce(date(2026, 7, 9))
    swept = sweep(local(2026, 7, 10, 10))  # the yellow card of before would be due
    assert (swept.moved, swept.fired) == (1, 0)


def test_a_service_brings_the_clock_up_to_date_first(plant, subject):
    start(subject)
    announce(date(2026, 7, 9))
    clock = change(services.extend, subject, by=Span(1, Unit.WORKING_DAYS), now=local(2026, 7, 7, 9))
    assert clock.due_at == local(2026, 7, 15, 9)
    assert len(plant.moves) == 1


def test_a_yellow_card_that_was_drawn_is_drawn_again_before_the_later_limit(plant, subject):
    start(subject)
    sweep(local(2026, 7, 10, 10))
    announce(date(2026, 7, 10))
    sweep(local(2026, 7, 13, 9))
    assert cards(subject) == ["yellow"]
    sweep(local(2026, 7, 13, 9, 1))
    assert cards(subject) == ["yellow", "yellow"]
    assert Clock.objects.get().due_at == local(2026, 7, 14, 9)


def test_a_holiday_announced_late_takes_the_lateness_back_and_the_card_stays_on_record(plant, subject):
    start(subject)
    sweep(local(2026, 7, 13, 10))
    announce(date(2026, 7, 10))
    recalculate(local(2026, 7, 13, 11))
    clock = Clock.objects.get()
    assert (clock.due_at, clock.overdue_since) == (local(2026, 7, 14, 9), None)
    assert cards(subject) == ["yellow", "red"]
    assert change(services.finish, subject, now=local(2026, 7, 14, 9)).state == Clock.MET


def test_an_earlier_limit_is_now_at_the_earliest(plant, subject):
    start(subject)
    now = local(2026, 7, 13, 8, 45)
    announce(date(2026, 7, 11), SpecialDay.WORKDAY)  # the Saturday before counts after all
    recalculate(now)
    clock = Clock.objects.get()
    assert clock.due_at == now
    assert clock.overdue_since is None
    assert change(services.finish, subject, now=now).state == Clock.MET


def test_a_limit_missed_under_the_old_calendar_stays_where_it_was(plant, subject):
    start(subject)
    sweep(local(2026, 7, 13, 10))
    announce(date(2026, 7, 11), SpecialDay.WORKDAY)
    recalculate(local(2026, 7, 13, 11))
    clock = Clock.objects.get()
    assert clock.due_at == clock.overdue_since == DUE
    assert plant.moves == []


def test_a_paused_clock_keeps_its_rest_and_meets_the_calendar_on_resuming(plant, subject):
    start(subject)
    change(services.pause, subject, now=local(2026, 7, 8, 9))
    announce(date(2026, 7, 9))
    assert recalculate(local(2026, 7, 8, 10)) == 0
    assert change(services.resume, subject, now=local(2026, 7, 8, 9)).due_at == local(2026, 7, 14, 9)


def test_natural_time_does_not_move(plant, subject):
    clock = start(subject, term=Term(Span(72, Unit.NATURAL_HOURS)))
    announce(date(2026, 7, 7))
    recalculate(MONDAY)
    clock.refresh_from_db()
    assert clock.due_at == local(2026, 7, 9, 9)
    assert clock.calendar_revision == load().revision


def test_one_clock_that_cannot_move_holds_up_no_other(plant, caplog):
    broken, good = add_subjects(2)
    start(broken)
    start(good)
    plant.on_moved = lambda clock, *_: 1 / 0 if clock.subject_id == broken else None
    announce(date(2026, 7, 9))
    assert recalculate(MONDAY) == 1
    assert Clock.objects.get(subject_id=good).due_at == local(2026, 7, 14, 9)
    assert "cannot follow" in caplog.text


def test_the_effect_of_a_change_is_known_before_it_is_made(plant):
    for pk in add_subjects(12):
        start(pk)
    over, natural = add_subjects(2)
    start(over, at=local(2026, 6, 1, 9), now=MONDAY)
    start(natural, term=Term(Span(72, Unit.NATURAL_HOURS)))
    effect = preview("district", with_holiday(date(2026, 7, 9)), MONDAY)
    assert (effect.open, effect.later, effect.earlier, effect.over_at_once) == (14, 12, 0, 0)
    assert len(effect.examples) == 10
    assert (effect.examples[0].due_at, effect.examples[0].new_due_at) == (DUE, local(2026, 7, 14, 9))
    assert Clock.objects.filter(due_at=DUE).count() == 12
