"""What other rooms add to a courier's own page on the phone: reports, hours, points. Filled at start-up."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from members.models import Courier

MineSection = Callable[[HttpRequest, Courier | None], SafeString | None]

_sections: list[tuple[int, MineSection]] = []
_points: list[MineSection] = []


def register_section(section: MineSection, *, order: int = 100) -> None:
    """Add a section: `section(request, courier)` gives rendered HTML, or None for nothing. The courier may be None:
    a part-time grid worker without such a profile."""
    if all(known is not section for _, known in _sections):
        _sections.append((order, section))


def register_points(section: MineSection) -> None:
    """Say how the balance of points is shown; until then the page says what earns points, and no number."""
    _points[:] = [section]


def sections(request: HttpRequest, courier: Courier | None) -> list[SafeString]:
    """The sections, in order."""
    made = (section(request, courier) for _, section in sorted(_sections, key=lambda pair: pair[0]))
    return [html for html in made if html]


def points(request: HttpRequest, courier: Courier | None) -> SafeString | None:
    """The points, where a room keeps them."""
    return _points[0](request, courier) if _points else None
