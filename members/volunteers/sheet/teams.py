"""志愿队伍: teams in and out. A row is known by unit and name."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from governance.errors import InvalidInput
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import CHANGED, NEW, SAME, Column, Sheet
from governance.sheets.lists import ListExporter
from grids.models import Unit
from grids.sheet_units import Units, unit_words
from members.models import VolunteerTeam
from members.models.volunteers import KINDS
from members.sheets.finding import BatchImporter
from members.sheets.reading import word_of
from members.sheets.wanted import plain
from members.volunteers.filters import TeamFilterSet
from members.volunteers.services import _common, teams
from members.volunteers.services.teams import TeamFacts
from members.volunteers.tabs import TEAM_TABS

LEVELS = ("street", "community", "grid")
COLUMNS = (
    Column(key="unit", label="所属单位", is_needed=True, choices=lambda actor: unit_words(actor, LEVELS), width=26),
    Column(key="name", label="队伍名称", is_needed=True, is_prose=True, most=64, width=24, help="同一单位不能重名。"),
    Column(
        key="kind", label="类型", choices=tuple(label for _, label in KINDS), width=12, help="新登记的队伍必填。"
    ),
    Column(key="founded_on", label="成立日期", width=12, help="例如 2024-05-01；不填为导入当天。"),
    Column(key="words", label="简介", is_prose=True, width=40),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that can be read. "" and None say nothing, and leave alone what is known."""

    unit: Unit
    name: str
    kind: str
    founded_on: date | None
    words: str

    def facts(self, known: VolunteerTeam | None) -> TeamFacts:
        """As the service takes it."""
        if known is None:
            return TeamFacts(name=self.name, kind=self.kind, words=self.words, founded_on=self.founded_on)
        return TeamFacts(
            name=known.name, kind=self.kind or known.kind, words=self.words or known.words,
            founded_on=self.founded_on, site_id=known.site_id, leader_id=known.leader_id,
        )  # fmt: skip


@dataclass(slots=True)
class Context:
    """What all rows need, and the standing teams of the batch by unit and name."""

    by: Actor
    now: datetime
    units: Units
    teams: dict[tuple[int, str], VolunteerTeam] = field(default_factory=dict)


class TeamImporter(BatchImporter[Wanted, Context]):
    """A team that is not there is founded; of one that is, what the row says otherwise is corrected."""

    def prepare(self, actor: Actor, now: datetime) -> Context:
        """The units of one's own line."""
        return Context(actor, now, Units(actor, LEVELS))

    def read_row(self, cells: Cells, context: Context) -> Wanted:
        """The lengths and the day are the service's matter."""
        kind = word_of(cells, "kind", KINDS)
        name = " ".join(cells.needed("name").split())
        return Wanted(context.units.read(cells), name, kind, cells.day("founded_on"), cells["words"])

    def look_up(self, values: Sequence[Wanted], context: Context) -> None:
        """The standing teams of these units, locked by primary key."""
        rows = VolunteerTeam.objects.visible_to(context.by).standing()
        rows = rows.filter(unit__in={value.unit.pk for value in values})
        found = rows.select_for_update(of=("self",)).order_by("pk")
        context.teams = {(team.unit_id, plain(team.name)): team for team in found}

    def take(self, value: Wanted, context: Context) -> str:
        """By the parts of the services."""
        known = context.teams.get(key := (value.unit.pk, plain(value.name)))
        if known is None:
            place = _common.place_in(value.unit.pk, context.by)
            context.teams[key] = teams.write_new(value.facts(None), place, by=context.by, now=context.now)
            return NEW
        # What a refused row has set must not stay on the team that the next row finds.
        team = copy(known)
        if value.founded_on and team.members.filter(from_on__lt=value.founded_on).exists():
            raise InvalidInput("成立日期晚于已有队员的入队日期，请核对。", field="founded_on")
        if not teams.write_change(team, value.facts(team), by=context.by, now=context.now):
            return SAME
        context.teams[key] = team
        return CHANGED


class TeamExporter(ListExporter):
    """One row a team; nothing of it is personal: the leader's name stays with the members."""

    filterset_class = TeamFilterSet
    tabs = TEAM_TABS
    header = (*(column.label for column in COLUMNS), "人数", "阵地", "解散日期", "解散原因")
    has_numbers = False
    noun = "支"

    def in_scope(self, actor: Actor) -> QuerySet[VolunteerTeam]:
        """Unit by unit."""
        rows: QuerySet[VolunteerTeam] = VolunteerTeam.objects.visible_to(actor)
        return rows.select_related("unit", "site").order_by("unit__code", "pk")

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the import reads it; then as the list shows it."""
        return [
            f"{thing.unit.code} {thing.unit.name}", thing.name, thing.get_kind_display(), thing.founded_on.isoformat(),
            thing.words, thing.size, thing.site.name if thing.site else "",
            thing.dissolved_on.isoformat() if thing.dissolved_on else "", thing.dissolved_why,
        ]  # fmt: skip


TEAMS = Sheet(
    key="volunteer_teams",
    title="志愿队伍",
    noun="支",
    columns=COLUMNS,
    list_view="members:volunteer_teams",
    importer=TeamImporter(),
    import_right="volunteer.edit",
    says="一支队伍一行，按所属单位和队伍名称识别。已登记的队伍按表格更正；空白单元格不改动已登记的内容。",
    exporter=TeamExporter(),
    export_right="volunteer.export_teams",
    approve_right="volunteer.approve_teams",
)
