"""What the rooms above tell of a report that became their work. Filled at start-up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from governance.scope import Actor


@dataclass(frozen=True, slots=True)
class Work:
    """An appeal by its number: where it is read, and its state in words."""

    url: str
    state: str


# (actor, numbers) → number → the appeal, for those that the actor may see
Finder = Callable[[Actor, Sequence[str]], dict[str, Work]]

_finders: list[Finder] = []


def register_finder(finder: Finder) -> None:
    """Say how appeals are found by their numbers."""
    _finders[:] = [finder]


def find(actor: Actor, numbers: Sequence[str]) -> dict[str, Work]:
    """The appeals behind the numbers that the actor may see."""
    wanted = [number for number in numbers if number]
    return _finders[0](actor, wanted) if _finders and wanted else {}


def can_find() -> bool:
    """Whether numbers can be looked up at all."""
    return bool(_finders)
