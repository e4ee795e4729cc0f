"""党员中心户: one row a home that is looked after, with the member repeated; without a home the member alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import CHANGED, NEW, SAME, Column, Sheet
from governance.sheets.lists import ListExporter
from governance.ui.lists import Tab
from grids.models import Unit
from grids.selectors import in_order
from members.models import Building, Household, LookedAfter, PartyHousehold
from members.party_households import selectors
from members.party_households.filters import PartyHouseholdFilterSet
from members.party_households.services import naming, ties
from members.party_households.services._common import EDIT, locked, require
from members.party_households.services.naming import PartyHouseholdFacts
from members.party_households.views.pages import list_tabs
from members.services.households import where
from members.services.persons import REVEAL
from members.sheets.exporting import identity_of
from members.sheets.finding import (
    IDENTITY,
    NEEDED_NAME,
    BatchImporter,
    Who,
    check_name,
    locked_by_number,
    read_who,
    unknown,
)
from members.sheets.reading import Offered, read_day, read_text, said
from members.sheets.wanted import HomeKey, home_key, plain


def _grids(actor: Actor) -> Offered[Unit]:
    rows = Unit.objects.visible_to(actor).open().filter(kind="grid")
    return Offered((unit.name, unit) for unit in in_order(rows))


def _buildings(actor: Actor) -> list[str]:
    rows = Building.objects.visible_to(actor).filter(removed_on=None).order_by("name")
    return list(rows.values_list("name", flat=True)[:5_000])


COLUMNS = (
    NEEDED_NAME,
    IDENTITY,
    Column(
        key="grid", label="网格", choices=lambda actor: _grids(actor).labels, width=16,
        help="用于核对，应是党员家所在的网格，可以不填。",
    ),
    Column(key="sign_number", label="挂牌编号", most=32),
    Column(key="from_on", label="设立日期", help="例如 2024-05-01；新设的留空为导入当天。"),
    Column(
        key="building", label="联系户楼栋", choices=_buildings, is_strict=False, width=18, most=64,
        help="一行一户，联系几户就填几行，党员的姓名和身份证号每行重复。暂时没有联系户的留空。",
    ),
    Column(key="entrance", label="联系户单元", width=12, most=64, help="没有单元的留空。“2”和“2单元”视为相同。"),
    Column(key="room", label="联系户房号", width=12, most=64, help="填了楼栋的必填。"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A row. `home` None: it names no home to look after."""

    who: Who
    grid_id: int | None
    sign_number: str
    from_on: date | None
    home: HomeKey | None


@dataclass(slots=True)
class Context:
    """Who imports, the grids, and what is on record of a batch."""

    by: Actor
    now: datetime
    today: date
    grids: Offered[Unit]
    people: dict[str, int] = field(default_factory=dict)
    hubs: dict[int, int] = field(default_factory=dict)
    households: dict[HomeKey, list[Household]] = field(default_factory=dict)
    # Household → the party household that looks after it.
    looked_after: dict[int, int] = field(default_factory=dict)


class PartyHouseholdImporter(BatchImporter[Wanted, Context]):
    """A party household is opened with the first row of its member; each row adds the home that it names."""

    columns = {"person": "identity", "on": "from_on", "households": "room"}

    def prepare(self, actor: Actor, now: datetime) -> Context:
        """The grids of the community."""
        require(actor)
        return Context(actor, now, today_of(now), _grids(actor))

    def read_row(self, cells: Cells, context: Context) -> Wanted:
        """By the rules of the forms."""
        return Wanted(
            who=read_who(cells), grid_id=context.grids.pick(cells, "grid").pk if cells["grid"] else None,
            sign_number=read_text(cells, "sign_number", 32), from_on=read_day(cells, "from_on", context.today),
            home=_home(cells),
        )  # fmt: skip

    def look_up(self, values: Sequence[Wanted], context: Context) -> None:
        """Who and where, in five queries; each row then locks what it changes."""
        visible = locked_by_number({one.who.index for one in values}, context.by)
        context.people = {index: person.pk for index, person in visible.items()}
        hubs = PartyHousehold.objects.visible_to(context.by).open().filter(person_id__in=context.people.values())
        context.hubs = dict(hubs.values_list("person_id", "pk"))
        context.households = _households({one.home for one in values if one.home}, context.by)
        found = [household.pk for some in context.households.values() for household in some]
        ties_now = LookedAfter.objects.filter(household_id__in=found, until_on=None)
        context.looked_after = dict(ties_now.values_list("household_id", "party_household_id"))

    def take(self, value: Wanted, context: Context) -> str:
        """One row."""
        if (person_id := context.people.get(value.who.index)) is None:
            raise unknown()
        household = _household(value, context)
        if (hub_id := context.hubs.get(person_id)) is None:
            hub = self._opened(person_id, value, context)
            outcome = NEW
        else:
            hub = locked(hub_id, context.by)
            outcome = self._corrected(hub, value, context)
        if value.grid_id not in {None, hub.grid_id}:
            raise InvalidInput(f"党员家在{hub.grid.name if hub.grid else '别的网格'}，请核对网格。", field="grid")
        if household is not None and context.looked_after.get(household.pk) != hub.pk:
            ties.write_looked_after(hub, [household.pk], context.by, context.now)
            context.looked_after[household.pk] = hub.pk
            outcome = NEW
        context.hubs[person_id] = hub.pk
        return outcome

    def _opened(self, person_id: int, value: Wanted, context: Context) -> PartyHousehold:
        person = naming.member_of(person_id, context.by)
        check_name(person, value.who)
        facts = PartyHouseholdFacts(sign_number=value.sign_number)
        return naming.write_opened(person, facts, value.from_on, context.by, context.now)

    def _corrected(self, hub: PartyHousehold, value: Wanted, context: Context) -> str:
        check_name(hub.person, value.who)
        if value.from_on not in {None, hub.from_on}:
            raise InvalidInput(f"设立日期登记为 {hub.from_on:%Y-%m-%d}，不能在表格里改。", field="from_on")
        facts = PartyHouseholdFacts(sign_number=said(value.sign_number, hub.sign_number), duties=hub.duties)
        return CHANGED if naming.write_corrected(hub, facts, context.by, context.now) else SAME


def _home(cells: Cells) -> HomeKey | None:
    building, entrance, room = (read_text(cells, key, 64) for key in ("building", "entrance", "room"))
    if building and not room:
        raise InvalidInput("填了楼栋的，请填写房号。", field="room")
    if not building and (entrance or room):
        raise InvalidInput("填了单元、房号的，请填写楼栋。", field="building")
    return home_key(building, entrance, room) if building else None


def _households(keys: set[HomeKey], by: Actor) -> dict[HomeKey, list[Household]]:
    """Open households with somebody in them at these homes of the scope; in two queries."""
    wanted = {building for building, _, _ in keys}
    if not wanted:
        return {}
    rows = Building.objects.visible_to(by).filter(removed_on=None).values_list("pk", "name")
    names = {pk: plain(name) for pk, name in rows if plain(name) in wanted}
    found: dict[HomeKey, list[Household]] = defaultdict(list)
    households = Household.objects.visible_to(by).open().filter(home__building_id__in=names, size__gt=0)
    for household in households.select_related("home__building").order_by("pk"):
        home = household.home
        found[home_key(home.building.name, home.entrance, home.room)].append(household)
    return dict(found)


def _household(value: Wanted, context: Context) -> Household | None:
    """The household that lives at the home of a row; of several in one home none can be meant."""
    if value.home is None:
        return None
    found = context.households.get(value.home, [])
    if not found:
        raise InvalidInput("这个房屋没有登记住户，请核对楼栋、单元、房号，或先登记住户。", field="room")
    if len(found) > 1:
        raise IllegalState(f"这个房屋登记了 {len(found)} 户，请在中心户页面选择是哪一户。", field="room")
    return found[0]


class PartyHouseholdExporter(ListExporter):
    """One row a party household: the homes in one cell, how many they are, the last round."""

    filterset_class = PartyHouseholdFilterSet
    header = (
        "姓名", "身份证号", "社区", "网格", "挂牌编号", "设立日期", "住址", "联系户数", "联系户", "最近走访", "状态",
    )  # fmt: skip
    wordless = {"person": "按号码查找", "q": "按姓名查找"}
    noun = "户"

    @property
    def tabs(self) -> Sequence[Tab]:  # type: ignore[override]
        """Those of the list."""
        return list_tabs()

    def in_scope(self, actor: Actor) -> QuerySet[PartyHousehold]:
        """Grid by grid."""
        rows = PartyHousehold.objects.visible_to(actor).annotate(lost=selectors.lost_membership())
        now = LookedAfter.objects.filter(until_on=None).select_related("household__home__building").order_by("pk")
        found: QuerySet[PartyHousehold] = selectors.with_all(rows).prefetch_related(
            Prefetch("ties", now, to_attr="ties_now")
        )
        return found.order_by("community_id", "grid_id", "pk")

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the list shows it."""
        homes = "、".join(where(tie.household) for tie in thing.ties_now)
        return [
            thing.person.name, identity_of(thing.person, with_numbers=with_numbers), thing.community.name,
            thing.grid.name, thing.sign_number, thing.from_on.isoformat(), where(thing.household), thing.homes, homes,
            thing.last_visit_on.isoformat() if thing.last_visit_on else "从未走访",
            thing.get_ended_how_display() if thing.until_on else "在任",
        ]  # fmt: skip


PARTY_HOUSEHOLDS = Sheet(
    key="party_households",
    title="党员中心户",
    noun="户",
    columns=COLUMNS,
    list_view="members:party_households",
    importer=PartyHouseholdImporter(),
    import_right=EDIT,
    says=(
        "一行一个联系户，同一名党员的姓名和身份证号每行重复。党员按身份证号识别，须先登记为居民和党员；"
        "联系户按楼栋、单元、房号识别，须已登记住户。表格里没有的联系户不会减少，减少、更换请在中心户页面办理。"
    ),
    exporter=PartyHouseholdExporter(),
    export_right="person.export",
    ask_right="person.export_ask",
    approve_right="person.export_approve",
    reveal_right=REVEAL,
)
