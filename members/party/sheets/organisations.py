"""党组织: new ones of the own level, below an organisation that the actor decides about; and all of the list out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import CHANGED, NEW, SAME, Column, Sheet
from governance.sheets.lists import ListExporter
from governance.spreadsheets import cell_text
from grids.models import Unit
from grids.selectors import in_order
from members.models import PartyOrganisation, PartyPost, Person
from members.models.party import GROUP_LEADER, ORGANISATION_KINDS, SECRETARY
from members.party.filters import OrganisationFilterSet
from members.party.rules import GROUPS
from members.party.services import organisations
from members.party.services._common import EDIT, check_open, check_owner, require
from members.party.services.organisations import Facts, Founding
from members.party.services.terms import Elected, write_appointed
from members.party.sheets._common import APPROVE, ASK, EXPORT, locked, offered
from members.party.views.tree import OrganisationList
from members.sheets.columns import by_label
from members.sheets.finding import BatchImporter, Who, check_name, locked_by_number, read_who, unknown
from members.sheets.reading import read_day, read_text, said
from members.words import name_of

KIND_WORDS = by_label(ORGANISATION_KINDS)
_LEADS = (SECRETARY, GROUP_LEADER)


def _units(actor: Actor) -> list[Unit]:
    """Where an organisation may lie: the own unit and what is below it."""
    inside = Unit.objects.visible_to(actor).open()
    return list(in_order(inside.filter(kind__in=("district", "street", "community", "grid"))))


def _unit_labels(actor: Actor) -> dict[str, Unit]:
    return {f"{unit.code} {unit.name}": unit for unit in _units(actor)}


COLUMNS = (
    Column(key="name", label="名称", is_needed=True, width=30, most=80),
    Column(key="kind", label="类型", is_needed=True, choices=list(KIND_WORDS), width=16),
    Column(
        key="parent", label="上级党组织", choices=lambda actor: offered(actor).labels, is_strict=False, width=30,
        most=120, help="本级管理的党组织，也可以填本表上面几行新设的。",
    ),
    Column(
        key="unit", label="所在单位", choices=lambda actor: list(_unit_labels(actor)), is_strict=False, width=34,
        most=120, help="网格党支部、党小组填网格，可填名称或编码；留空为上级党组织所在的单位。",
    ),
    Column(key="founded_on", label="成立日期", help="例如 2015-06-01；新设立的必填。"),
    Column(key="theme", label="特色主题", width=20, most=40, help="特色支部必填，如“银发先锋”。"),
    Column(key="address", label="活动地点", width=30, most=200),
    Column(
        key="secretary", label="书记", most=32,
        help="党小组填组长。须是已登记的党员，可以以后再填；新任职的须同时填身份证号。",
    ),
    Column(key="identity", label="书记身份证号", is_number=True, width=22, most=40),
    Column(key="from_on", label="任职日期", help="例如 2021-03-01；留空为导入当天。"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A row. `unit_id` None: where the parent lies; `leader` None: the row names nobody."""

    name: str
    kind: str
    parent: str
    unit_id: int | None
    founded_on: date | None
    theme: str
    address: str
    leader: Who | None
    from_on: date | None


@dataclass(slots=True)
class Context:
    """Who imports, the units that may be named, and what is on record of a batch."""

    by: Actor
    now: datetime
    today: date
    units: dict[str, list[Unit]]
    # The own organisations by the words of the drop-down; those founded meanwhile by name.
    parents: dict[str, PartyOrganisation] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


class OrganisationImporter(BatchImporter[Wanted, Context]):
    """New ones are founded; one of the name in the unit is corrected where the actor decides about it."""

    most_rows = 2_000
    columns = {"on": "from_on", "post": "secretary", "person": "identity"}

    def prepare(self, actor: Actor, now: datetime) -> Context:
        """The units of the scope, by name and by code."""
        require(actor)
        units: dict[str, list[Unit]] = {}
        for unit in _units(actor):
            for word in {unit.code, unit.name, f"{unit.code} {unit.name}"}:
                units.setdefault(cell_text(word), []).append(unit)
        return Context(actor, now, today_of(now), units)

    def read_row(self, cells: Cells, context: Context) -> Wanted:
        """By the rules of the forms."""
        cells.needed("kind")
        return Wanted(
            name=read_text(cells, "name", 80, 2), kind=cells.one_of("kind", KIND_WORDS), parent=cells["parent"],
            unit_id=_unit(cells, context), founded_on=read_day(cells, "founded_on", context.today),
            theme=read_text(cells, "theme", 40), address=read_text(cells, "address", 200),
            leader=_leader(cells),
            from_on=read_day(cells, "from_on", context.today),
        )  # fmt: skip

    def look_up(self, values: Sequence[Wanted], context: Context) -> None:
        """Who is to lead, and the own organisations as they stand."""
        numbers = {one.leader.index for one in values if one.leader}
        context.people = locked_by_number(numbers, context.by)
        context.parents = dict(offered(context.by).found)

    def take(self, value: Wanted, context: Context) -> str:
        """One row."""
        parent = self._parent(value, context)
        unit_id = value.unit_id or (parent.unit_id if parent else context.by.unit_id)
        rows = PartyOrganisation.objects.visible_to(context.by).open().select_related("parent")
        present = next(
            (one for one in rows.filter(unit_id=unit_id) if cell_text(one.name) == cell_text(value.name)), None
        )
        if present is None:
            made = self._founded(value, parent, unit_id, context)
            self._led(made, value, context)
            context.parents.setdefault(cell_text(made.name), made)
            return NEW
        _check_same(present, value, parent)
        changed = self._described(present, value, context)
        return CHANGED if self._led(present, value, context) or changed else SAME

    def _parent(self, value: Wanted, context: Context) -> PartyOrganisation | None:
        if not value.parent:
            return None
        if (found := context.parents.get(value.parent)) is None:
            raise InvalidInput("没有找到这个上级党组织，只能填本级管理的党组织，请从下拉列表中选择。", field="parent")
        return found

    def _founded(
        self, value: Wanted, parent: PartyOrganisation | None, unit_id: int, context: Context
    ) -> PartyOrganisation:  # fmt: skip
        if value.founded_on is None:
            raise InvalidInput("请填写成立日期。", field="founded_on")
        founding = Founding(
            name=value.name, kind=value.kind, parent_id=parent.pk if parent else None, unit_id=unit_id,
            founded_on=value.founded_on, theme=value.theme, address=value.address,
        )  # fmt: skip
        return organisations.write_founded(founding=founding, by=context.by, now=context.now)

    def _described(self, present: PartyOrganisation, value: Wanted, context: Context) -> bool:
        """Only what the row says; who does not decide about it may repeat what is on record, and no more."""
        facts = Facts(
            name=present.name, founded_on=value.founded_on or present.founded_on, term_years=present.term_years,
            theme=said(value.theme, present.theme), address=said(value.address, present.address),
        )  # fmt: skip
        if (facts.founded_on, facts.theme, facts.address) == (present.founded_on, present.theme, present.address):
            return False
        check_owner(present, context.by)
        held = locked([present.pk], context.by)[present.pk]
        check_open(held)
        return organisations.write_described(held, facts, context.by, context.now)

    def _led(self, organisation: PartyOrganisation, value: Wanted, context: Context) -> bool:
        """Appoint who the row names, where nobody leads yet; whether that changed anything."""
        if value.leader is None:
            return False
        leads = PartyPost.objects.current().filter(organisation=organisation, post__in=_LEADS)
        present = leads.select_related("person").first()
        if not value.leader.index and present is not None and present.holder == value.leader.name:
            return False
        person = self._leader(value.leader, context)
        if present is not None and present.person_id == person.pk:
            return False
        if present is not None:
            raise IllegalState("已有书记（组长），请先在党组织页面办理现任的免职。", field="secretary")
        check_owner(organisation, context.by)
        post = GROUP_LEADER if organisation.kind in GROUPS else SECRETARY
        on = value.from_on or context.today
        write_appointed(organisation, Elected(post=post, person_id=person.pk), on, context.by, context.now)
        return True

    def _leader(self, leader: Who, context: Context) -> Person:
        if not leader.index:
            raise InvalidInput("新任职的，请填写书记的身份证号。", field="identity")
        if (person := context.people.get(leader.index)) is None:
            raise unknown()
        check_name(person, leader, field="secretary")
        return person


def _leader(cells: Cells) -> Who | None:
    """Who is to lead; without a number the name alone, as an export has it: good for whoever leads already."""
    if not (cells["secretary"] or cells["identity"]):
        return None
    if cells.number("identity"):
        return read_who(cells, name="secretary")
    return Who(name_of(cells.needed("secretary"), field="secretary"), "")


def _unit(cells: Cells, context: Context) -> int | None:
    if not (text := cells["unit"]):
        return None
    found = context.units.get(text, [])
    if len(found) > 1:
        raise InvalidInput(f"有 {len(found)} 个单位叫这个名称，请改填编码。", field="unit")
    if not found:
        raise InvalidInput("没有找到这个单位，只能填本辖区内的，请从下拉列表中选择。", field="unit")
    return found[0].pk


def _check_same(present: PartyOrganisation, value: Wanted, parent: PartyOrganisation | None) -> None:
    """Raise IllegalState where the row would move it, or make it another kind."""
    if present.kind != value.kind:
        raise IllegalState(f"该单位已有同名的{present.get_kind_display()}，类型不能在表格里改。", field="kind")
    if value.parent and parent is not None and parent.pk != present.parent_id:
        above = present.parent.name if present.parent else "无"
        raise IllegalState(f"登记的上级党组织是“{above}”，调整隶属请在党组织页面办理。", field="parent")


class OrganisationExporter(ListExporter):
    """One row an organisation, in the columns of the import; the secretary's number is not among them."""

    filterset_class = OrganisationFilterSet
    tabs = OrganisationList.tabs
    header = ("名称", "类型", "上级党组织", "所在单位", "成立日期", "特色主题", "活动地点", "书记", "党员人数")
    has_numbers = False
    noun = "个"

    def in_scope(self, actor: Actor) -> QuerySet[PartyOrganisation]:
        """From the street down."""
        leads = PartyPost.objects.current().filter(post__in=_LEADS).select_related("person").defer("person__search")
        rows: QuerySet[PartyOrganisation] = PartyOrganisation.objects.visible_to(actor)
        rows = rows.select_related("parent", "unit").prefetch_related(Prefetch("posts", leads, to_attr="leaders"))
        rows = rows.annotate(members=Count("memberships", filter=Q(memberships__until_on=None)))
        return rows.order_by("street_id", "community_id", "pk")

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the import reads it."""
        return [
            thing.name, thing.get_kind_display(), thing.parent.name if thing.parent else "",
            f"{thing.unit.code} {thing.unit.name}", thing.founded_on.isoformat(), thing.theme, thing.address,
            "、".join(post.holder for post in thing.leaders), thing.members,
        ]  # fmt: skip


ORGANISATIONS = Sheet(
    key="party_organisations",
    title="党组织",
    noun="个",
    columns=COLUMNS,
    list_view="members:party_organisations",
    importer=OrganisationImporter(),
    import_right=EDIT,
    says=(
        "一个党组织一行，设在本级管理的党组织之下，按所在单位和名称识别，重复导入不会重复设立。"
        "撤销、合并和调整隶属请在党组织页面办理。"
    ),
    exporter=OrganisationExporter(),
    export_right=EXPORT,
    ask_right=ASK,
    approve_right=APPROVE,
)
