"""双报到: one row a member who reports where they live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from governance.days import today_of
from governance.errors import IllegalState
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import NEW, SAME, Column, Sheet
from governance.sheets.lists import ListExporter
from governance.spreadsheets import cell_text
from members.models import DoubleRegistration, PartyOrganisation, Person
from members.party.filters import DoubleFilterSet
from members.party.services import doubles
from members.party.services._common import EDIT, check_open, check_owner, require
from members.party.sheets._common import APPROVE, ASK, EXPORT, locked, offered
from members.party.views.doubles import DoubleList
from members.services.persons import REVEAL
from members.sheets.exporting import identity_of
from members.sheets.finding import (
    IDENTITY,
    NEEDED_NAME,
    OF_FORMS,
    BatchImporter,
    Who,
    check_here,
    check_name,
    locked_by_number,
    read_who,
    unknown,
)
from members.sheets.reading import Offered, read_day, read_text

COLUMNS = (
    NEEDED_NAME,
    IDENTITY,
    Column(
        key="own_organisation", label="组织关系所在党组织", is_needed=True, width=30, most=100,
        help="单位党组织的名称，如“采油一厂机关党支部”。",
    ),
    Column(key="employer", label="工作单位", width=26, most=100),
    Column(
        key="organisation", label="报到党组织", is_needed=True, choices=lambda actor: offered(actor).labels, width=30,
        most=120, help="本级管理的党组织，从下拉列表中选择。",
    ),
    Column(key="from_on", label="报到日期", help="例如 2024-05-01；留空为导入当天。"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A row. Empty: the cell says nothing."""

    who: Who
    organisation_id: int
    own_organisation: str
    employer: str
    from_on: date | None


@dataclass(slots=True)
class Context:
    """Who imports, the own organisations, and what is on record of a batch."""

    by: Actor
    now: datetime
    today: date
    offered: Offered[PartyOrganisation]
    organisations: dict[int, PartyOrganisation] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    present: dict[int, DoubleRegistration] = field(default_factory=dict)


class DoubleImporter(BatchImporter[Wanted, Context]):
    """Who reports already to the same organisation is known; to another, refused as on the form."""

    columns = OF_FORMS

    def prepare(self, actor: Actor, now: datetime) -> Context:
        """The own organisations, by the words of the drop-down."""
        require(actor)
        return Context(actor, now, today_of(now), offered(actor))

    def read_row(self, cells: Cells, context: Context) -> Wanted:
        """By the rules of the form."""
        cells.needed("own_organisation")
        return Wanted(
            who=read_who(cells), organisation_id=context.offered.pick(cells, "organisation").pk,
            own_organisation=read_text(cells, "own_organisation", 100, 2),
            employer=read_text(cells, "employer", 100), from_on=read_day(cells, "from_on", context.today),
        )  # fmt: skip

    def look_up(self, values: Sequence[Wanted], context: Context) -> None:
        """Three queries a batch."""
        context.people = locked_by_number({one.who.index for one in values}, context.by)
        context.organisations = locked({one.organisation_id for one in values}, context.by)
        here = [person.pk for person in context.people.values()]
        rows = DoubleRegistration.objects.current().filter(person_id__in=here).select_related("organisation")
        context.present = {one.person_id: one for one in rows}

    def take(self, value: Wanted, context: Context) -> str:
        """One row."""
        person = context.people.get(value.who.index)
        if person is None:
            raise unknown()
        check_name(person, value.who)
        check_here(person)
        organisation = context.organisations[value.organisation_id]
        present = context.present.get(person.pk)
        if present is not None and present.organisation_id == organisation.pk:
            _check_same(present, value)
            return SAME
        check_owner(organisation, context.by)
        check_open(organisation)
        context.present[person.pk] = doubles.write_reported(
            person, organisation, own_organisation=value.own_organisation, employer=value.employer,
            on=value.from_on or context.today, by=context.by, now=context.now,
        )  # fmt: skip
        return NEW


def _check_same(present: DoubleRegistration, value: Wanted) -> None:
    """Raise IllegalState where the row says otherwise: a report is ended and made again, never rewritten."""
    for key, label in (("own_organisation", "组织关系所在党组织"), ("employer", "工作单位"), ("from_on", "报到日期")):
        asked, kept = getattr(value, key), getattr(present, key)
        if asked and cell_text(str(asked)) != cell_text(str(kept)):
            raise IllegalState(
                f"已在“{present.organisation.name}”报到，登记的{label}是“{kept}”。如有变化，请先结束报到再登记。",
                field=key,
            )


class DoubleExporter(ListExporter):
    """One row a registration, in the columns of the import, with what was done."""

    filterset_class = DoubleFilterSet
    tabs = DoubleList.tabs
    header = (*(column.label for column in COLUMNS), "服务次数", "最近服务", "结束日期", "结束原因")
    wordless = {"organisation": "所选党组织及其下级", "q": "按姓名查找"}
    noun = "人"

    def in_scope(self, actor: Actor) -> QuerySet[DoubleRegistration]:
        """Organisation by organisation."""
        rows: QuerySet[DoubleRegistration] = DoubleRegistration.objects.visible_to(actor)
        return rows.select_related("person", "organisation").defer("person__search").order_by("organisation_id", "pk")

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the import reads it."""
        return [
            thing.person.name, identity_of(thing.person, with_numbers=with_numbers), thing.own_organisation,
            thing.employer, thing.organisation.name, thing.from_on.isoformat(), thing.services,
            thing.last_service_on.isoformat() if thing.last_service_on else "",
            thing.until_on.isoformat() if thing.until_on else "", thing.ended_how,
        ]  # fmt: skip


DOUBLES = Sheet(
    key="party_doubles",
    title="双报到",
    noun="人",
    columns=COLUMNS,
    list_view="members:party_doubles",
    importer=DoubleImporter(),
    import_right=EDIT,
    says=(
        "一人一行，按身份证号识别，须先登记为居民。已报到的不会重复登记；组织关系就在本社区的不需要报到。"
        "结束报到请在报到页面办理。"
    ),
    exporter=DoubleExporter(),
    export_right=EXPORT,
    ask_right=ASK,
    approve_right=APPROVE,
    reveal_right=REVEAL,
)
