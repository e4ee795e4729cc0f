"""A small sheet over the platform's own quiet hours of nobody: saved views, as the kernel knows no subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from governance.errors import IllegalState
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import CHANGED, NEW, SAME, Column, Exporter, RowImporter, Sheet
from governance.ui.models import SavedView

PAGE = "specimen"


@dataclass(frozen=True)
class Wanted:
    """A view's name and address."""

    name: str
    query: str


class Importer(RowImporter[Wanted, Actor]):
    """By name, so that the same file twice adds nothing."""

    batch = 3

    def prepare(self, actor: Actor, now: datetime) -> Actor:
        return actor

    def read_row(self, cells: Cells, context: Actor) -> Wanted:
        cells.day("day")
        cells.whole("count")
        cells.yes("open")
        return Wanted(cells.needed("name"), cells.one_of("colour", {"红": "red", "绿": "green"}))

    def take(self, value: Wanted, context: Actor) -> str:
        found = SavedView.objects.filter(user_id=context.user_id, page=PAGE, name=value.name).first()
        if value.name == "不许":
            raise IllegalState("这一行不许导入。", field="name")
        if found is None:
            SavedView.objects.create(user_id=context.user_id, page=PAGE, name=value.name, query=value.query)
            return NEW
        if found.query == value.query:
            return SAME
        SavedView.objects.filter(pk=found.pk).update(query=value.query)
        return CHANGED


class Export(Exporter):
    """Their names."""

    header = ("名称", "颜色", "电话")
    noun = "条"

    def rows(self, query: str, actor: Actor) -> QuerySet[Any]:
        return SavedView.objects.filter(user_id=actor.user_id, page=PAGE).order_by("pk")

    def words(self, query: str, actor: Actor) -> str:
        return "全部"

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        return [thing.name, thing.query, "13812345678" if with_numbers else "138****5678"]


SPECIMEN = Sheet(
    key="specimen", title="样品", noun="条",
    columns=(
        Column(key="name", label="名称", is_needed=True, most=20),
        Column(key="colour", label="颜色", is_needed=True, choices=("红", "绿"), help="红或绿。"),
        Column(key="phone", label="电话", is_number=True),
        Column(key="day", label="日期"),
        Column(key="count", label="数量"),
        Column(key="open", label="开放", choices=("是", "否"), is_strict=False),
        Column(key="unit", label="单位", choices=lambda actor: [f"{actor.unit_name}{n}" for n in range(300)]),
    ),
    importer=Importer(), import_right="person.edit", exporter=Export(), export_right="person.export",
    ask_right="person.export_ask", approve_right="person.export_approve", reveal_right="person.reveal",
)  # fmt: skip
