"""What a chip says."""

from datetime import timedelta

import pytest

from governance.deadlines import services
from governance.deadlines.selectors import clock_reading, clock_readings, policies_with_terms
from governance.deadlines.sweeping import sweep
from governance.deadlines.terms import Mark, Span, Term, Unit
from tests.deadlines.plant import MONDAY, add_subjects, change, local, start

HOURS = Term(Span(26, Unit.NATURAL_HOURS), warnings=(Mark(Span(2, Unit.NATURAL_HOURS), "yellow"),))


@pytest.mark.parametrize(
    ("now", "level", "text"),
    [
        (MONDAY, "fine", "剩余 5 工作日"),
        (local(2026, 7, 6, 9, 1), "fine", "剩余 4 工作日 6 小时"),
        (local(2026, 7, 10, 9), "fine", "剩余 1 工作日"),
        (local(2026, 7, 10, 10, 21), "soon", "剩余 5 小时 39 分"),
        (local(2026, 7, 11, 12), "soon", "剩余 30 分"),  # a Saturday
        (local(2026, 7, 13, 8, 59, 30), "soon", "剩余 不到 1 分"),
        (local(2026, 7, 13, 9), "soon", "剩余 不到 1 分"),
        (local(2026, 7, 13, 9, 0, 1), "over", "超期 不到 1 分"),
        (local(2026, 7, 14, 11), "over", "超期 1 工作日 2 小时"),
    ],
)
def test_a_limit_in_working_days(subject, now, level, text):
    reading = clock_reading(start(subject), now)
    assert (reading.level, reading.text) == (level, text)
    assert reading.is_working


@pytest.mark.parametrize(
    ("now", "level", "text", "seconds"),
    [
        (MONDAY, "fine", "剩余 1 天 2 小时", 26 * 3600),
        (local(2026, 7, 7, 9, 30), "soon", "剩余 1 小时 30 分", 5400),
        (local(2026, 7, 8, 13), "over", "超期 1 天 2 小时", -26 * 3600),
    ],
)
def test_a_limit_in_natural_time(subject, now, level, text, seconds):
    reading = clock_reading(start(subject, term=HOURS), now)
    assert (reading.level, reading.text, reading.seconds, reading.is_working) == (level, text, seconds, False)


def test_paused_and_ended_clocks_say_so(plant):
    paused, met, missed, cancelled = add_subjects(4)
    for pk in (paused, met, missed, cancelled):
        start(pk)
    late = local(2026, 7, 13, 9, 0, 1)
    clocks = [
        change(services.pause, paused, now=local(2026, 7, 8, 10)),
        change(services.finish, met, now=MONDAY),
        change(services.finish, missed, now=late),
        change(services.finish, cancelled, now=late - timedelta(days=3), outcome="cancelled"),
    ]
    readings = clock_readings(clocks, local(2026, 12, 1))
    assert [(readings[clock.pk].level, readings[clock.pk].text) for clock in clocks] == [
        ("mute", "已暂停，剩余 2 工作日 6 小时"), ("fine", "按时完成"), ("over", "超期完成"), ("mute", "已取消"),
    ]  # fmt: skip


def test_an_extended_clock_is_fine_again_until_its_new_warning(subject):
    start(subject)
    sweep(local(2026, 7, 10, 10))
    clock = change(services.extend, subject, by=Span(5, Unit.WORKING_DAYS), now=local(2026, 7, 10, 11))
    assert clock_reading(clock, local(2026, 7, 14, 9)).level == "fine"
    assert clock_reading(clock, local(2026, 7, 17, 9, 1)).level == "soon"


def test_a_list_of_clocks_costs_one_query_a_calendar(plant, django_assert_num_queries):
    clocks = [start(pk) for pk in add_subjects(20)]
    with django_assert_num_queries(1):
        clock_readings(clocks, MONDAY)


def test_policies_are_listed_with_their_versions_newest_first(plant):
    from governance.deadlines.defaults import ensure_default_policies

    ensure_default_policies(MONDAY)
    policies = policies_with_terms()
    assert [policy.code for policy, _ in policies if policy.subject_type == "appeals.appeal"] == [
        "ordinary", "enquiry", "complex", "life_safety", "utilities", "illegal_construction",
    ]  # fmt: skip
    version = policies[0][1][0]
    assert (version.number, version.terms["accept"].span.text) == (1, "4 个工作小时")
