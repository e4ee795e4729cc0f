"""Kinds that are not counted by people: another subject keeps them (a branch, a team), counts them and opens them.

Filled at start-up. A kind that nobody counts shows no figure at all, rather than a nought.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from governance.scope import Actor

# (actor, the place column: "street_id", "community_id" or "grid_id", units, day) → unit → how many
Counts = Callable[[Actor, str, Sequence[int], date], dict[int, int]]
# (actor, unit) → the address of the list behind the number, or "" for who may not open it
Opens = Callable[[Actor, int], str]


@dataclass(frozen=True, slots=True)
class Counter:
    """How one kind is counted."""

    counts: Counts
    opens: Opens


_counters: dict[str, Counter] = {}


def register_counter(code: str, *, counts: Counts, opens: Opens) -> None:
    """Say how the kind of this code is counted."""
    _counters[code] = Counter(counts, opens)


def counter_of(code: str) -> Counter | None:
    """How it is counted; None while nobody has said."""
    return _counters.get(code)
