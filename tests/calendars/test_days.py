"""Days in the installation's zone, whatever zone a moment is told in."""

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from governance.days import start_of, today_of


def test_a_day_begins_at_midnight_in_the_zone() -> None:
    assert start_of(date(2026, 7, 1)).isoformat() == "2026-07-01T00:00:00+08:00"


def test_the_day_of_a_moment_is_that_of_the_zone() -> None:
    assert today_of(datetime(2026, 6, 30, 15, 59, tzinfo=UTC)) == date(2026, 6, 30)
    assert today_of(datetime(2026, 6, 30, 16, 0, tzinfo=UTC)) == date(2026, 7, 1)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_moment_lies_between_the_start_of_its_day_and_of_the_next(moment: datetime) -> None:
    day = today_of(moment)
    assert start_of(day) <= moment < start_of(day + timedelta(days=1))
    assert timezone.localtime(start_of(day)).date() == day
