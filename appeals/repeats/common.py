"""Which two-character pieces are rare, by the planner's own statistics of the search index."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db import connection

# Statistics move with ANALYZE, not with the minute.
_KEPT_SECONDS = 600
# A piece outside the list is taken for this rare at most, while there are no statistics at all.
_UNKNOWN = 0.0005


@dataclass(frozen=True, slots=True)
class Frequencies:
    """`share`: piece → share of all appeals that hold it; `rest`: the most that any other piece has; `rows`: of all."""

    share: dict[str, float]
    rest: float
    rows: float

    def expected(self, piece: str) -> float:
        """How many appeals hold the piece, at most."""
        return self.share.get(piece, self.rest) * self.rows


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
            "SELECT c.reltuples, s.most_common_elems::text::text[], s.most_common_elem_freqs"
            " FROM pg_class c LEFT JOIN pg_stats s"
            " ON s.schemaname = current_schema() AND s.tablename = c.relname AND s.attname = 'search'"
            " WHERE c.oid = 'appeals_appeal'::regclass"
        )
        rows, pieces, shares = cursor.fetchone()
    # The list ends with the least and the greatest share, and that of nulls.
    share = dict(zip(pieces or [], shares or [], strict=False))
    return Frequencies(share, min(share.values(), default=_UNKNOWN), max(float(rows), 0.0))


def rarest(pieces: set[str], budget: float, most: int = 8) -> list[str]:
    """The rarest of the pieces that together hold no more appeals than `budget`; none where all are common."""
    known = frequencies()
    chosen: list[str] = []
    left = budget
    for piece in sorted(pieces, key=lambda one: (known.expected(one), one)):
        left -= known.expected(piece)
        if left < 0 or len(chosen) == most:
            break
        chosen.append(piece)
    return chosen
