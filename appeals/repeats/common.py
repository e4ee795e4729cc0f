"""Which two-character pieces are rare, alone or in pairs, by the planner's own statistics of the search index."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from django.db import connection

# Statistics move with ANALYZE, not with the minute.
_KEPT_SECONDS = 600
# A piece outside the list is taken for this rare at most, while there are no statistics at all.
_UNKNOWN = 0.0005


# Of a text without rare pieces so many of its rarest are tried in pairs.
_PAIRED = 8


@dataclass(frozen=True, slots=True)
class Frequencies:
    """`share`: piece → share of all appeals that hold it; `rest`: the most that any other piece has; `rows`: of all.

    `moments` cut the appeals by their registration into parts of one size, oldest first.
    """

    share: dict[str, float]
    rest: float
    rows: float
    moments: list[datetime]

    def of(self, piece: str) -> float:
        """The share of the appeals that hold the piece, at most."""
        return self.share.get(piece, self.rest)

    def since(self, moment: datetime) -> float:
        """How many appeals were registered from the moment on, roughly; all of them while nothing is known."""
        parts = len(self.moments) - 1
        if parts < 1:
            return self.rows
        return self.rows * max(1, parts - bisect_left(self.moments, moment) + 1) / parts


_kept: dict[str, tuple[float, Frequencies]] = {}


def frequencies() -> Frequencies:
    """The statistics, read anew every ten minutes."""
    database = str(connection.settings_dict["NAME"])
    kept = _kept.get(database)
    if kept is None or time.monotonic() - kept[0] > _KEPT_SECONDS:
        kept = (time.monotonic(), _read())
        _kept[database] = kept
    return kept[1]


def _read() -> Frequencies:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.reltuples, s.most_common_elems::text::text[], s.most_common_elem_freqs,"
            " t.histogram_bounds::text::timestamptz[]"
            " FROM pg_class c LEFT JOIN pg_stats s"
            " ON s.schemaname = current_schema() AND s.tablename = c.relname AND s.attname = 'search'"
            " LEFT JOIN pg_stats t"
            " ON t.schemaname = current_schema() AND t.tablename = c.relname AND t.attname = 'registered_at'"
            " WHERE c.oid = 'appeals_appeal'::regclass"
        )
        rows, pieces, shares, moments = cursor.fetchone()
    # The list ends with the least and the greatest share, and that of nulls.
    share = dict(zip(pieces or [], shares or [], strict=False))
    return Frequencies(share, min(share.values(), default=_UNKNOWN), max(float(rows), 0.0), list(moments or []))


def rare(pieces: Iterable[str], since: datetime, budget: float, most: int = 8) -> list[tuple[str, ...]]:
    """What to look a text up by: the rarest of its pieces that together hold at most `budget` appeals since then.

    Where even the rarest is common, pairs of them that share no character: an estate and a matter are both common in
    a city, and rare together. Nothing where the pairs are common, too.
    """
    known = frequencies()
    recent = known.since(since)
    ordered = sorted(pieces, key=lambda one: (known.of(one), one))
    alone = [((piece,), known.of(piece) * recent) for piece in ordered]
    paired = [
        ((one, other), known.of(one) * known.of(other) * recent)
        for one, other in combinations(ordered[:_PAIRED], 2) if not set(one) & set(other)
    ]  # fmt: skip
    return _within(alone, budget, most) or _within(sorted(paired, key=lambda pair: pair[1]), budget, most)


def _within(found: Sequence[tuple[tuple[str, ...], float]], budget: float, most: int) -> list[tuple[str, ...]]:
    chosen: list[tuple[str, ...]] = []
    for pieces, expected in found[:most]:
        budget -= expected
        if budget < 0:
            break
        chosen.append(pieces)
    return chosen
