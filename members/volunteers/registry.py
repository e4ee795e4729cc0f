"""What follows when hours are confirmed, told to the rooms above: points are earned from these.

Filled at start-up, by a higher room's `AppConfig.ready()`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from governance.scope import Actor
from members.models import ServiceHours


class OnConfirmed(Protocol):
    """Called inside the confirming transaction, once for each row of hours that counts from now on, person locked.

    A correction is a row of its own: `hours.corrects` is the row that it stands for, which no longer counts; its
    minutes are the whole new number, and not the difference. They may be 0.
    """

    def __call__(self, *, hours: ServiceHours, by: Actor, now: datetime) -> None: ...


_confirmed: list[OnConfirmed] = []


def register_on_confirmed(hook: OnConfirmed) -> None:
    """Say what follows when hours are confirmed or corrected."""
    if hook not in _confirmed:
        _confirmed.append(hook)


def hours_confirmed(*, hours: ServiceHours, by: Actor, now: datetime) -> None:
    """Tell whoever counts hours."""
    for hook in _confirmed:
        hook(hours=hours, by=by, now=now)
