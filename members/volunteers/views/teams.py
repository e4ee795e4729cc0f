"""志愿队伍: the list, a team, founding, changing, dissolving, who belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from accounts.rights import may
from governance.errors import DomainError
from governance.scope import Actor
from governance.sheets.buttons import actions_for
from governance.ui.views import Action, Column, DetailPage, FormPage, ListPage, Order, find_or_404
from members.models import TeamMember, VolunteerTeam
from members.querysets import SEE
from members.volunteers.filters import TeamFilterSet
from members.volunteers.forms import DissolveForm, TeamForm
from members.volunteers.services import teams
from members.volunteers.tabs import TEAM_TABS
from members.volunteers.views.picking import PickPage

LIST = ("志愿队伍", "members:volunteer_teams")


def may_write(actor: Actor) -> bool:
    """Whether the actor keeps teams."""
    return may(actor, "volunteer.edit")


class TeamList(ListPage):
    """志愿队伍."""

    page = "volunteer_teams"
    title = "志愿队伍"
    noun = "支"
    filterset_class = TeamFilterSet
    has_personal_data = False
    columns = (
        Column("name", "队伍名称", "members/volunteers/cells/team.html", always=True, phone="title", grow=True),
        Column("kind", "类型", lambda row: row.get_kind_display(), phone="inline"),
        Column("unit", "所属单位", "unit.name"),
        Column("size", "人数", lambda row: f"{row.size} 人", phone="inline", num=True),
        Column("site", "阵地", "site.name", secondary=True, default=False),
        Column("founded_on", "成立日期", lambda row: row.founded_on.isoformat(), secondary=True),
    )
    orders = (Order("new", "最新登记", ("-pk",)),)
    tabs = TEAM_TABS
    empty_text = "请放宽查找条件，或登记队伍。"

    def get_queryset(self) -> QuerySet[VolunteerTeam]:
        """In scope."""
        rows: QuerySet[VolunteerTeam] = VolunteerTeam.objects.visible_to(self.actor)
        return rows.select_related("unit", "site")

    def get_actions(self) -> Sequence[Action]:
        sheets = [
            *actions_for("volunteer_teams", self.request, self.actor, noun="队伍"),
            *actions_for("volunteer_members", self.request, self.actor, noun="队员"),
        ]
        if not may_write(self.actor):
            return sheets
        return [*sheets, Action("登记队伍", reverse("members:volunteer_team_add"), "plus", primary=True)]


class TeamDetail(DetailPage):
    """One team: what it does, who belongs to it, its latest activities. To the district without its people."""

    template_name = "members/volunteers/team.html"
    context_name = "team"

    def get_queryset(self) -> QuerySet[VolunteerTeam]:
        rows: QuerySet[VolunteerTeam] = VolunteerTeam.objects.visible_to(self.actor)
        return rows.select_related("unit", "street", "site", "leader")

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.object.name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Members by role, then by when they joined; those who left after them."""
        sees = self.actor.role in SEE
        rows = (
            self.object.members.select_related("person").defer("person__search") if sees else TeamMember.objects.none()
        )
        members = list(rows.order_by("from_on", "pk"))
        weight = {"leader": 0, "deputy": 1}
        now_in = sorted((row for row in members if row.until_on is None), key=lambda row: weight.get(row.role, 2))
        return super().get_context_data(
            members=now_in, left=[row for row in members if row.until_on is not None], sees_people=sees,
            activities=self.object.activities.order_by("-starts_at", "-pk")[:8],
            may_edit=self.object.dissolved_on is None and may_write(self.actor), has_personal_data=sees, **kwargs,
        )  # fmt: skip


class TeamAdd(FormPage):
    """登记队伍."""

    form_class = TeamForm
    template_name = "ui/form_grid.html"
    title = "登记志愿队伍"
    submit_label = "登记，接着添加队员"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}

    def save(self, form: Any) -> str:
        made = teams.add_team(
            facts=form.facts(), unit_id=form.cleaned_data["unit"].pk, by=self.actor, now=timezone.now()
        )
        self.success_message = f"已登记{made.name}，请添加队员。"
        return reverse("members:volunteer_team_pick", args=[made.pk])

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]


class _OfTeam(FormPage):
    """A form about one team in scope."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.team: VolunteerTeam = find_or_404(VolunteerTeam.objects.visible_to(self.actor), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_cancel_url(self) -> str:
        return reverse("members:volunteer_team", args=[self.team.pk])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.team.name, self.get_cancel_url()), (self.title, "")]


class TeamChange(_OfTeam):
    """修改队伍."""

    form_class = TeamForm
    template_name = "ui/form_grid.html"
    title = "修改志愿队伍"
    has_personal_data = True

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor, "team": self.team}

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        team = self.team
        names = {name: getattr(team, name) for name in ("name", "kind", "words", "founded_on")}
        return names | {"leader": team.leader_id, "site": team.site_id}

    def save(self, form: Any) -> str:
        teams.change_team(team_id=self.team.pk, facts=form.facts(), by=self.actor, now=timezone.now())
        self.success_message = "已保存。"
        return self.get_cancel_url()


class TeamDissolve(_OfTeam):
    """解散队伍."""

    form_class = DissolveForm
    title = "解散志愿队伍"
    submit_label = "解散"
    says = "解散后全体队员离队，队伍和以往活动、时长保留，不能再恢复。"
    danger = True

    def save(self, form: Any) -> str:
        teams.dissolve_team(team_id=self.team.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = f"{self.team.name}已解散。"
        return self.get_cancel_url()


class TeamPick(PickPage):
    """添加队员: search persons in scope, tick them."""

    title = "添加队员"
    submit_label = "加入队伍"

    def load(self, pk: int) -> None:
        self.team: VolunteerTeam = find_or_404(VolunteerTeam.objects.visible_to(self.actor), pk=pk)

    def known(self) -> set[int]:
        return set(self.team.members.filter(until_on=None).values_list("person_id", flat=True))

    def back(self) -> str:
        return reverse("members:volunteer_team", args=[self.team.pk])

    def take(self, ids: list[int]) -> str:
        count = teams.add_members(team_id=self.team.pk, person_ids=ids, by=self.actor, now=timezone.now())
        return f"已加入 {count} 人。"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.team.name, self.back()), (self.title, "")]


def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """队员离队."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    member = find_or_404(TeamMember.objects.visible_to(actor), pk=pk)
    try:
        done = teams.leave_team(member_id=pk, why=request.POST.get("why", ""), by=actor, now=timezone.now())
        messages.success(request, f"{done.person.name}已离队。")
    except DomainError as refused:
        messages.error(request, refused.message)
    return HttpResponseRedirect(reverse("members:volunteer_team", args=[member.team_id]))
