"""Who a row is about: somebody on record, named by the identity number, found a batch at a time by its keyed hash."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from governance import privacy
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import Column, Row, RowImporter, Verdict
from members.models import Person
from members.sheets.lookups import take_turn
from members.sheets.wanted import plain
from members.words import name_of

NAME = Column(key="name", label="姓名", most=32, help="用来核对身份证号有没有填错。")
NEEDED_NAME = replace(NAME, is_needed=True, help="应与居民档案一致。")
IDENTITY = Column(
    key="identity", label="身份证号", is_needed=True, is_number=True, width=22, most=40,
    help="18 位完整号码，以它识别居民；导出的脱敏号码不能导入。没有登记的，请先登记居民。",
)  # fmt: skip

# What the services about somebody call their fields, as the columns do.
OF_FORMS = {"person": "identity", "people": "identity", "on": "from_on"}


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a row means: the name to check by ("" says nothing), and the keyed hash of the identity number."""

    name: str
    index: str

    def is_named(self, person: Person) -> bool:
        """Whether the person has the name that the row says, if it says one."""
        return not self.name or plain(self.name) == plain(person.name)


def read_who(cells: Cells, *, name: str = "name", needs_name: bool = True) -> Who:
    """Name and number of a row; raises InvalidInput naming the column. The number itself is not kept."""
    typed = cells.needed(name) if needs_name else cells[name]
    if not (number := cells["identity"]):
        raise InvalidInput("身份证号不能为空，请填写 18 位完整的身份证号。", field="identity")
    if "*" in number:
        raise InvalidInput("请填写 18 位完整的身份证号，带星号的脱敏号码认不出是谁。", field="identity")
    number = privacy.validate_identity(number, field="identity")
    return Who(name_of(typed, field=name) if typed else "", privacy.blind_index("identity", number))


def unknown() -> NotFound:
    """The same words for nobody and for somebody beyond the scope: a sheet is no way of asking who lives where."""
    said = "没有在您的辖区内找到这个身份证号的在册居民，请核对号码；还没有登记的，请先登记居民。"
    return NotFound(said, field="identity")


def check_name(person: Person, who: Who, *, field: str = "name") -> None:
    """Raise InvalidInput where the number is somebody else's: most often a row that slipped."""
    if not who.is_named(person):
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
    rows = Person.objects.filter(identity_index__in=set(indexes) - {""}, district_id=district_id)
    return dict(rows.exclude(state="merged").values_list("identity_index", "pk"))


@dataclass(slots=True)
class People:
    """Those of a batch who are here, in the actor's own scope, by the hash of their number."""

    by: Actor
    found: dict[str, Person] = field(default_factory=dict)

    def look_up(self, wanted: Iterable[Who]) -> list[int]:
        """Find and lock them; their primary keys. Who has left or died is as unknown as who never was here."""
        held = locked_by_number((who.index for who in wanted), self.by)
        self.found = {index: person for index, person in held.items() if person.state == "here"}
        return [person.pk for person in self.found.values()]

    def get(self, who: Who) -> Person:
        """The person; raises NotFound for all who are not there, in the same words, InvalidInput for another name."""
        person = self.found.get(who.index)
        if person is None:
            raise unknown()
        check_name(person, who)
        return person


class InBatch(Protocol):
    """What the context of such a sheet has."""

    by: Actor


V = TypeVar("V")
C = TypeVar("C", bound=InBatch)


class BatchImporter(RowImporter[V, C]):
    """Row by row, after one look at what all rows of the batch name. Imports into one unit take turns.

    `columns` maps fields of services to columns, where these have other names.
    """

    batch = 500
    columns: Mapping[str, str] = {}

    @abstractmethod
    def look_up(self, values: Sequence[V], context: C) -> None:
        """Find and lock what these rows name, in few queries: persons first, by primary key."""

    def apply(self, rows: Sequence[Row[V]], context: C, *, is_look: bool) -> list[Verdict]:
        """Each row in a savepoint of its own."""
        take_turn(context.by.unit_id)
        self.look_up([row.value for row in rows], context)
        found = super().apply(rows, context, is_look=is_look)
        return [replace(one, column=self.columns.get(one.column, one.column)) for one in found]
