"""党员名册: one row a membership."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import CHANGED, NEW, SAME, Column, Sheet
from governance.sheets.lists import ListExporter
from members.models import PartyMembership, PartyOrganisation, Person
from members.models.party import CATEGORIES, FULL, MEMBERSHIP_KINDS
from members.party.filters import MemberFilterSet
from members.party.rules import HOLDS_MEMBERS
from members.party.services import memberships
from members.party.services._common import EDIT, check_open, check_owner, require
from members.party.services.memberships import Facts
from members.party.sheets._common import APPROVE, ASK, EXPORT, locked, offered
from members.party.views.members import MemberList
from members.services.persons import REVEAL
from members.sheets.columns import by_label
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
from members.sheets.reading import Offered, read_day, read_text, said

KIND_WORDS = by_label(MEMBERSHIP_KINDS) | {"正式": FULL, "预备": "probationary"}
CATEGORY_WORDS = by_label(CATEGORIES)
_KINDS = [label for _, label in MEMBERSHIP_KINDS]

COLUMNS = (
    NEEDED_NAME,
    IDENTITY,
    Column(
        key="organisation", label="党组织", is_needed=True, choices=lambda actor: offered(actor, HOLDS_MEMBERS).labels,
        width=30, most=120, help="本级管理的党支部、党小组，从下拉列表中选择。",
    ),
    Column(
        key="kind", label="党员类型", choices=_KINDS, width=12,
        help="新登记的留空按“正式党员”。已登记的预备党员转正请在党员页面办理。",
    ),
    Column(
        key="category", label="类别", choices=[label for _, label in CATEGORIES], width=18,
        help="新登记的留空按“社区居民党员”。",
    ),
    Column(key="joined_party_on", label="入党日期", help="例如 1990-07-01；预备党员必填，预备期从这一天算起。"),
    Column(key="full_on", label="转正日期", help="例如 1991-07-01；预备党员不填。"),
    Column(key="from_on", label="转入日期", help="组织关系转入本组织的日期，留空为导入当天。"),
    Column(key="employer", label="原单位", width=26, most=100, help="原单位或现工作单位。"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A row. Empty: the cell says nothing."""

    who: Who
    organisation_id: int
    kind: str
    category: str
    joined_party_on: date | None
    full_on: date | None
    from_on: date | None
    employer: str


@dataclass(slots=True)
class Context:
    """Who imports, the own organisations, and what is on record of a batch."""

    by: Actor
    now: datetime
    today: date
    offered: Offered[PartyOrganisation]
    organisations: dict[int, PartyOrganisation] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    # Present memberships of the scope by number, and those of the scope's people wherever they are by person.
    own: dict[str, PartyMembership] = field(default_factory=dict)
    elsewhere: dict[int, PartyMembership] = field(default_factory=dict)


class MembershipImporter(BatchImporter[Wanted, Context]):
    """New ones are admitted, those known corrected; whoever belongs elsewhere is told to transfer."""

    columns = OF_FORMS

    def prepare(self, actor: Actor, now: datetime) -> Context:
        """The own organisations, by the words of the drop-down."""
        require(actor)
        return Context(actor, now, today_of(now), offered(actor, HOLDS_MEMBERS))

    def read_row(self, cells: Cells, context: Context) -> Wanted:
        """By the rules of the forms."""
        return Wanted(
            who=read_who(cells), organisation_id=context.offered.pick(cells, "organisation").pk,
            kind=cells.one_of("kind", KIND_WORDS, _KINDS) if cells["kind"] else "",
            category=cells.one_of("category", CATEGORY_WORDS) if cells["category"] else "",
            joined_party_on=read_day(cells, "joined_party_on", context.today),
            full_on=read_day(cells, "full_on", context.today), from_on=read_day(cells, "from_on", context.today),
            employer=read_text(cells, "employer", 100),
        )  # fmt: skip

    def look_up(self, values: Sequence[Wanted], context: Context) -> None:
        """Four queries a batch, locked in the order of the services: persons, organisations, memberships."""
        numbers = {one.who.index for one in values}
        context.people = locked_by_number(numbers, context.by)
        context.organisations = locked({one.organisation_id for one in values}, context.by)
        rows = PartyMembership.objects.current().select_related("person", "organisation").defer("person__search")
        mine = rows.visible_to(context.by).filter(person__identity_index__in=numbers)
        held = mine.select_for_update(of=("self",)).order_by("pk")
        context.own = {one.person.identity_index: one for one in held}
        here = [person.pk for person in context.people.values()]
        context.elsewhere = {one.person_id: one for one in rows.filter(person_id__in=here)}

    def take(self, value: Wanted, context: Context) -> str:
        """One row."""
        present = context.own.get(value.who.index)
        if present is not None:
            return self._known(present, value, context)
        person = context.people.get(value.who.index)
        if person is None:
            raise unknown()
        check_name(person, value.who)
        check_here(person)
        if (other := context.elsewhere.get(person.pk)) is not None:
            raise memberships.elsewhere(person, other)
        context.own[value.who.index] = self._admitted(person, value, context)
        return NEW

    def _admitted(self, person: Person, value: Wanted, context: Context) -> PartyMembership:
        organisation = context.organisations[value.organisation_id]
        check_owner(organisation, context.by)
        check_open(organisation)
        facts = Facts(
            kind=value.kind or FULL, category=value.category or "resident", employer=value.employer,
            joined_party_on=value.joined_party_on, full_on=value.full_on,
        )  # fmt: skip
        on = value.from_on or context.today
        made = memberships.drawn_up(person, organisation, facts, on, context.now)
        memberships.write_admitted(made, context.by, context.now)
        return made

    def _known(self, present: PartyMembership, value: Wanted, context: Context) -> str:
        check_name(present.person, value.who)
        check_owner(present.organisation, context.by)
        if present.organisation_id != value.organisation_id:
            raise IllegalState(
                f"组织关系在“{present.organisation.name}”，请办理转接，不能在表格里改。", field="organisation"
            )
        if value.from_on not in {None, present.from_on}:
            raise InvalidInput(f"转入日期登记为 {present.from_on:%Y-%m-%d}，不能在表格里改。", field="from_on")
        facts = Facts(
            kind=value.kind or present.kind, category=value.category or present.category,
            employer=said(value.employer, present.employer),
            joined_party_on=value.joined_party_on or present.joined_party_on,
            full_on=value.full_on or present.full_on,
        )  # fmt: skip
        corrected = copy(present)
        if not memberships.write_corrected(corrected, facts, context.by, context.now):
            return SAME
        context.own[value.who.index] = corrected
        return CHANGED


class MemberExporter(ListExporter):
    """One row a member, in the columns of the import, with what the list knows besides."""

    filterset_class = MemberFilterSet
    tabs = MemberList.tabs
    header = (*(column.label for column in COLUMNS), "预备期满日期", "党内职务", "社区")
    wordless = {"organisation": "所选党组织及其下级", "q": "按姓名查找"}
    noun = "人"

    def in_scope(self, actor: Actor) -> QuerySet[PartyMembership]:
        """Organisation by organisation."""
        rows: QuerySet[PartyMembership] = PartyMembership.objects.visible_to(actor).current()
        rows = rows.select_related("person", "organisation", "community").defer("person__search")
        return rows.prefetch_related("person__party_posts").order_by("organisation_id", "pk")

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the import reads it."""
        posts = [post.get_post_display() for post in thing.person.party_posts.all() if post.until_on is None]
        return [
            thing.person.name, identity_of(thing.person, with_numbers=with_numbers), thing.organisation.name,
            thing.get_kind_display(), thing.get_category_display(), _day(thing.joined_party_on), _day(thing.full_on),
            _day(thing.from_on), thing.employer, _day(thing.probation_ends_on) if thing.kind != FULL else "",
            "、".join(posts), thing.community.name if thing.community else "",
        ]  # fmt: skip


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


MEMBERS = Sheet(
    key="party_members",
    title="党员名册",
    noun="人",
    columns=COLUMNS,
    list_view="members:party_members",
    importer=MembershipImporter(),
    import_right=EDIT,
    says=(
        "一名党员一行，按身份证号识别，须先登记为居民。已在名册的只更正填写的内容，空白单元格不改动；"
        "组织关系在其他党组织的请办理转接。同一份表格重复导入不会重复登记。"
    ),
    exporter=MemberExporter(),
    export_right=EXPORT,
    ask_right=ASK,
    approve_right=APPROVE,
    reveal_right=REVEAL,
)
