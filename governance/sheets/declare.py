"""What a subject declares of its spreadsheet: the columns, who may, how a row comes in, and how one goes out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from governance.errors import DomainError
from governance.scope import Actor
from governance.sheets.cells import Cells

NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"
OUTCOMES = {NEW: "新增", CHANGED: "更新", SAME: "没有变化", REFUSED: "不能导入"}
# Rows that leave without a leader's approval. Source: rights.md, "export".
FREE = 1_000
MOST_EXPORTED = 100_000

Choices = Sequence[str] | Callable[[Actor], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. `key` is also the `field` that a refusal names; `choices` make a drop-down.

    `is_strict`: the spreadsheet program itself refuses what is not in the drop-down. `is_number`: an identity or
    telephone number: kept as text, masked wherever it is shown. `is_prose`: sentences, whose full-width signs stay as
    they were typed; any other cell is read half-width.
    """

    key: str
    label: str
    is_needed: bool = False
    choices: Choices = ()
    is_strict: bool = True
    help: str = ""
    width: int = 16
    is_number: bool = False
    is_prose: bool = False
    most: int = 500

    def choices_for(self, actor: Actor) -> list[str]:
        """The words of the drop-down."""
        return list(self.choices(actor) if callable(self.choices) else self.choices)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a row, or will. `column` is a key, `message` says what to do; neither may hold a number."""

    outcome: str
    column: str = ""
    message: str = ""

    @classmethod
    def refused(cls, refusal: DomainError) -> Verdict:
        """As a refusal says it."""
        return cls(REFUSED, refusal.field, refusal.message)


V = TypeVar("V")
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Row(Generic[V]):
    """A row that could be read: its number in the file, and what it asks for."""

    number: int
    value: V


class Importer(ABC, Generic[V, C]):
    """How rows come in. Each call sees whole batches, so that look-ups cost a few queries a batch.

    `writes_in_look`: the look is the taking over itself, undone at the end (needs no thought, holds the rows' locks:
    for lists up to `MOST_UNDONE` rows). Otherwise `apply(..., is_look=True)` must judge without writing.
    """

    batch = 500
    most_rows = 5_000
    writes_in_look = True

    @abstractmethod
    def prepare(self, actor: Actor, now: datetime) -> C:
        """What all rows need: look-ups, what was seen so far. Few queries."""

    @abstractmethod
    def read_row(self, cells: Cells, context: C) -> V:
        """What a row asks for. Raises InvalidInput whose `field` is the column's key. No queries."""

    @abstractmethod
    def apply(self, rows: Sequence[Row[V]], context: C, *, is_look: bool) -> list[Verdict]:
        """Take the rows over, in the caller's transaction; one verdict a row, in order.

        May be called again with the same rows after its transaction was undone (a collision with somebody else), and
        must find by identity what is here already: the same row again is `SAME`.
        """

    def note(self, rows: Sequence[Row[V]], refused: Mapping[int, str], context: C) -> None:
        """Rows that an interrupted run dealt with: remember what `apply` remembers of them. No queries.

        `refused`: the numbers of those that it refused → the key of the column.
        """
        return

    def notices(self, context: C) -> list[str]:
        """Sentences about the file as a whole, after the look: "将新登记楼栋 2 栋：…"."""
        return []


class RowImporter(Importer[V, C]):
    """The simple kind: one row at a time, by the parts of services that work in the caller's transaction."""

    batch = 100

    @abstractmethod
    def take(self, value: V, context: C) -> str:
        """Take one row over: NEW, CHANGED or SAME. Raises a DomainError; what it wrote until then is undone."""

    def apply(self, rows: Sequence[Row[V]], context: C, *, is_look: bool) -> list[Verdict]:
        """Each row in a savepoint of its own."""
        return [self._taken(row.value, context) for row in rows]

    def _taken(self, value: V, context: C) -> Verdict:
        try:
            with transaction.atomic():
                return Verdict(self.take(value, context))
        except DomainError as refusal:
            return Verdict.refused(refusal)


class Exporter(ABC):
    """How a list goes out. `query` is the list's query string, which holds its whole state."""

    # Labels of the columns; of those that hold a personal number, `row` leaves it masked unless `with_numbers`.
    header: Sequence[str] = ()
    # Whether there are full numbers to be had at all.
    has_numbers = True
    noun = "行"

    @abstractmethod
    def rows(self, query: str, actor: Actor) -> QuerySet[Any]:
        """The rows, in scope and in order. Raises InvalidInput for filters that are none."""

    @abstractmethod
    def words(self, query: str, actor: Actor) -> str:
        """The filters in words: "社区网格：第1网格；居住情况：流动人口". Never a number."""

    @abstractmethod
    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """One row, in the order of the header."""

    def looked_at(self, things: Iterable[Any]) -> dict[str, Any]:
        """What the record keeps of whose full numbers left."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A subject's spreadsheet. Rights are names of the table of rights; "" where there is none of that kind.

    `export_right` takes up to FREE rows at once; who has only `ask_right` needs approval for each export.
    `approve_right`: who approves, at or above the unit that asks. `reveal_right`: whose export may hold full numbers.
    """

    key: str
    title: str
    noun: str = "行"
    columns: Sequence[Column] = ()
    # The name of the list's view, whose page has the buttons.
    list_view: str = ""
    importer: Importer[Any, Any] | None = None
    import_right: str = ""
    # How a row is recognised, in words for the upload page.
    says: str = ""
    exporter: Exporter | None = None
    export_right: str = ""
    ask_right: str = ""
    approve_right: str = ""
    reveal_right: str = ""
    labels: dict[str, str] = field(init=False, default_factory=dict)
    # (key, longest text), as it is asked for every row.
    limits: list[tuple[str, int]] = field(init=False, default_factory=list)
    # The keys of prose.
    as_typed: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.labels.update({column.key: column.label for column in self.columns})
        self.limits.extend((column.key, column.most) for column in self.columns)
        self.as_typed.update(column.key for column in self.columns if column.is_prose)
