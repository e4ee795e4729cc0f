"""The period of a statement: chosen by name, or by two days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from governance.errors import InvalidInput

LONGEST_YEARS = 3


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included."""

    from_on: date
    until_on: date


def named(today: date) -> list[tuple[str, Period]]:
    """What is asked for most, by label: this month, the last one, this year, the last one."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    year = date(today.year, 1, 1)
    return [
        ("本月", Period(month, today)), ("上月", Period(before.replace(day=1), before)),
        ("今年", Period(year, today)), ("去年", Period(date(today.year - 1, 1, 1), year - timedelta(days=1))),
    ]  # fmt: skip


def chosen(from_on: date | None, until_on: date | None, today: date) -> Period:
    """The period of two days; what is left open is this month, and today. Raises InvalidInput naming the field."""
    until = until_on or today
    begin = from_on or until.replace(day=1)
    if until > today:
        raise InvalidInput("截止日期不能晚于今天。", field="until")
    if begin > until:
        raise InvalidInput("起始日期不能晚于截止日期。", field="from")
    if (until - begin).days > LONGEST_YEARS * 366:
        raise InvalidInput(f"一次最多查 {LONGEST_YEARS} 年，请缩短期间。", field="from")
    return Period(begin, until)
