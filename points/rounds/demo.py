"""The demo's part of this subject."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime


def fill(*, now: datetime, progress: Callable[[int], object] | None = None) -> None:
    """Fill this subject for the demo; harmless to repeat."""
