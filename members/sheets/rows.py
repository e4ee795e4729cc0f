"""What the subjects' sheets share: rows about somebody on record, known by the identity number alone."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

from governance import privacy
from governance.errors import InvalidInput
from governance.privacy import open_sealed
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import Column, Row, RowImporter, Verdict
from members import identity
from members.models import Person
from members.sheets.lookups import take_turn
from members.sheets.wanted import plain
from members.words import day_of

NAME = Column(key="name", label="姓名", most=32, help="用来核对身份证号有没有填错。")
IDENTITY = Column(
    key="identity", label="身份证号", is_needed=True, is_number=True, width=22,
    help="18 位，须是已登记的在册居民。导出的脱敏号码不能导入。",
)  # fmt: skip
# The same words for nobody, somebody elsewhere, and who has left or died: a sheet is no way of asking who lives where.
UNKNOWN = "没有在您的辖区内找到这个身份证号的在册居民，请核对号码；还没有登记的，请先登记居民。"


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a row names: the keyed hash of the number, and the name to check it by ("" says nothing)."""

    index: str
    name: str


def read_who(cells: Cells) -> Who:
    """The number by its hash, or InvalidInput naming the column."""
    number = cells.needed("identity")
    if "*" in number:
        raise InvalidInput("请填写完整的身份证号，脱敏后的号码认不出是谁。", field="identity")
    return Who(privacy.blind_index("identity", privacy.validate_identity(number)), plain(cells["name"]))


@dataclass(slots=True)
class People:
    """Those of a batch who are on record in the actor's own unit, by the hash of their number."""

    by: Actor
    found: dict[str, Person] = field(default_factory=dict)

    def look_up(self, wanted: Iterable[Who]) -> list[int]:
        """Find them in one query and lock them by primary key, which are returned."""
        rows = Person.objects.visible_to(self.by).here().filter(identity_index__in={who.index for who in wanted})
        rows = rows.filter(merged_into=None).defer("search").select_for_update(of=("self",))
        self.found = {person.identity_index: person for person in rows.order_by("pk")}
        return [person.pk for person in self.found.values()]

    def get(self, who: Who) -> Person:
        """The person; raises InvalidInput for all who are not there, in the same words."""
        person = self.found.get(who.index)
        if person is None:
            raise InvalidInput(UNKNOWN, field="identity")
        if who.name and who.name != plain(person.name):
            raise InvalidInput("姓名与这个身份证号登记的姓名不一致，请核对。", field="name")
        return person


class InBatch(Protocol):
    """What the context of such a sheet has."""

    by: Actor


V = TypeVar("V")
C = TypeVar("C", bound=InBatch)


class BatchImporter(RowImporter[V, C]):
    """Row by row, after one look at what all rows of the batch name. Imports into one unit take turns."""

    @abstractmethod
    def look_up(self, values: Sequence[V], context: C) -> None:
        """Find and lock what these rows name, in few queries: persons first, by primary key."""

    def apply(self, rows: Sequence[Row[V]], context: C, *, is_look: bool) -> list[Verdict]:
        """Each row in a savepoint of its own."""
        take_turn(context.by.unit_id)
        self.look_up([row.value for row in rows], context)
        return super().apply(rows, context, is_look=is_look)


def identity_of(person: Person, *, with_numbers: bool) -> str:
    """The identity number for an export, masked unless full ones were asked for."""
    if not with_numbers:
        return person.identity_masked
    return open_sealed(person.identity_sealed, context=identity.identity_context(person))


def phone_of(person: Person, *, with_numbers: bool) -> str:
    """The phone number for an export, masked unless full ones were asked for."""
    if not with_numbers:
        return person.phone_masked
    return open_sealed(person.phone_sealed, context=identity.phone_context(person))


def word_of(cells: Cells, key: str, pairs: Iterable[tuple[str, Any]]) -> str:
    """The code that a label stands for; "" for an empty cell."""
    return cells.one_of(key, {label: code for code, label in pairs}) if cells[key] else ""


def needed_day(cells: Cells, key: str, today: date) -> date:
    """A day that must be there and has come."""
    cells.needed(key)
    day = cells.day(key) or today
    return day_of(day, today=today, label=cells.labels[key], field=key)


def told_apart(names: Iterable[tuple[str, str]]) -> list[str]:
    """(name, where) → the name, with where before it if there are several of that name."""
    pairs = list(names)
    count = Counter(name for name, _ in pairs)
    return [name if count[name] == 1 else f"{where} {name}" for name, where in pairs]
