"""队员: who belongs to a team, in and out. A row is known by team and person."""

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
from members.models import TeamMember, VolunteerTeam
from members.models.volunteers import TEAM_ROLES
from members.sheets.exporting import identity_of, phone_of
from members.sheets.finding import IDENTITY, NAME, BatchImporter, People, Who, read_who
from members.sheets.reading import told_apart, word_of
from members.sheets.wanted import plain
from members.volunteers.filters import MemberFilterSet
from members.volunteers.services import teams
from members.volunteers.tabs import MEMBER_TABS

Known = tuple[int, str, str]


def _standing(actor: Actor) -> list[Known]:
    """(key, name, unit) of the teams in scope."""
    rows = VolunteerTeam.objects.visible_to(actor).standing().order_by("unit__code", "pk")
    return list(rows.values_list("pk", "name", "unit__name"))


def team_words(actor: Actor) -> list[str]:
    """For a drop-down: the names, with the unit before those that are not the only ones."""
    return told_apart((name, unit) for _, name, unit in _standing(actor))


COLUMNS = (
    Column(
        key="team", label="队伍", is_needed=True, most=130, choices=team_words, width=26,
        help="须是已登记的队伍；几支队伍同名的，在前面写单位，如“第1网格 巡逻队”。",
    ),
    NAME,
    IDENTITY,
    Column(
        key="role", label="职务", choices=tuple(label for _, label in TEAM_ROLES), width=10,
        help="不填为队员。一支队伍一名队长，更换队长请在“修改队伍”中办理。",
    ),
    Column(key="from_on", label="入队日期", width=12, help="例如 2024-05-01；不填为导入当天。"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that can be read. "" and None say nothing, and leave alone what is known."""

    team_id: int
    who: Who
    role: str
    from_on: date | None


@dataclass(slots=True)
class Context:
    """What all rows need; the teams and memberships of the batch."""

    by: Actor
    now: datetime
    people: People
    known: dict[str, list[int]]
    teams: dict[int, VolunteerTeam] = field(default_factory=dict)
    members: dict[tuple[int, int], TeamMember] = field(default_factory=dict)

    def read_team(self, cells: Cells) -> int:
        """The team's key, or InvalidInput naming the column."""
        found = self.known.get(plain(cells.needed("team")), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise InvalidInput(f"有 {len(found)} 支队伍叫这个名称，请在前面写上所属单位。", field="team")
        raise InvalidInput("没有在您的辖区内找到这支队伍，请从下拉列表中选择，或先登记队伍。", field="team")


class MemberImporter(BatchImporter[Wanted, Context]):
    """Who does not belong to the team joins it; of who does, role and first day are corrected."""

    def prepare(self, actor: Actor, now: datetime) -> Context:
        """The standing teams in scope, by their names and with their unit's."""
        known: dict[str, list[int]] = {}
        for pk, name, unit in _standing(actor):
            for word in {plain(name), plain(f"{unit}{name}")}:
                known.setdefault(word, []).append(pk)
        return Context(actor, now, People(actor), known)

    def read_row(self, cells: Cells, context: Context) -> Wanted:
        """The day is the service's matter."""
        return Wanted(
            context.read_team(cells),
            read_who(cells, needs_name=False),
            word_of(cells, "role", TEAM_ROLES),
            cells.day("from_on"),
        )

    def look_up(self, values: Sequence[Wanted], context: Context) -> None:
        """Persons and teams, locked by primary key, and who belongs to them."""
        ids = context.people.look_up(value.who for value in values)
        rows = VolunteerTeam.objects.visible_to(context.by).standing().filter(pk__in={one.team_id for one in values})
        context.teams = {team.pk: team for team in rows.select_for_update(of=("self",)).order_by("pk")}
        found = TeamMember.objects.now_in().filter(team__in=context.teams, person__in=ids)
        members = found.select_related("person").defer("person__search")
        context.members = {(member.team_id, member.person_id): member for member in members}

    def take(self, value: Wanted, context: Context) -> str:
        """By the parts of the services."""
        person = context.people.get(value.who)
        if value.team_id not in context.teams:
            raise InvalidInput("这支队伍刚刚解散，请核对。", field="team")
        # What a refused row has set must not stay on what the next row finds.
        team, key = copy(context.teams[value.team_id]), (value.team_id, person.pk)
        about: dict[str, Any] = {"from_on": value.from_on, "by": context.by, "now": context.now}
        if (known := context.members.get(key)) is None:
            member = teams.write_member(team, person, role=value.role or "member", **about)
            outcome = NEW
        else:
            member = copy(known)
            outcome = CHANGED if teams.write_stay(team, member, role=value.role, **about) else SAME
        context.teams[value.team_id], context.members[key] = team, member
        return outcome


class MemberExporter(ListExporter):
    """One row a membership of the teams that the list shows."""

    filterset_class = MemberFilterSet
    tabs = MEMBER_TABS
    header = (*(column.label for column in COLUMNS), "所属单位", "联系电话", "社区", "网格")
    wordless = {"team": "一支队伍"}
    noun = "人"

    def in_scope(self, actor: Actor) -> QuerySet[TeamMember]:
        """Team by team, in the order in which they joined."""
        rows: QuerySet[TeamMember] = TeamMember.objects.visible_to(actor).defer("person__search")
        return rows.select_related("team__unit", "person__community", "person__grid").order_by(
            "team__unit__code", "team_id", "from_on", "pk"
        )

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the import reads it; then where the person lives, and the phone."""
        person, team = thing.person, thing.team
        return [
            f"{team.unit.name} {team.name}", person.name, identity_of(person, with_numbers=with_numbers),
            thing.get_role_display(), thing.from_on.isoformat(), team.unit.name,
            phone_of(person, with_numbers=with_numbers), person.community.name,
            person.grid.name if person.grid else "",
        ]  # fmt: skip


MEMBERS = Sheet(
    key="volunteer_members",
    title="志愿队员",
    noun="人",
    columns=COLUMNS,
    list_view="members:volunteer_teams",
    importer=MemberImporter(),
    import_right="volunteer.edit",
    says="一人一队一行，按队伍和身份证号识别，须是已登记的在册居民。已在队中的，按表格更正职务和入队日期。",
    exporter=MemberExporter(),
    export_right="person.export",
    ask_right="person.export_ask",
    approve_right="person.export_approve",
    reveal_right="person.reveal",
)
