"""编制: what documents approved and how many are filled, in by the district centre, and out. A row a quota.

A row says how many there are, not how many more: the same file twice changes nothing. Each change is written to the
history with its document or grounds, as by the form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Case, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When

from governance.errors import DomainError, InvalidInput
from governance.scope import Actor, UnitKind
from governance.sheets.cells import Cells
from governance.sheets.declare import CHANGED, NEW, SAME, Column, Exporter, Row, RowImporter, Sheet, Verdict
from grids.models import QUOTA_KINDS, Quota, QuotaEvent, Unit
from grids.quotas.counts import Count, filled_of, is_counted
from grids.services import quotas
from grids.sheet_units import Units, unit_words

LEVELS = (UnitKind.STREET, UnitKind.COMMUNITY)
MOST = 9_999
_KIND_WORDS = {label: kind for kind, label in QUOTA_KINDS}
COLUMNS = (
    Column(
        key="unit", label="单位", is_needed=True, choices=lambda actor: unit_words(actor, LEVELS), width=28,
        help="社区工作者填社区，其他填街道。",
    ),
    Column(key="kind", label="编制类别", is_needed=True, choices=tuple(_KIND_WORDS), width=16),
    Column(key="approved", label="核定数", width=10, help="核定后的总数，不是增减数；不填则不改动。"),
    Column(key="document", label="文号", is_prose=True, most=100, width=24, help="核定数有变动时必填。"),
    Column(key="approved_on", label="核定日期", width=12, help="核定数有变动时必填，例如 2024-05-01。"),
    Column(key="words", label="核定说明", is_prose=True, most=300, width=24),
    Column(
        key="filled", label="实有数", width=10,
        help="现有的总数；不填则不改动。社区工作者的实有人数按在岗人员自动统计，这一格不读取。",
    ),
    Column(key="filled_on", label="实有日期", width=12, help="实有数有变动时必填。"),
    Column(
        key="grounds", label="实有依据", is_prose=True, most=300, width=30,
        help="实有数有变动时必填，如：录用选调生 2 名；退休 1 名。不写姓名。",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One number of a row, with the day and the words that a change of it needs. None leaves alone what is known."""

    number: int | None
    on: date | None
    words: str
    document: str = ""

    def differs_from(self, known: int) -> bool:
        """Whether there is anything to write."""
        return self.number is not None and self.number != known


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that can be read."""

    unit: Unit
    kind: str
    approved: Said
    filled: Said

    @property
    def key(self) -> tuple[int, str]:
        """By which it is known."""
        return self.unit.pk, self.kind


@dataclass(slots=True)
class Context:
    """What all rows need, and the quotas that are there of those which the rows name."""

    by: Actor
    now: datetime
    units: Units
    quotas: dict[tuple[int, str], Quota] = field(default_factory=dict)


class QuotaImporter(RowImporter[Wanted, Context]):
    """A district has some hundred and fifty quotas: all in one batch, locked together in the services' order."""

    batch = most_rows = 1_000

    def prepare(self, actor: Actor, now: datetime) -> Context:
        """The streets and communities."""
        return Context(actor, now, Units(actor, LEVELS))

    def read_row(self, cells: Cells, context: Context) -> Wanted:
        """Whether day, document and grounds are there counts only where a number changes."""
        unit = context.units.read(cells)
        cells.needed("kind")
        kind = cells.one_of("kind", _KIND_WORDS)
        quotas.check_level(unit, kind)
        approved, filled = _number(cells, "approved"), _number(cells, "filled")
        if is_counted(kind):
            filled = None
        if approved is None and filled is None:
            raise InvalidInput(_nothing_said(kind), field="approved")
        return Wanted(
            unit, kind, Said(approved, cells.day("approved_on"), cells["words"], cells["document"]),
            Said(filled, cells.day("filled_on"), cells["grounds"]),
        )  # fmt: skip

    def apply(self, rows: Sequence[Row[Wanted]], context: Context, *, is_look: bool) -> list[Verdict]:
        """Locked together, then each in a savepoint of its own."""
        context.quotas = quotas.hold({row.value.unit.pk for row in rows}, by=context.by)
        return super().apply(rows, context, is_look=is_look)

    def take(self, value: Wanted, context: Context) -> str:
        """By the parts of the services."""
        known = context.quotas.get(value.key)
        approved, filled = (known.approved, known.filled) if known else (0, 0)
        if not (value.approved.differs_from(approved) or value.filled.differs_from(filled)):
            return SAME
        # What a refused row has set must not stay on the quota that the next row finds.
        quota = copy(known) if known else quotas.hold_one(value.unit.pk, value.kind, context.by)
        _approve(quota, value.approved, context)
        _fill(quota, value.filled, context)
        context.quotas[value.key] = quota
        return CHANGED if known else NEW


def _number(cells: Cells, key: str) -> int | None:
    found = cells.whole(key)
    if found is not None and found > MOST:
        raise InvalidInput(f"{cells.labels[key]}不超过 {MOST:,}。", field=key)
    return found


def _nothing_said(kind: str) -> str:
    if is_counted(kind):
        return "请填写核定数；这一类的实有人数按在岗人员自动统计。"
    return "请填写核定数或实有数，至少一项。"


def _approve(quota: Quota, said: Said, context: Context) -> None:
    if said.number is None or not said.differs_from(quota.approved):
        return
    on = _day(quota, QuotaEvent.APPROVED, said.on, "核定日期", "approved_on")
    paper = " ".join(said.document.split())
    if paper and quota.events.filter(what=QuotaEvent.APPROVED, document=paper).exists():
        words = f"这份文件已登记过，现核定 {quota.approved}，与表格不同。请核对是否旧表；更正请用“核增、核减”。"
        raise InvalidInput(words, field="document")
    with _columns(delta="approved", on="approved_on", grounds="words"):
        quotas.write_approved(
            quota, said.number - quota.approved, document=paper, on=on, grounds=said.words, by=context.by,
            now=context.now,
        )  # fmt: skip


def _fill(quota: Quota, said: Said, context: Context) -> None:
    if said.number is None or not said.differs_from(quota.filled):
        return
    on = _day(quota, QuotaEvent.FILLED, said.on, "实有日期", "filled_on")
    with _columns(delta="filled", on="filled_on"):
        quotas.write_filled(
            quota, said.number - quota.filled, on=on, grounds=said.words, by=context.by, now=context.now
        )  # fmt: skip


def _day(quota: Quota, what: str, on: date | None, label: str, column: str) -> date:
    """A total is that of its day: an older file must not undo what was written down since."""
    if on is None:
        raise InvalidInput(f"请填写{label}，例如 2024-05-01。", field=column)
    last = quota.events.filter(what=what).order_by("-on").values_list("on", flat=True).first()
    if last is not None and on < last:
        raise InvalidInput(f"已登记到 {last.isoformat()} 的变动，{label}不能更早。请核对是否旧表。", field=column)
    return on


@contextmanager
def _columns(**columns: str) -> Iterator[None]:
    """Names the columns where the services name their own fields."""
    try:
        yield
    except DomainError as refusal:
        refusal.field = columns.get(refusal.field, refusal.field)
        raise


class QuotaExporter(Exporter):
    """A row a quota of all that is in scope: the table has no filters. As the import reads it, then what is vacant."""

    header = (*(column.label for column in COLUMNS), "空缺", "超编")
    has_numbers = False
    noun = "项"

    def rows(self, query: str, actor: Actor) -> QuerySet[Any]:
        """Street by street, its communities below it; with its last papers, and what a higher room counts."""
        rows: QuerySet[Any] = Quota.objects.visible_to(actor)
        counted = filled_of(rows.filter(kind__in=[kind for kind, _ in QUOTA_KINDS if is_counted(kind)]))
        rows = rows.select_related("unit").annotate(
            now_filled=_now_filled(counted),
            paper=_last(QuotaEvent.APPROVED, "document"), approved_on=_last(QuotaEvent.APPROVED, "on"),
            words=_last(QuotaEvent.APPROVED, "grounds"), filled_on=_last(QuotaEvent.FILLED, "on"),
            filled_words=_last(QuotaEvent.FILLED, "grounds"),
        )  # fmt: skip
        return rows.order_by("street__order", "street__code", F("community__code").asc(nulls_first=True), "pk")

    def words(self, query: str, actor: Actor) -> str:
        """Nothing narrows it."""
        return "全部"

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """In the order of the header."""
        count = Count(thing.approved, thing.now_filled)
        return [
            f"{thing.unit.code} {thing.unit.name}", thing.get_kind_display(), count.approved, thing.paper or "",
            _iso(thing.approved_on), thing.words or "", count.filled, _iso(thing.filled_on), thing.filled_words or "",
            count.vacant, count.over,
        ]  # fmt: skip


def _now_filled(counted: dict[int, Count]) -> Case:
    known = [When(pk=pk, then=Value(count.filled)) for pk, count in counted.items()]
    return Case(*known, default=F("filled"), output_field=IntegerField())


def _last(what: str, name: str) -> Subquery:
    events = QuotaEvent.objects.filter(quota=OuterRef("pk"), what=what).order_by("-on", "-pk")
    return Subquery(events.values(name)[:1])


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


QUOTAS = Sheet(
    key="quotas",
    title="编制",
    noun="项",
    columns=COLUMNS,
    list_view="grids:quotas",
    importer=QuotaImporter(),
    import_right="quota.edit",
    says="一个单位的一类编制一行，填核定和实有的总数，与现数不同的按差额登记变动；相同的不变，空白单元格不改动。",
    exporter=QuotaExporter(),
    export_right="quota.export",
    approve_right="quota.export_approve",
)
