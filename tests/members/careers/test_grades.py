"""Grades: the rule against a version that goes through the years one by one."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from members.careers.grades import GradeRecord, Rules, full_years, grade_of, next_grade_on
from members.careers.pay import shipped

RULES = shipped()[-1].rules
DAYS = st.dates(date(1996, 1, 1), date(2027, 12, 31))
SPANS = st.tuples(DAYS, st.integers(0, 1500)).map(lambda pair: (pair[0], pair[0] + timedelta(days=pair[1])))
RECORDS = st.builds(
    GradeRecord,
    post=st.sampled_from(["secretary", "deputy", "worker", "grid"]),
    entered_on=DAYS,
    degree=st.sampled_from(["", "college", "bachelor", "master"]),
    certificate=st.sampled_from(["", "assistant", "social_worker", "senior"]),
    appraisals=st.dictionaries(
        st.integers(1995, 2027), st.sampled_from(["excellent", "good", "basic", "failed"]), max_size=6
    ),
    holds=st.lists(SPANS, max_size=3).map(tuple),
)


def slow(record: GradeRecord, on: date, rules: Rules) -> int:
    """Day by day: whenever a year of service is complete, it counts or it does not."""
    counted, day = 0, record.entered_on
    while day < on:
        day += timedelta(days=1)
        began = record.entered_on
        is_leap_day = (began.month, began.day) == (2, 29)
        next_day = day + timedelta(days=1)
        complete = (day.month, day.day) == (began.month, began.day) or (
            is_leap_day and (day.month, day.day) == (2, 28) and next_day.month == 3
        )
        if not complete:
            continue
        failed = record.appraisals.get(day.year - 1) == "failed"
        disciplined = any(begin <= day <= until for begin, until in record.holds)
        counted += not failed and not disciplined
    grade = rules.start[record.post] + rules.degree[record.degree] + rules.certificate[record.certificate]
    grade += counted // rules.years_per_grade
    return max(1, min(grade, rules.top[record.post]))


@settings(max_examples=150, deadline=None)
@given(RECORDS, DAYS)
def test_the_rule_is_what_going_day_by_day_gives(record, on):
    assert grade_of(record, on, RULES) == slow(record, on, RULES)


@settings(max_examples=150, deadline=None)
@given(RECORDS, st.integers(1, 6))
def test_the_next_grade_is_due_on_its_day_and_not_before(record, grade):
    day = next_grade_on(record, grade, RULES)
    if day is None:
        assert grade_of(record, date(2055, 1, 1), RULES) <= grade
    else:
        assert grade_of(record, day, RULES) > grade
        assert day == record.entered_on or grade_of(record, day - timedelta(days=1), RULES) <= grade


def test_three_years_are_a_grade_and_a_failed_year_is_not_counted():
    record = GradeRecord(post="worker", entered_on=date(2020, 3, 1))
    assert [grade_of(record, date(2023, 2, 28), RULES), grade_of(record, date(2023, 3, 1), RULES)] == [1, 2]
    failed = GradeRecord(post="worker", entered_on=date(2020, 3, 1), appraisals={2021: "failed"})
    assert [grade_of(failed, date(2023, 3, 1), RULES), grade_of(failed, date(2024, 3, 1), RULES)] == [1, 2]


def test_a_discipline_holds_the_year_that_ends_in_it():
    record = GradeRecord(post="worker", entered_on=date(2020, 3, 1), holds=((date(2022, 1, 1), date(2022, 12, 31)),))
    assert grade_of(record, date(2023, 3, 1), RULES) == 1


def test_papers_count_and_the_top_is_six():
    record = GradeRecord(post="deputy", entered_on=date(1999, 1, 1), degree="master", certificate="senior")
    assert grade_of(record, date(2026, 1, 1), RULES) == 6
    assert grade_of(GradeRecord(post="grid", entered_on=date(1999, 1, 1)), date(2026, 1, 1), RULES) == 1


def test_a_leap_day_is_the_28th_in_a_common_year():
    assert [full_years(date(2020, 2, 29), date(2021, 2, 27)), full_years(date(2020, 2, 29), date(2021, 2, 28))] == [
        0,
        1,
    ]
