"""What the two sheets share: the kinds, the records of a batch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from governance.errors import InvalidInput
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import Column
from members.care.services import _common
from members.models import CareKind, CareRecord, Person
from members.sheets.finding import People, Who


def kind_words(actor: Actor) -> list[str]:
    """The lists in use."""
    return list(CareKind.objects.filter(is_active=True).values_list("name", flat=True))


KIND = Column(key="kind", label="类别", is_needed=True, choices=kind_words, help="一人有几个类别的，每个类别一行。")


@dataclass
class Context:
    """What all rows need, and the open records of the batch by person and kind."""

    by: Actor
    now: datetime
    people: People
    kinds: dict[str, CareKind]
    records: dict[tuple[int, int], CareRecord] = field(default_factory=dict)

    @classmethod
    def of(cls, by: Actor, now: datetime) -> Self:
        """In one query."""
        kinds = {kind.name: kind for kind in CareKind.objects.filter(is_active=True)}
        return cls(by, now, People(by), kinds)

    def look_up(self, wanted: Iterable[Who]) -> None:
        """The persons of a batch, then their records, each locked by primary key."""
        ids = self.people.look_up(wanted)
        rows = CareRecord.objects.visible_to(self.by).open().filter(person__in=ids)
        found = _common.locked_many(rows.values_list("pk", flat=True), self.by)
        self.records = {(record.person_id, record.kind_id): record for record in found}

    def found(self, who: Who, kind: CareKind) -> tuple[Person, CareRecord | None]:
        """The person of a row, and their entry on the list. Raises NotFound, InvalidInput, in the sheet's words."""
        person = self.people.get(who)
        return person, self.records.get((person.pk, kind.pk))


def read_kind(cells: Cells, context: Context) -> CareKind:
    """The list, or InvalidInput naming its column."""
    cells.needed("kind")
    return cells.one_of("kind", context.kinds)


def none_of(kind: CareKind) -> InvalidInput:
    """Says that the person is not on the list."""
    return InvalidInput(f"此人不在{kind.name}名单中，请先列入。", field="kind")
