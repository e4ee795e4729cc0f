"""The code of a check-in: six digits that change every few minutes, the same for everybody who reads the screen.

Derived from the activity's own key and the window of time by HMAC with the installation's key, so that none is kept
anywhere. The code of the window before is accepted as well: who reads it just before it changes still has to type it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

WINDOW = timedelta(minutes=5)
# Wrong codes of a person at an activity in a window; a million codes are then not worth trying.
MOST_TRIES = 5
_DIGITS = 6


def window_of(now: datetime) -> int:
    """The number of the window."""
    return int(now.timestamp() // WINDOW.total_seconds())


def code_of(key: UUID, window: int) -> str:
    """The code of an activity in a window."""
    digest = salted_hmac("members.volunteers.codes", f"{key}:{window}", algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**_DIGITS:0{_DIGITS}d}"


def fits(key: UUID, given: str, now: datetime) -> bool:
    """Whether the code is that of this window or of the last one."""
    tidy = "".join(given.split())
    this = window_of(now)
    return any(constant_time_compare(tidy, code_of(key, window)) for window in (this, this - 1))


def seconds_left(now: datetime) -> int:
    """How long the code on the screen still stands there."""
    length = int(WINDOW.total_seconds())
    return length - int(now.timestamp()) % length
