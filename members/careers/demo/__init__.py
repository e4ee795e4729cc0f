"""The demonstration's workforce: its history since 2022 in the district's own numbers, and what is under way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from members.careers.demo import past, present


def fill(*, now: datetime, progress: Callable[[int], Any] = lambda n: None) -> None:
    """Careers with their history, then open procedures and this year's appraisal. Harmless to repeat."""
    past.write(now=now, progress=progress)
    present.play(now=now, progress=progress)
