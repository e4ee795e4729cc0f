"""The grade that somebody is due, from what is on record and nothing else. Pure.

Source: the district's 社区工作者管理办法（试行）: three posts with six grades each; a grade more for every so many
counted years of service, for a degree and for a certificate. A year of service does not count when the appraisal of the
calendar year before its end was 不合格, or when it ended while a discipline was in effect.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

FAILED = "failed"
_LONGEST = 60
Spans = tuple[tuple[date, date | None], ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a grade is worked out, as a pay scale's version says it."""

    start: Mapping[str, int]
    top: Mapping[str, int]
    years_per_grade: int
    degree: Mapping[str, int]
    certificate: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class GradeRecord:
    """What counts for a grade: the post, service since when, papers, appraisals by year, disciplines from–until."""

    post: str
    entered_on: date
    degree: str = ""
    certificate: str = ""
    appraisals: Mapping[int, str] = field(default_factory=dict)
    holds: Spans = ()


def grade_of(record: GradeRecord, on: date, rules: Rules) -> int:
    """The grade that is due on a day, from 1 to the top of the post."""
    grade = rules.start[record.post] + rules.degree[record.degree] + rules.certificate[record.certificate]
    grade += counted_years(record, on) // rules.years_per_grade
    return max(1, min(grade, rules.top[record.post]))


def counted_years(record: GradeRecord, on: date) -> int:
    """The full years of service up to a day, less those that were held."""
    full = full_years(record.entered_on, on)
    held = {n for year, result in record.appraisals.items() if result == FAILED for n in _ending_in(record, year + 1)}
    for begin, until in record.holds:
        held |= set(_ending_between(record, begin, until or on))
    return full - sum(1 <= n <= full for n in held)


def _ending_in(record: GradeRecord, year: int) -> list[int]:
    return [year - record.entered_on.year]


def _ending_between(record: GradeRecord, begin: date, until: date) -> list[int]:
    first, last = begin.year - record.entered_on.year, until.year - record.entered_on.year
    return [n for n in range(first, last + 1) if begin <= anniversary(record.entered_on, n) <= until]


def full_years(since: date, on: date) -> int:
    """How many years have passed in full; none before the beginning."""
    years = on.year - since.year
    return max(0, years - (on < anniversary(since, years)))


def anniversary(day: date, years: int) -> date:
    """The same day so many years later; 29 February is the 28th in a common year."""
    year = day.year + years
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) and not isleap(year) else day.replace(year=year)


def next_grade_on(record: GradeRecord, grade: int, rules: Rules) -> date | None:
    """The first day, past or to come, on which a higher grade than this one is due; None when none ever is."""
    for years in range(_LONGEST):
        day = anniversary(record.entered_on, years)
        if grade_of(record, day, rules) > grade:
            return day
    return None
