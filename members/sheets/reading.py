"""What the sheets about people read alike: days, texts, the words of drop-downs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any, Generic, TypeVar

from governance.sheets.cells import Cells
from governance.spreadsheets import cell_text
from members.words import day_of, text_of

T = TypeVar("T")


def read_day(cells: Cells, key: str, today: date) -> date | None:
    """A day that has come, or None for an empty cell."""
    found = cells.day(key)
    return day_of(found, today=today, label=cells.labels[key], field=key) if found else None


def needed_day(cells: Cells, key: str, today: date) -> date:
    """A day that must be there and has come."""
    cells.needed(key)
    return read_day(cells, key, today) or today


def read_text(cells: Cells, key: str, most: int, least: int = 0) -> str:
    """A short text."""
    return text_of(cells[key], label=cells.labels[key], field=key, most=most, least=least)


def word_of(cells: Cells, key: str, pairs: Iterable[tuple[str, Any]]) -> str:
    """The code that a label stands for; "" for an empty cell."""
    return cells.one_of(key, {label: code for code, label in pairs}) if cells[key] else ""


def said(typed: str, kept: str) -> str:
    """What a cell asks for: what is kept already, where it is empty or says the same in other brackets."""
    return kept if not typed or cell_text(typed) == cell_text(kept) else typed


def told_apart(names: Iterable[tuple[str, str]]) -> list[str]:
    """(name, where) → the name, with where before it if there are several of that name."""
    pairs = list(names)
    count = Counter(name for name, _ in pairs)
    return [name if count[name] == 1 else f"{where} {name}" for name, where in pairs]


class Offered(Generic[T]):
    """The things of a drop-down by their words, found however brackets are typed; words of two things find neither."""

    def __init__(self, things: Iterable[tuple[str, T]]) -> None:
        self.labels: list[str] = []
        self.found: dict[str, T] = {}
        for label, thing in things:
            self.labels.append(label)
            self.found[cell_text(label)] = thing
        for label, count in Counter(cell_text(label) for label in self.labels).items():
            if count > 1:
                del self.found[label]

    @classmethod
    def by_name(cls, things: Iterable[Any]) -> Offered[Any]:
        """By name, with the unit behind it where two have one name."""
        things = list(things)
        names = Counter(cell_text(thing.name) for thing in things)
        return cls(
            (thing.name if names[cell_text(thing.name)] == 1 else f"{thing.name} {thing.unit.name}", thing)
            for thing in things
        )

    def pick(self, cells: Cells, key: str) -> T:
        """What the cell names; raises InvalidInput with what may be chosen."""
        cells.needed(key)
        return cells.one_of(key, self.found, self.labels)
