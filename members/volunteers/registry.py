"""What follows when hours are confirmed, told to the rooms above (points are earned from these), and what they add to
a volunteer's own page.

Filled at start-up, by a higher room's `AppConfig.ready()`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.http import HttpRequest
from django.utils.safestring import SafeString

from governance.scope import Actor
from members.models import Person, ServiceHours

OwnSection = Callable[[HttpRequest, Person], SafeString | None]


class OnConfirmed(Protocol):
    """Called inside the confirming transaction, once for each row of hours that counts from now on, person locked.

    A correction is a row of its own: `hours.corrects` is the row that it stands for, which no longer counts; its
    minutes are the whole new number, and not the difference. They may be 0.
    """

    def __call__(self, *, hours: ServiceHours, by: Actor, now: datetime) -> None: ...


_confirmed: list[OnConfirmed] = []
_own: list[OwnSection] = []


def register_on_confirmed(hook: OnConfirmed) -> None:
    """Say what follows when hours are confirmed or corrected."""
    if hook not in _confirmed:
        _confirmed.append(hook)


def hours_confirmed(*, hours: ServiceHours, by: Actor, now: datetime) -> None:
    """Tell whoever counts hours."""
    for hook in _confirmed:
        hook(hours=hours, by=by, now=now)


def register_own(section: OwnSection) -> None:
    """Add to a volunteer's own page: `section(request, person)` gives the rendered body of a card on points, or None.

    The last one counts.
    """
    _own[:] = [section]


def own_points(request: HttpRequest, person: Person) -> SafeString | None:
    """The points of whoever is signed in, where a room keeps them."""
    return _own[0](request, person) if _own else None
