"""Who is elected, and what scores come to, against slow and obvious versions."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points.rounds.selection.electing import elected, mark_of_points, total

values = st.dictionaries(st.integers(1, 30), st.integers(0, 6), max_size=12)


@pytest.mark.parametrize(
    ("votes", "seats", "tie", "who"),
    [
        ({1: 5, 2: 3, 3: 1}, 2, "more", {1, 2}), ({1: 5, 2: 3, 3: 3}, 2, "more", {1, 2, 3}),
        ({1: 5, 2: 3, 3: 3}, 2, "fewer", {1}), ({1: 3, 2: 3, 3: 3}, 2, "fewer", set()), ({1: 0, 2: 4}, 2, "more", {2}),
        ({}, 3, "more", set()), ({1: 3, 2: 3}, 2, "fewer", {1, 2}),
    ],
)  # fmt: skip
def test_seats_and_ties(votes, seats, tie, who) -> None:
    assert elected(votes, seats, tie) == who


@given(values, st.integers(1, 8), st.sampled_from(["more", "fewer"]))
def test_against_the_slow_way(votes, seats, tie) -> None:
    """One by one: how many have more than this one, and how many as many?"""
    expected = set()
    for key, value in votes.items():
        better = sum(1 for other in votes.values() if other > value)
        alike = sum(1 for other in votes.values() if other == value)
        if value > 0 and better < seats and (tie == "more" or better + alike <= seats):
            expected.add(key)
    assert elected(votes, seats, tie) == expected


@given(values, st.integers(1, 8), st.randoms())
def test_the_order_in_which_they_come_changes_nothing(votes, seats, rng) -> None:
    shuffled = list(votes.items())
    rng.shuffle(shuffled)
    assert elected(dict(shuffled), seats, "more") == elected(votes, seats, "more")


@st.composite
def juries(draw):
    """Scores of some jurors for three criteria that weigh a hundred together."""
    first = draw(st.integers(1, 98))
    second = draw(st.integers(1, 99 - first))
    weights = {1: first, 2: second, 3: 100 - first - second}
    given_scores = {key: draw(st.lists(st.integers(0, 100), min_size=1, max_size=9)) for key in weights}
    return weights, given_scores


@given(juries())
def test_the_mean_against_the_slow_way(drawn) -> None:
    weights, given_scores = drawn
    slow = Fraction(0)
    for key, weight in weights.items():
        mean = sum((Fraction(one) for one in given_scores[key]), Fraction(0)) / len(given_scores[key])
        slow += mean * weight / 100
    exact = Decimal(slow.numerator) / Decimal(slow.denominator)
    marks = {key: (sum(scores), len(scores)) for key, scores in given_scores.items()}
    found = total(marks, weights)
    assert found == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert 0 <= found <= 100


def test_a_third_does_not_make_two_alike_differ() -> None:
    assert total({1: (100, 3)}, {1: 100}) == Decimal("33.33")
    assert total({1: (200, 6)}, {1: 100}) == total({1: (100, 3)}, {1: 100})
    assert total({1: (1, 8)}, {1: 100}) == Decimal("0.13")


@given(st.integers(-500, 5000), st.integers(1, 2000))
def test_points_are_a_mark_between_nothing_and_full(earned, full) -> None:
    mark = Fraction(*mark_of_points(earned, full))
    assert 0 <= mark <= 100
    assert mark == (100 if earned >= full else max(0, Fraction(100 * earned, full)))
