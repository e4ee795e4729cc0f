"""What higher rooms tell the territory: what lies with a unit, and what follows when a unit closes or moves.

Filled in each app's `AppConfig.ready()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.http import HttpRequest
from django.utils.safestring import SafeString

from governance.scope import Actor, UnitKind
from grids.models import Unit


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What lies with units and has to go on: "待办诉求", how many, and the list of them.

    A unit is not closed while work that `blocks` has no successor; what ends with the unit (postings) does not block.
    `takers`: the kinds of unit that can take it over, none named for any. People live in a community or a grid.
    """

    label: str
    count: int
    url: str = ""
    blocks: bool = True
    counter: str = "件"
    takers: frozenset[UnitKind] = frozenset()

    @property
    def told(self) -> str:
        """ "待办诉求 12 件"."""
        return f"{self.label} {self.count} {self.counter}"


class OnUnitClosed(Protocol):
    """Called inside the transaction that closes a unit, and once more within two days, so it must bear repeating."""

    def __call__(self, *, unit_id: int, successor_id: int | None, by: Actor, now: datetime) -> None: ...


class OnUnitMoved(Protocol):
    """Called inside the transaction in which a unit's place on the line became another, with the unit as it now is.

    `before` has `district_id`, `street_id` and `community_id` as they were. What lies below the unit has moved with it;
    no call of its own is made for that. Called again within two days, so it must bear repeating.
    """

    def __call__(self, *, unit: Unit, before: Mapping[str, int | None], by: Actor, now: datetime) -> None: ...


OpenWorkSource = Callable[[Sequence[int]], list[OpenWork]]
UnitSection = Callable[[HttpRequest, Unit], SafeString | None]

_open_work: list[OpenWorkSource] = []
_inhabitants: list[OpenWorkSource] = []
_on_closed: list[OnUnitClosed] = []
_on_moved: list[OnUnitMoved] = []
_sections: list[tuple[int, UnitSection]] = []


def register_open_work(source: OpenWorkSource) -> None:
    """Say what counts the open work of units: `source(unit_ids) -> list[OpenWork]`, in few queries."""
    if source not in _open_work:
        _open_work.append(source)


def register_inhabitants(source: OpenWorkSource) -> None:
    """As `register_open_work`, for what lives in units and is no work of theirs: asked when one closes or moves."""
    if source not in _inhabitants:
        _inhabitants.append(source)


def register_on_unit_closed(hook: OnUnitClosed) -> None:
    """Say what follows the closing of a unit; with a successor, open work goes to it."""
    if hook not in _on_closed:
        _on_closed.append(hook)


def register_on_unit_moved(hook: OnUnitMoved) -> None:
    """Say what follows when a unit comes under another parent: what lies in it stands under the new one."""
    if hook not in _on_moved:
        _on_moved.append(hook)


def register_unit_section(section: UnitSection, *, order: int = 100) -> None:
    """Add a section to a unit's page: `section(request, unit)` gives rendered HTML, or None for nothing."""
    if all(known is not section for _, known in _sections):
        _sections.append((order, section))


def open_work(unit_ids: Sequence[int]) -> list[OpenWork]:
    """All work that is open with the units; nothing that counts zero."""
    found = [work for source in _open_work for work in source(unit_ids)]
    return [work for work in found if work.count]


def to_be_followed(unit_ids: Sequence[int]) -> list[OpenWork]:
    """All that goes along when the units close or move: their work, and who lives there."""
    living = [work for source in _inhabitants for work in source(unit_ids)]
    return [*open_work(unit_ids), *(work for work in living if work.count)]


def unit_closed(*, unit_id: int, successor_id: int | None, by: Actor, now: datetime) -> None:
    """Tell the higher rooms."""
    for hook in _on_closed:
        hook(unit_id=unit_id, successor_id=successor_id, by=by, now=now)


def unit_moved(*, unit: Unit, before: Mapping[str, int | None], by: Actor, now: datetime) -> None:
    """Tell the higher rooms."""
    for hook in _on_moved:
        hook(unit=unit, before=before, by=by, now=now)


def sections(request: HttpRequest, unit: Unit) -> list[SafeString]:
    """The sections of a unit's page, in order."""
    made = (section(request, unit) for _, section in sorted(_sections, key=lambda pair: pair[0]))
    return [html for html in made if html]
