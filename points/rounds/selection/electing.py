"""Who is elected, and what a jury's scores come to: exact, by whole numbers and fractions, never by floats."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_CENT = Decimal("0.01")
FULL = 100


def elected(values: Mapping[int, Decimal | int], seats: int, tie: str) -> set[int]:
    """The keys with the highest values. Nobody is elected with nothing.

    Where more are alike at the last seat than there are seats, `tie` says: "more" all of them, "fewer" none of them.
    """
    standing = {key: value for key, value in values.items() if value > 0}
    ranked = sorted(standing.values(), reverse=True)
    if len(ranked) <= seats:
        return set(standing)
    last = ranked[seats - 1]
    above = {key for key, value in standing.items() if value > last}
    alike = {key for key, value in standing.items() if value == last}
    if len(above) + len(alike) <= seats or tie == "more":
        return above | alike
    return above


def total(marks: Mapping[int, tuple[int, int]], weights: Mapping[int, int]) -> Decimal:
    """A candidate's score of a hundred, to two places: the sum of weight × mean.

    `marks`: criterion → (sum of scores, how many gave one); `weights`: criterion → percent, a hundred together.
    Rounded once, at the end, half up: two who are alike on paper are alike here.
    """
    exact = sum((Fraction(weight, 100) * Fraction(*marks[key]) for key, weight in weights.items()), start=Fraction(0))
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(_CENT, ROUND_HALF_UP)


def mark_of_points(earned: int, full_points: int) -> tuple[int, int]:
    """The points earned in the period as a mark, as (sum, count): a full one from `full_points` on, none below zero."""
    return FULL * min(max(earned, 0), full_points), full_points
