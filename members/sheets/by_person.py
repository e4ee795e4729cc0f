"""What sheets about people who are on record share: a row names somebody by identity number, and never adds one."""

from __future__ import annotations

import unicodedata
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic, TypeVar

from governance import privacy
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import Column, Row, RowImporter, Verdict
from members.models import Person
from members.words import day_of, name_of, text_of

T = TypeVar("T")
V = TypeVar("V")
C = TypeVar("C")

NAME = Column(key="name", label="姓名", is_needed=True, most=32, help="应与居民档案一致。")
IDENTITY = Column(
    key="identity", label="身份证号", is_needed=True, is_number=True, width=22, most=40,
    help="18 位完整号码，以它识别居民。没有登记的，请先登记居民。",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a row means: the name as typed, and the keyed hash of the identity number."""

    name: str
    index: str


def read_who(cells: Cells, *, name: str = "name", identity: str = "identity") -> Who:
    """Name and number of a row; raises InvalidInput naming the column."""
    typed = name_of(cells.needed(name), field=name)
    if not (number := cells.number(identity)):
        raise InvalidInput("请填写 18 位完整的身份证号，带星号的号码不能识别是谁。", field=identity)
    number = privacy.validate_identity(number, field=identity)
    return Who(typed, privacy.blind_index("identity", number))


def read_day(cells: Cells, key: str, today: date) -> date | None:
    """A day that has come, or None for an empty cell."""
    found = cells.day(key)
    return day_of(found, today=today, label=cells.labels[key], field=key) if found else None


def read_text(cells: Cells, key: str, most: int, least: int = 0) -> str:
    """A short text."""
    return text_of(cells[key], label=cells.labels[key], field=key, most=most, least=least)


def unknown(*, field: str = "identity") -> NotFound:
    """The same words for who is nowhere on record and for who is on record beyond the scope."""
    return NotFound("没有找到这个人，或不在您的管辖范围内。请先登记居民。", field=field)


def check_name(person: Person, who: Who, *, field: str = "name") -> None:
    """Raise InvalidInput where the number is somebody else's: most often a row that slipped."""
    if person.name != who.name:
        raise InvalidInput("姓名与这个身份证号登记的姓名不一致，请核对是否串行。", field=field)


def check_here(person: Person) -> None:
    """Raise IllegalState for who has left or died."""
    if person.state != "here":
        raise IllegalState(f"{person.name}{person.get_state_display()}，不能再办理。", field="identity")


def locked_by_number(indexes: Iterable[str], by: Actor) -> dict[str, Person]:
    """Those of the scope with these numbers, locked by primary key, in one query."""
    rows = Person.objects.visible_to(by).filter(identity_index__in=set(indexes) - {""}).exclude(state="merged")
    held = rows.defer("search").select_for_update(of=("self",)).order_by("pk")
    return {person.identity_index: person for person in held}


def ids_by_number(indexes: Iterable[str], district_id: int | None) -> dict[str, int]:
    """Who of the district has these numbers, seen or not: keys alone, for services that ask about the scope."""
    rows = Person.objects.filter(identity_index__in=set(indexes) - {""}, district_id=district_id).exclude(
        state="merged"
    )
    return dict(rows.values_list("identity_index", "pk"))


def plain(text: str) -> str:
    """A text as the cells of a file are read: half-width, so that （一） and (一) are the same."""
    return unicodedata.normalize("NFKC", text).strip()


def said(typed: str, kept: str) -> str:
    """What a cell asks for: what is kept already, where it is empty or says the same in other brackets."""
    return kept if not typed or plain(typed) == plain(kept) else typed


class Offered(Generic[T]):
    """The things of a drop-down by their words, found however brackets are typed; words of two things find neither."""

    def __init__(self, things: Iterable[tuple[str, T]]) -> None:
        self.labels: list[str] = []
        self.found: dict[str, T] = {}
        for label, thing in things:
            self.labels.append(label)
            self.found[plain(label)] = thing
        for label, count in Counter(plain(label) for label in self.labels).items():
            if count > 1:
                del self.found[label]

    @classmethod
    def by_name(cls, things: Iterable[Any]) -> Offered[Any]:
        """By name, with the unit behind it where two have one name."""
        things = list(things)
        names = Counter(plain(thing.name) for thing in things)
        return cls(
            (thing.name if names[plain(thing.name)] == 1 else f"{thing.name} {thing.unit.name}", thing)
            for thing in things
        )

    def pick(self, cells: Cells, key: str) -> T:
        """What the cell names; raises InvalidInput with what may be chosen."""
        cells.needed(key)
        return cells.one_of(key, self.found, self.labels)


class PersonImporter(RowImporter[V, C]):
    """One row at a time, after one look-up for the whole batch. `columns` maps fields of services to columns."""

    batch = 500
    columns: Mapping[str, str] = {"person": "identity", "people": "identity", "on": "from_on"}

    @abstractmethod
    def look_up(self, values: Sequence[V], context: C) -> None:
        """Put into the context what is on record of these rows; few queries, locked in the services' order."""

    def apply(self, rows: Sequence[Row[V]], context: C, *, is_look: bool) -> list[Verdict]:
        """Looked up together, then each in a savepoint of its own."""
        self.look_up([row.value for row in rows], context)
        found = super().apply(rows, context, is_look=is_look)
        return [replace(one, column=self.columns.get(one.column, one.column)) for one in found]
