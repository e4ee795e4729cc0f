"""Values as the record keeps them: plain JSON, of bounded length, with no one's number in clear."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from governance import privacy

TEXT_LIMIT = 500
LIST_LIMIT = 200
_DEPTH_LIMIT = 6


def differing(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides as plain JSON, without the keys that are the same on both.

    Compared before values are shortened and masked, so that a change in what is hidden still shows as a change.
    """
    before, after = before or {}, after or {}
    same = {key for key in before.keys() & after.keys() if before[key] == after[key]}
    return _kept(before, same), _kept(after, same)


def _kept(values: Mapping[str, Any], same: set[str]) -> dict[str, Any]:
    return {text(str(key), 64): plain(value) for key, value in values.items() if key not in same}


def text(value: str, limit: int) -> str:
    """`value` with numbers of people masked, what the database cannot hold left out, and at most `limit` characters."""
    value = value.replace("\0", "").encode("utf-8", "replace").decode()
    value = privacy.mask_text(value)
    if len(value) <= limit:
        return value
    note = f"…（共 {len(value)} 字）"
    return value[: limit - len(note)] + note


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as JSON can hold it; what has no JSON form becomes its text."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if depth < _DEPTH_LIMIT and isinstance(value, Mapping):
        return {text(str(k), 64): plain(v, depth + 1) for k, v in value.items()}
    if depth < _DEPTH_LIMIT and isinstance(value, list | tuple | set | frozenset):
        return _list(value, depth)
    return text(str(value), TEXT_LIMIT)


def _number(value: int | float) -> int | float | str:
    """A number as itself, unless it looks like somebody's, or JSON has no such number."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    masked = privacy.mask_text(str(value))
    return value if masked == str(value) else masked


def _list(values: Any, depth: int) -> list[Any]:
    ordered = sorted(values, key=str) if isinstance(values, set | frozenset) else list(values)
    kept = [plain(v, depth + 1) for v in ordered[:LIST_LIMIT]]
    return [*kept, f"…（共 {len(ordered)} 项）"] if len(ordered) > LIST_LIMIT else kept
