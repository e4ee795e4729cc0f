"""The arithmetic of hours, against a slow and obvious version that looks at every minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from members.volunteers import codes
from members.volunteers.minutes import RULE, Presence, Rule, counted, told

DAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
MINUTE = st.integers(0, 24 * 60)
RULES = st.builds(
    Rule,
    step=st.sampled_from([10, 15, 30, 60]),
    up_from=st.integers(5, 10),
    allowance=st.integers(0, 60),
    day_most=st.integers(60, 480),
)


def at(minute: int, second: int = 0) -> datetime:
    return DAY + timedelta(minutes=minute, seconds=second)


def slow(came: int, left: int, begin: int, end: int, planned: int, used: int, rule: Rule) -> int:
    """Minute by minute: inside both; then steps one by one, while each still fits under the caps."""
    inside = sum(1 for minute in range(24 * 60) if begin <= minute < end and came <= minute < left)
    steps = 0
    while inside >= rule.step:
        steps, inside = steps + 1, inside - rule.step
    if inside >= rule.up_from:
        steps += 1
    total = 0
    for _ in range(steps * rule.step):
        if total < planned + rule.allowance and used + total < rule.day_most:
            total += 1
    return total


@given(MINUTE, MINUTE, MINUTE, MINUTE, st.integers(0, 480), st.integers(0, 600), RULES)
def test_as_minute_by_minute(came, left, begin, end, planned, used, rule) -> None:
    found = counted(
        Presence(at(came), at(left)), starts_at=at(begin), ends_at=at(end), planned=planned, used_today=used, rule=rule
    )
    assert found == slow(came, left, begin, end, planned, used, rule)


@given(st.lists(st.tuples(MINUTE, MINUTE), max_size=8))
def test_never_more_than_the_day_allows(spans) -> None:
    used = 0
    for begin, end in spans:
        used += counted(
            Presence(at(begin), at(end)), starts_at=at(begin), ends_at=at(end), planned=24 * 60, used_today=used
        )
    assert used <= RULE.day_most


def test_as_people_would_count() -> None:
    def of(came: int, left: int, planned: int = 120, used: int = 0) -> int:
        return counted(
            Presence(at(came), at(left)), starts_at=at(540), ends_at=at(720), planned=planned, used_today=used
        )

    assert of(540, 660) == 120
    assert of(530, 800) == 150, "the whole of it, but no more than planned and half an hour"
    assert of(540, 609) == 60
    assert of(540, 620) == 90
    assert of(720, 800) == of(300, 500) == of(700, 600) == 0
    assert of(540, 660, used=420) == 60
    assert of(540, 660, used=500) == 0
    assert [told(n) for n in (0, 30, 60, 150, 72_000)] == ["0 分", "30 分", "1 小时", "2 小时 30 分", "1,200 小时"]


KEY = UUID(int=7)


@given(st.integers(0, 10**7))
def test_the_code_of_this_window_and_the_last_one_fit_and_no_other(second) -> None:
    now = DAY + timedelta(seconds=second)
    this = codes.window_of(now)
    shown = {codes.code_of(KEY, this), codes.code_of(KEY, this - 1)}
    for window in range(this - 3, this + 3):
        code = codes.code_of(KEY, window)
        assert len(code) == 6
        assert codes.fits(KEY, f"{code[:3]} {code[3:]}", now) is (code in shown)
    assert 0 < codes.seconds_left(now) <= 300
    assert not codes.fits(KEY, "", now)


def test_every_activity_has_codes_of_its_own() -> None:
    assert len({codes.code_of(UUID(int=n), 5) for n in range(200)}) > 190
