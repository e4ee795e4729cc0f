"""What higher rooms tell the territory: the work that lies with a unit, and what follows when a unit closes.

Filled in each app's `AppConfig.ready()`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.http import HttpRequest
from django.utils.safestring import SafeString

from governance.scope import Actor
from grids.models import Unit


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Unfinished things that lie with units: "待办诉求", how many, and the list of them.

    A unit is not closed while work that `blocks` has no successor; what ends with the unit (postings) does not block.
    """

    label: str
    count: int
    url: str = ""
    blocks: bool = True


class OnUnitClosed(Protocol):
    """Called inside the transaction that closes a unit, and once more within two days, so it must bear repeating."""

    def __call__(self, *, unit_id: int, successor_id: int | None, by: Actor, now: datetime) -> None: ...


OpenWorkSource = Callable[[Sequence[int]], list[OpenWork]]
UnitSection = Callable[[HttpRequest, Unit], SafeString | None]

_open_work: list[OpenWorkSource] = []
_on_closed: list[OnUnitClosed] = []
_sections: list[tuple[int, UnitSection]] = []


def register_open_work(source: OpenWorkSource) -> None:
    """Say what counts the open work of units: `source(unit_ids) -> list[OpenWork]`, in few queries."""
    if source not in _open_work:
        _open_work.append(source)


def register_on_unit_closed(hook: OnUnitClosed) -> None:
    """Say what follows the closing of a unit; with a successor, open work goes to it."""
    if hook not in _on_closed:
        _on_closed.append(hook)


def register_unit_section(section: UnitSection, *, order: int = 100) -> None:
    """Add a section to a unit's page: `section(request, unit)` gives rendered HTML, or None for nothing."""
    if all(known is not section for _, known in _sections):
        _sections.append((order, section))


def open_work(unit_ids: Sequence[int]) -> list[OpenWork]:
    """All that is open with the units; nothing that counts zero."""
    found = [work for source in _open_work for work in source(unit_ids)]
    return [work for work in found if work.count]


def unit_closed(*, unit_id: int, successor_id: int | None, by: Actor, now: datetime) -> None:
    """Tell the higher rooms."""
    for hook in _on_closed:
        hook(unit_id=unit_id, successor_id=successor_id, by=by, now=now)


def sections(request: HttpRequest, unit: Unit) -> list[SafeString]:
    """The sections of a unit's page, in order."""
    made = (section(request, unit) for _, section in sorted(_sections, key=lambda pair: pair[0]))
    return [html for html in made if html]
