"""五雁、十员、居民骨干: one row somebody named something in a unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from governance.days import today_of
from governance.errors import InvalidInput, NotFound
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import CHANGED, NEW, SAME, Column, Sheet
from governance.sheets.lists import ListExporter
from governance.ui.lists import Tab
from grids.models import Unit
from grids.selectors import in_order
from members.designations import selectors, services
from members.designations.filters import DesignationFilterSet
from members.designations.services import EDIT, Naming
from members.designations.views.designations import list_tabs
from members.models import Designation, DesignationKind
from members.services.persons import REVEAL
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
from members.sheets.reading import Offered, read_day, read_text, said


def _kinds() -> Offered[DesignationKind]:
    rows = DesignationKind.objects.filter(is_active=True, counted="people")
    return Offered((kind.name, kind) for kind in rows)


def _units(actor: Actor) -> Offered[Unit]:
    return Offered((unit.name, unit) for unit in in_order(services.own_units(actor)))


COLUMNS = (
    NEEDED_NAME,
    IDENTITY,
    Column(
        key="kind", label="称号", is_needed=True, choices=lambda actor: _kinds().labels, width=28, most=40,
        help="从下拉列表中选择。面向党员、面向快递员和骑手的称号，须先登记党员或新就业群体档案。",
    ),
    Column(
        key="unit", label="所在单位", is_needed=True, choices=lambda actor: _units(actor).labels, width=22, most=64,
        help="街道命名在街道，社区命名在社区和网格。",
    ),
    Column(key="from_on", label="起始日期", help="例如 2024-05-01；留空为导入当天。"),
    Column(key="until_on", label="截止日期", help="任期的最后一天；长期担任的留空。"),
    Column(key="grounds", label="命名依据", width=36, most=200, help="新命名的必填，如“社区居民代表会议推荐”。"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A row. Empty: the cell says nothing."""

    who: Who
    kind_id: int
    unit_id: int
    from_on: date | None
    until_on: date | None
    grounds: str

    @property
    def what(self) -> tuple[int, int]:
        """Kind and unit."""
        return self.kind_id, self.unit_id


@dataclass(slots=True)
class Context:
    """Who imports, what may be chosen, and what is on record of a batch."""

    by: Actor
    now: datetime
    today: date
    kinds: Offered[DesignationKind]
    units: Offered[Unit]
    people: dict[str, int] = field(default_factory=dict)
    # (person, kind, unit) → what they have been of it.
    named: dict[tuple[int, int, int], list[Designation]] = field(default_factory=dict)


class DesignationImporter(BatchImporter[Wanted, Context]):
    """Known by person, kind and unit: one that runs is corrected, else somebody is named."""

    columns = OF_FORMS

    def prepare(self, actor: Actor, now: datetime) -> Context:
        """The kinds in use and the units in which the actor names."""
        services.require(actor)
        return Context(actor, now, today_of(now), _kinds(), _units(actor))

    def read_row(self, cells: Cells, context: Context) -> Wanted:
        """By the rules of the form; a last day may be still to come."""
        return Wanted(
            who=read_who(cells), kind_id=context.kinds.pick(cells, "kind").pk,
            unit_id=context.units.pick(cells, "unit").pk, from_on=read_day(cells, "from_on", context.today),
            until_on=cells.day("until_on"), grounds=read_text(cells, "grounds", 200),
        )  # fmt: skip

    def look_up(self, values: Sequence[Wanted], context: Context) -> None:
        """Two queries a batch; each row then locks whom it names."""
        context.people = ids_by_number((one.who.index for one in values), context.by.district_id)
        rows = Designation.objects.filter(
            person_id__in=context.people.values(), unit_id__in={one.unit_id for one in values}
        ).exclude(ended_how="merged")
        context.named = {}
        for one in rows.select_related("person").defer("person__search").order_by("-from_on"):
            context.named.setdefault((one.person_id, one.kind_id, one.unit_id), []).append(one)

    def take(self, value: Wanted, context: Context) -> str:
        """One row."""
        if (person_id := context.people.get(value.who.index)) is None:
            raise unknown()
        known = context.named.setdefault((person_id, *value.what), [])
        present = next((one for one in known if one.from_on == value.from_on), None) or next(
            (one for one in known if one.until_on is None or one.until_on >= context.today), None
        )
        if present is not None:
            return self._known(present, value, known, context)
        known.append(self._named(person_id, value, context))
        return NEW

    def _named(self, person_id: int, value: Wanted, context: Context) -> Designation:
        try:
            person = services.namable(person_id, context.by)
        except NotFound:
            # In the words for who is nowhere on record.
            raise unknown() from None
        check_name(person, value.who)
        naming = Naming(
            kind_id=value.kind_id, unit_id=value.unit_id, from_on=value.from_on, until_on=value.until_on,
            grounds=value.grounds,
        )  # fmt: skip
        return services.write_named(person, naming, context.by, context.now)

    def _known(self, present: Designation, value: Wanted, known: list[Designation], context: Context) -> str:
        check_name(present.person, value.who)
        if value.from_on not in {None, present.from_on}:
            raise InvalidInput(f"起始日期登记为 {present.from_on:%Y-%m-%d}，不能在表格里改。", field="from_on")
        until_on, grounds = value.until_on or present.until_on, said(value.grounds, present.grounds)
        if (until_on, grounds) == (present.until_on, present.grounds):
            return SAME
        held = services.locked(present.pk, context.by, context.now)
        if not services.write_corrected(held, until_on, grounds, context.by, context.now):
            return SAME
        known[known.index(present)] = held
        return CHANGED


class DesignationExporter(ListExporter):
    """One row a designation, in the columns of the import."""

    filterset_class = DesignationFilterSet
    header = (*(column.label for column in COLUMNS), "社区", "命名单位", "结束原因")
    wordless = {"person": "按号码查找", "q": "按姓名查找"}
    noun = "人次"

    @property
    def tabs(self) -> Sequence[Tab]:  # type: ignore[override]
        """Those of the list, as of today."""
        return list_tabs()

    def in_scope(self, actor: Actor) -> QuerySet[Designation]:
        """Unit by unit, kind by kind."""
        rows = selectors.with_all(Designation.objects.visible_to(actor).exclude(ended_how="merged"))
        found: QuerySet[Designation] = rows.order_by("unit_id", "kind__order", "pk")
        return found

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the import reads it."""
        return [
            thing.person.name, identity_of(thing.person, with_numbers=with_numbers), thing.kind.name, thing.unit.name,
            thing.from_on.isoformat(), thing.until_on.isoformat() if thing.until_on else "", thing.grounds,
            thing.community.name if thing.community else "", thing.named_by_unit, thing.get_ended_how_display(),
        ]  # fmt: skip


DESIGNATIONS = Sheet(
    key="designations",
    title="五雁十员骨干",
    noun="人次",
    columns=COLUMNS,
    list_view="members:designations",
    importer=DesignationImporter(),
    import_right=EDIT,
    says=(
        "一人一个称号一行，人员按身份证号识别，须先登记为居民。同一人在同一单位的同一称号只登记一次，"
        "再次导入只更正截止日期和依据；不再担任的请在称号页面结束。"
    ),
    exporter=DesignationExporter(),
    export_right="person.export",
    ask_right="person.export_ask",
    approve_right="person.export_approve",
    reveal_right=REVEAL,
)
