"""新就业群体: one row a courier or rider."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from governance.errors import InvalidInput, NotFound
from governance.scope import Actor, UnitKind
from governance.sheets.cells import Cells
from governance.sheets.declare import CHANGED, NEW, SAME, Column, Sheet
from governance.sheets.lists import ListExporter
from governance.spreadsheets import cell_text
from governance.ui.lists import Tab
from grids.models import Unit
from grids.selectors import in_order
from members.designations import couriers
from members.designations.couriers import EDIT, CourierFacts
from members.designations.filters import CourierFilterSet
from members.designations.views.couriers import in_scope, list_tabs
from members.models import Courier
from members.models.designations import COMPANIES, TRADES
from members.services.persons import REVEAL
from members.sheets.columns import by_label
from members.sheets.exporting import identity_of
from members.sheets.finding import (
    IDENTITY,
    NEEDED_NAME,
    OF_FORMS,
    BatchImporter,
    Who,
    check_name,
    ids_by_number,
    read_who,
    unknown,
)
from members.sheets.reading import Offered, read_text, said

TRADE_WORDS = {cell_text(label): code for label, code in by_label(TRADES).items()} | {
    "骑手": "rider",
    "快递": "courier",
}
COMPANY_WORDS = by_label(COMPANIES)
_BETWEEN = re.compile(r"[、,;\s]+")


def _communities(actor: Actor) -> QuerySet[Unit]:
    """Of the whole district: who rides serves wherever that is."""
    rows: QuerySet[Unit] = Unit.objects.open().filter(district_id=actor.district_id, kind=UnitKind.COMMUNITY)
    return rows


def _own(actor: Actor) -> Offered[Unit]:
    rows = _communities(actor).visible_to(actor)  # type: ignore[attr-defined]
    return Offered((unit.name, unit) for unit in in_order(rows))


COLUMNS = (
    NEEDED_NAME,
    IDENTITY,
    Column(
        key="trade", label="职业", is_needed=True, choices=[label for _, label in TRADES], is_strict=False, width=18
    ),
    Column(key="company", label="平台企业", is_needed=True, choices=list(COMPANY_WORDS), width=14),
    Column(key="station", label="站点", width=24, most=64),
    Column(
        key="unit", label="站点所在社区", is_needed=True, choices=lambda actor: _own(actor).labels, width=22, most=64,
        help="本辖区内的社区，由它维护这份档案。",
    ),
    Column(key="units", label="服务社区", width=36, most=500, help="本区社区的名称，多个用顿号隔开。"),
    Column(key="routes", label="配送路线", width=30, most=200),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A row. Empty, and `units` None: the cell says nothing."""

    who: Who
    trade: str
    company: str
    station: str
    unit_id: int
    units: tuple[int, ...] | None
    routes: str


@dataclass(slots=True)
class Context:
    """Who imports, the communities, and what is on record of a batch."""

    by: Actor
    now: datetime
    own: Offered[Unit]
    served: Offered[Unit]
    people: dict[str, int] = field(default_factory=dict)
    riding: dict[int, int] = field(default_factory=dict)


class CourierImporter(BatchImporter[Wanted, Context]):
    """Known by the person: one on record is corrected, else put on record."""

    columns = OF_FORMS

    def prepare(self, actor: Actor, now: datetime) -> Context:
        """The own communities, and those that may be served."""
        couriers.require_edit(actor)
        served = Offered((unit.name, unit) for unit in _communities(actor))
        return Context(actor, now, _own(actor), served)

    def read_row(self, cells: Cells, context: Context) -> Wanted:
        """By the rules of the form."""
        cells.needed("trade")
        cells.needed("company")
        return Wanted(
            who=read_who(cells), trade=cells.one_of("trade", TRADE_WORDS, [label for _, label in TRADES]),
            company=cells.one_of("company", COMPANY_WORDS), station=read_text(cells, "station", 64),
            unit_id=context.own.pick(cells, "unit").pk, units=_units(cells, context),
            routes=read_text(cells, "routes", 200),
        )  # fmt: skip

    def look_up(self, values: Sequence[Wanted], context: Context) -> None:
        """Two queries a batch; each row then locks what it changes."""
        context.people = ids_by_number((one.who.index for one in values), context.by.district_id)
        rows = Courier.objects.visible_to(context.by).open().filter(person_id__in=context.people.values())
        context.riding = dict(rows.values_list("person_id", "pk"))

    def take(self, value: Wanted, context: Context) -> str:
        """One row."""
        if (person_id := context.people.get(value.who.index)) is None:
            raise unknown()
        if (courier_id := context.riding.get(person_id)) is not None:
            return self._known(courier_id, value, context)
        try:
            person = couriers.known(person_id, context.by)
        except NotFound:
            # In the words for who is nowhere on record.
            raise unknown() from None
        check_name(person, value.who)
        facts = CourierFacts(
            unit_id=value.unit_id, trade=value.trade, company=value.company, station=value.station,
            routes=value.routes, units=value.units or (),
        )  # fmt: skip
        context.riding[person_id] = couriers.write_added(person, facts, context.by, context.now).pk
        return NEW

    def _known(self, courier_id: int, value: Wanted, context: Context) -> str:
        courier = couriers.locked(courier_id, context.by)
        check_name(courier.person, value.who)
        served = tuple(sorted(courier.units.values_list("pk", flat=True)))
        facts = CourierFacts(
            unit_id=value.unit_id, trade=value.trade, company=value.company,
            station=said(value.station, courier.station), routes=said(value.routes, courier.routes),
            units=served if value.units is None else value.units,
        )  # fmt: skip
        kept = CourierFacts(
            unit_id=courier.community_id, trade=courier.trade, company=courier.company, station=courier.station,
            routes=courier.routes, units=served,
        )  # fmt: skip
        if facts == kept:
            return SAME
        couriers.write_corrected(courier, facts, context.by, context.now)
        return CHANGED


def _units(cells: Cells, context: Context) -> tuple[int, ...] | None:
    """The communities served, by their names."""
    names = [name for name in _BETWEEN.split(cells["units"]) if name]
    strange = [name for name in names if cell_text(name) not in context.served.found]
    if strange:
        raise InvalidInput(f"服务社区没有“{strange[0][:20]}”，请填本区社区的名称，用顿号隔开。", field="units")
    return tuple(sorted({context.served.found[cell_text(name)].pk for name in names})) if names else None


class CourierExporter(ListExporter):
    """One row a courier, in the columns of the import."""

    filterset_class = CourierFilterSet
    header = (*(column.label for column in COLUMNS), "联系电话", "登记日期", "退出日期")
    wordless = {"person": "按号码查找", "q": "按姓名查找"}
    noun = "人"

    @property
    def tabs(self) -> Sequence[Tab]:  # type: ignore[override]
        """Those of the list."""
        return list_tabs()

    def in_scope(self, actor: Actor) -> QuerySet[Courier]:
        """Community by community."""
        found: QuerySet[Courier] = in_scope(actor).prefetch_related("units").order_by("community_id", "pk")
        return found

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the import reads it; the telephone number stays masked."""
        served = "、".join(sorted(unit.name for unit in thing.units.all()))
        return [
            thing.person.name, identity_of(thing.person, with_numbers=with_numbers), thing.get_trade_display(),
            thing.company, thing.station, thing.community.name, served, thing.routes, thing.person.phone_masked,
            thing.from_on.isoformat(), thing.until_on.isoformat() if thing.until_on else "",
        ]  # fmt: skip


COURIERS = Sheet(
    key="couriers",
    title="新就业群体",
    noun="人",
    columns=COLUMNS,
    list_view="members:couriers",
    importer=CourierImporter(),
    import_right=EDIT,
    says=(
        "一人一行，按身份证号识别，须先登记为居民。已有档案的只更正填写的内容，重复导入不会重复登记；"
        "退出请在骑手档案页面办理。"
    ),
    exporter=CourierExporter(),
    export_right="person.export",
    ask_right="person.export_ask",
    approve_right="person.export_approve",
    reveal_right=REVEAL,
)
