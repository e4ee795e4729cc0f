"""走访记录: visits that were noted on paper come in, each as if it were written down now; all of them go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from governance.errors import InvalidInput
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import NEW, SAME, Column, Row, Sheet, Verdict
from governance.sheets.lists import ListExporter
from governance.ui import dates
from members.care.filters import VisitFilterSet
from members.care.services import visiting
from members.care.services.visiting import Seen
from members.care.sheet.common import KIND, Context, none_of, read_kind
from members.care.words import EDIT
from members.models import CareKind, CareTurn, CareVisit
from members.models.care import FOUND, HOWS
from members.sheets.exporting import identity_of
from members.sheets.finding import IDENTITY, NAME, BatchImporter, Who, read_who
from members.sheets.reading import needed_day

COLUMNS = (
    NAME,
    IDENTITY,
    KIND,
    Column(key="on", label="走访日期", is_needed=True, width=12, help="例如 2024-05-01，不早于已登记的上一次走访。"),
    Column(key="how", label="方式", is_needed=True, choices=tuple(label for _, label in HOWS), width=10),
    Column(key="found", label="情况", is_needed=True, choices=tuple(label for _, label in FOUND), width=12),
    Column(key="words", label="走访记录", is_prose=True, width=40, help="需要帮助的必填。不要填写身份证号、电话号码。"),
    Column(key="visitor", label="实际走访人", most=32, width=14, help="与导入的人不同的，写入走访记录。"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that can be read."""

    who: Who
    kind: CareKind
    on: date
    how: str
    found: str
    words: str


class VisitContext(Context):
    """With the visits of the batch's records, by record and day."""

    visits: dict[tuple[int, date], list[tuple[str, str]]]

    def look_up_visits(self) -> None:
        """What is written down already."""
        self.visits = {}
        rows = CareVisit.objects.filter(record__in=list(self.records.values()))
        for record_id, at, how, found in rows.values_list("record_id", "at", "how", "found"):
            self.visits.setdefault((record_id, timezone.localdate(at)), []).append((how, found))


class VisitImporter(BatchImporter[Wanted, VisitContext]):
    """By person, kind, day, manner and state found: the same visit again adds nothing."""

    def prepare(self, actor: Actor, now: datetime) -> VisitContext:
        """The lists in use."""
        return VisitContext.of(actor, now)

    def read_row(self, cells: Cells, context: VisitContext) -> Wanted:
        """Who went there themselves stands in the words: the visit is written down by who imports it."""
        who, kind = read_who(cells, needs_name=False), read_kind(cells, context)
        on = needed_day(cells, "on", timezone.localdate(context.now))
        how, found = (
            cells.one_of(key, {label: code for code, label in pairs})
            for key, pairs in (("how", HOWS), ("found", FOUND))
            if cells.needed(key)
        )
        if found == "help" and len(cells["words"]) < 2:
            raise InvalidInput("需要帮助的，请填写走访记录，不少于 2 个字。", field="words")
        visitor = f"走访人：{cells['visitor']}。" if cells["visitor"] else ""
        return Wanted(who, kind, on, how, found, visitor + cells["words"])

    def look_up(self, values: Sequence[Wanted], context: VisitContext) -> None:
        """Persons, their records, the visits of these."""
        context.look_up(value.who for value in values)
        context.look_up_visits()

    def apply(self, rows: Sequence[Row[Wanted]], context: VisitContext, *, is_look: bool) -> list[Verdict]:
        """In the order of the days, whatever the file's: a visit before the last one is refused."""
        places = sorted(range(len(rows)), key=lambda place: rows[place].value.on)
        verdicts = super().apply([rows[place] for place in places], context, is_look=is_look)
        found = dict(zip(places, verdicts, strict=True))
        return [found[place] for place in range(len(rows))]

    def take(self, value: Wanted, context: VisitContext) -> str:
        """By the part of the service."""
        record = context.records.get((context.people.get(value.who).pk, value.kind.pk))
        if record is None:
            raise none_of(value.kind)
        if (value.how, value.found) in (known := context.visits.setdefault((record.pk, value.on), [])):
            return SAME
        noon = timezone.make_aware(datetime.combine(value.on, time(12)))
        seen = Seen(at=min(noon, context.now), how=value.how, found=value.found, words=value.words)
        turn = CareTurn.objects.get(record=record, state="open")
        visiting.write_visit(record, turn, seen, by=context.by, now=context.now)
        known.append((value.how, value.found))
        return NEW


class VisitExporter(ListExporter):
    """One row a visit, in the columns of the import, with who wrote it down."""

    filterset_class = VisitFilterSet
    header = (*(column.label for column in COLUMNS[:-1]), "登记人", "登记时间", "社区", "网格")
    noun = "次"

    def in_scope(self, actor: Actor) -> QuerySet[CareVisit]:
        """The latest first."""
        rows: QuerySet[CareVisit] = CareVisit.objects.visible_to(actor).defer("record__person__search")
        return rows.select_related("record__person", "record__kind", "record__community", "record__grid").order_by(
            "-at", "-pk"
        )

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the history shows it."""
        record = thing.record
        return [
            record.person.name, identity_of(record.person, with_numbers=with_numbers), record.kind.name,
            timezone.localdate(thing.at).isoformat(), thing.get_how_display(), thing.get_found_display(), thing.words,
            f"{thing.by_name}（{thing.unit_name}）", dates.moment(thing.made_at), record.community.name,
            record.grid.name if record.grid else "",
        ]  # fmt: skip


VISITS = Sheet(
    key="care_visits",
    title="走访记录",
    noun="次",
    columns=COLUMNS,
    list_view="members:care_turns",
    importer=VisitImporter(),
    # Who visits writes a visit down at once; rolls of paper are the business of those who keep the lists.
    import_right=EDIT,
    says=(
        "用来补登记在纸上的走访，一次一行，须已在重点关爱名单中。请按日期从早到晚填写；"
        "按登记的时间计算是否超期，下次走访时限从走访日期起算。同一天、同一方式、同一情况的走访不会重复登记。"
    ),
    exporter=VisitExporter(),
    export_right="person.export",
    ask_right="person.export_ask",
    approve_right="person.export_approve",
    reveal_right="person.reveal",
)
