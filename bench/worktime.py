"""How long working-time arithmetic takes by the length of the span, and how many steps it is.

    .venv/bin/python -m bench.worktime

No database: the office's hours with a lunch gap, summer and winter hours, and holidays for each year.
"""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from governance.calendars.worktime import WorkCalendar, WorkSeason

ZONE = ZoneInfo("Asia/Shanghai")
SPANS = {"a day": 1 / 365, "a month": 1 / 12, "a year": 1.0, "ten years": 10.0, "twenty years": 20.0}
REPEATS, CALLS = 15, 2000


def office() -> WorkCalendar:
    """08:30-11:30 and 13:30-17:00, to 17:30 in summer."""
    summer, winter = ((510, 690), (810, 1050)), ((510, 690), (810, 1020))
    seasons = tuple(
        WorkSeason(starts, ends, ((hours,) * 5 + ((), ())))  # type: ignore[arg-type]
        for starts, ends, hours in (((5, 1), (9, 30), summer), ((10, 1), (4, 30), winter))
    )
    special: dict[date, int | None] = {}
    for year in range(2005, 2035):
        special |= {date(year, 10, day): None for day in range(1, 8)} | {date(year, 10, 11): 0}
    return WorkCalendar(ZONE, seasons, special)


def microseconds(call: Callable[[], object]) -> float:
    """The median of several rounds, for one call."""
    call()
    return statistics.median(timeit.repeat(call, number=CALLS, repeat=REPEATS)) / CALLS * 1e6


def main() -> None:
    """Print the table."""
    calendar = office()
    start = datetime(2010, 3, 2, 9, 13, tzinfo=ZONE)
    print(
        f"{'span':<14}{'measuring':>12}{'adding':>12}{'subtracting':>13}{'adding days':>13}   µs, median of {REPEATS}"
    )
    for name, years in SPANS.items():
        minutes, days = max(int(90_000 * years), 1), max(int(240 * years), 1)
        end = calendar.add_working(start, minutes)
        measured = [
            microseconds(call)
            for call in (
                lambda end=end: calendar.working_seconds_between(start, end),
                lambda minutes=minutes: calendar.add_working(start, minutes),
                lambda end=end, minutes=minutes: calendar.add_working(end, -minutes),
                lambda days=days: calendar.add_working_days(start, days),
            )
        ]
        print(f"{name:<14}{measured[0]:>12.1f}{measured[1]:>12.1f}{measured[2]:>13.1f}{measured[3]:>13.1f}")


if __name__ == "__main__":
    main()
