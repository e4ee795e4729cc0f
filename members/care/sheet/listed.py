"""重点关爱: who is on a list, in and out. A row is known by person and kind."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from governance.errors import DomainError
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import CHANGED, NEW, SAME, Column, Row, Sheet, Verdict
from governance.sheets.lists import ListExporter
from governance.ui import dates
from members.care import selectors
from members.care.filters import CareFilterSet
from members.care.services import listing
from members.care.services.listing import Entry
from members.care.sheet.common import KIND, Context, read_kind
from members.care.tabs import CARE_TABS
from members.care.words import EDIT
from members.models import CareKind, CareRecord, Person
from members.models.care import LEVELS
from members.sheets.exporting import identity_of
from members.sheets.finding import IDENTITY, NAME, BatchImporter, Who, read_who
from members.sheets.lookups import take_turn
from members.sheets.reading import word_of

COLUMNS = (
    NAME,
    IDENTITY,
    KIND,
    Column(
        key="level", label="关爱等级", choices=tuple(label for _, label in LEVELS), width=10,
        help="新列入的必填；等级决定多久走访一次。",
    ),
    Column(key="grounds", label="认定依据", is_prose=True, most=200, width=30, help="部分类别必填。不要填写身份证号。"),
    Column(key="since", label="列入日期", width=12, help="例如 2024-05-01；不填为导入当天。首次走访时限从导入时起算。"),
    Column(key="words", label="走访提示", is_prose=True, width=36, help="走访时留意什么。不要填写身份证号、电话号码。"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that can be read. "" and None say nothing, and leave alone what is known."""

    who: Who
    kind: CareKind
    level: str
    grounds: str
    since: date | None
    words: str

    def entry(self, known: CareRecord | None) -> Entry:
        """As the service takes it."""
        if known is None:
            return Entry(level=self.level, grounds=self.grounds, words=self.words, since=self.since)
        return Entry(
            level=self.level or known.level, grounds=self.grounds or known.grounds, words=self.words or known.words,
            since=self.since, visitor_id=known.visitor_id,
        )  # fmt: skip


class CareImporter(BatchImporter[Wanted, Context]):
    """Who is not on the list is put on it; of who is, what the row says otherwise is corrected."""

    def prepare(self, actor: Actor, now: datetime) -> Context:
        """The lists in use."""
        return Context.of(actor, now)

    def read_row(self, cells: Cells, context: Context) -> Wanted:
        """The lengths and the day are the service's matter."""
        return Wanted(
            read_who(cells, needs_name=False), read_kind(cells, context), word_of(cells, "level", LEVELS),
            cells["grounds"], cells.day("since"), cells["words"],
        )  # fmt: skip

    def look_up(self, values: Sequence[Wanted], context: Context) -> None:
        """Persons and their records."""
        context.look_up(value.who for value in values)

    def apply(self, rows: Sequence[Row[Wanted]], context: Context, *, is_look: bool) -> list[Verdict]:
        """All new entries of a batch are written together; where that cannot be, each row for itself tells which."""
        try:
            with transaction.atomic():
                return self._together([row.value for row in rows], context)
        except (IntegrityError, DomainError):
            return super().apply(rows, context, is_look=is_look)

    def _together(self, values: Sequence[Wanted], context: Context) -> list[Verdict]:
        take_turn(context.by.unit_id)
        self.look_up(values, context)
        batch = _Batch(context)
        verdicts = [batch.judged(value) for value in values]
        batch.flush()
        return verdicts

    def take(self, value: Wanted, context: Context) -> str:
        """By the parts of the services."""
        person, known = context.found(value.who, value.kind)
        if known is not None:
            return _corrected(known, value, context)
        made = listing.put_on(person, value.kind, value.entry(None), by=context.by, now=context.now)
        context.records[person.pk, value.kind.pk] = made
        return NEW


def _corrected(known: CareRecord, value: Wanted, context: Context) -> str:
    # What a refused row has set must not stay on the record that the next row finds.
    record = copy(known)
    if not listing.correct(record, value.entry(record), by=context.by, now=context.now):
        return SAME
    context.records[known.person_id, known.kind_id] = record
    return CHANGED


class _Batch:
    """The entries of a batch that are drawn up and not written yet."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.new: list[CareRecord] = []

    def judged(self, value: Wanted) -> Verdict:
        """What becomes of a row. A correction is written at once, in a savepoint of its own."""
        try:
            person, known = self.context.found(value.who, value.kind)
            if known is None:
                return self._drawn_up(person, value)
            if listing.says_same(known, value.entry(known), self.context.now):
                return Verdict(SAME)
        except DomainError as refusal:
            return Verdict.refused(refusal)
        self.flush()
        return self._corrected(known, value)

    def _corrected(self, known: CareRecord, value: Wanted) -> Verdict:
        try:
            with transaction.atomic():
                return Verdict(_corrected(known, value, self.context))
        except DomainError as refusal:
            return Verdict.refused(refusal)

    def _drawn_up(self, person: Person, value: Wanted) -> Verdict:
        made = listing.drawn_up(person, value.kind, value.entry(None), self.context.now)
        self.context.records[person.pk, value.kind.pk] = made
        self.new.append(made)
        return Verdict(NEW)

    def flush(self) -> None:
        """Write them."""
        if self.new:
            listing.write_listed(self.new, by=self.context.by, now=self.context.now)
            self.new.clear()


class CareExporter(ListExporter):
    """One row a record, in the columns of the import, with its clock."""

    filterset_class = CareFilterSet
    tabs = CARE_TABS
    header = (
        *(column.label for column in COLUMNS), "社区", "网格", "走访人", "状态", "上次走访", "走访时限", "已超期（天）",
    )  # fmt: skip
    wordless = {"person": "按号码查找"}
    noun = "人"

    def in_scope(self, actor: Actor) -> QuerySet[CareRecord]:
        """Grid by grid, the earliest due first."""
        return selectors.listed(actor).annotate(read_at=Now()).order_by("community_id", "grid_id", "due_at", "pk")

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the import reads it; then as the list shows it."""
        is_late = thing.state == "open" and thing.due_at is not None and thing.due_at < thing.read_at
        return [
            thing.person.name, identity_of(thing.person, with_numbers=with_numbers), thing.kind.name,
            thing.get_level_display(), thing.grounds, thing.since.isoformat(), thing.words, thing.community.name,
            thing.grid.name if thing.grid else "", thing.visitor.name if thing.visitor else "网格员",
            thing.get_state_display(), dates.moment(thing.last_visit_at), dates.moment(thing.due_at),
            max(1, (thing.read_at - thing.due_at).days) if is_late else "",
        ]  # fmt: skip


CARE = Sheet(
    key="care",
    title="重点关爱",
    noun="人",
    columns=COLUMNS,
    list_view="members:care",
    importer=CareImporter(),
    import_right=EDIT,
    says="一人一类别一行，按身份证号和类别识别。已在名单中的，按表格更正；空白单元格不改动已登记的内容。",
    exporter=CareExporter(),
    export_right="person.export",
    ask_right="person.export_ask",
    approve_right="person.export_approve",
    reveal_right="person.reveal",
)
