"""党员中心户 as people read them: the list, one of them, sections of a person's and a household's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.rights import may
from governance.scope import Actor
from governance.sheets.buttons import actions_for
from governance.ui import dates
from governance.ui.views import Action, Column, DetailPage, Order, Tab
from grids import mapping
from members.models import Household, LookedAfter, PartyHousehold, Person
from members.party_households import registry, selectors
from members.party_households.filters import PartyHouseholdFilterSet
from members.party_households.limits import warning_of
from members.party_households.services._common import EDIT, VISIT
from members.services.households import where
from members.views.of_people import OfPeopleList, may_open

LIST = ("党员中心户", "members:party_households")
SHOWN = 20


def ago(row: PartyHousehold) -> str:
    """When it last visited, and how long ago."""
    if row.last_visit_on is None:
        return "从未走访"
    days = (timezone.localdate() - row.last_visit_on).days
    return f"{dates.day(row.last_visit_on)}（{'今天' if days <= 0 else f'{days} 天前'}）"


def list_tabs() -> Sequence[Tab]:
    """Those that go on, those to be looked at, those that ended."""
    return (
        Tab("", "在任", Q(until_on=None)),
        Tab(
            "doubt", "待核", tone="soon",
            narrow=lambda rows, request: rows.filter(selectors.doubtful(), until_on=None),
        ),
        Tab("ended", "已终止", narrow=lambda rows, request: rows.exclude(until_on=None)),
    )  # fmt: skip


class PartyHouseholdList(OfPeopleList):
    """党员中心户."""

    page = "party_households"
    title = "党员中心户"
    noun = "户"
    filterset_class = PartyHouseholdFilterSet
    unfolded = 4
    columns = (
        Column("person", "党员", "members/party_households/cells/name.html", always=True, phone="title", grow=True),
        Column("grid", "网格", lambda row: f"{row.community.name} {row.grid.name}", phone="lead"),
        Column("home", "住址", lambda row: where(row.household)),
        Column("homes", "联系户数", "members/party_households/cells/homes.html", phone="inline"),
        Column("visit", "最近走访", ago, orders=("visited", "visited_last")),
        Column("sign_number", "挂牌编号", lambda row: row.sign_number or "—", secondary=True),
        Column("from_on", "设立日期", lambda row: dates.day(row.from_on), default=False),
        Column("doubt", "待核", "members/party_households/cells/doubt.html", phone="inline"),
    )
    orders = (
        Order("new", "最新设立", ("-pk",)),
        Order("visited", "最久未走访", ("last_visit_on", "pk")),
        Order("visited_last", "最近走访", ("-last_visit_on", "-pk")),
    )
    empty_text = "请放宽查找条件，或设立党员中心户。"

    def get_tabs(self) -> Sequence[Tab]:
        return list_tabs()

    def get_queryset(self) -> QuerySet[PartyHousehold]:
        """In scope."""
        rows = PartyHousehold.objects.visible_to(self.actor).annotate(lost=selectors.lost_membership())
        found: QuerySet[PartyHousehold] = selectors.with_all(rows)
        return found

    def get_actions(self) -> Sequence[Action]:
        """Gaps, and the way to a new one."""
        found = [Action("缺口和统计", reverse("members:party_household_gaps"), "chart-bar")]
        found += actions_for("party_households", self.request, self.actor)
        if may(self.actor, EDIT):
            found.append(Action("设立中心户", reverse("members:party_household_open"), "plus", primary=True))
        return found


class PartyHouseholdDetail(DetailPage):
    """One: its member, the homes on a map, rounds, reports."""

    template_name = "members/party_households/detail.html"
    context_name = "hub"

    def get_queryset(self) -> QuerySet[PartyHousehold]:
        """In scope."""
        rows = PartyHousehold.objects.visible_to(self.actor).annotate(lost=selectors.lost_membership())
        found: QuerySet[PartyHousehold] = selectors.with_all(rows)
        return found

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.object.person.name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All that the page shows, in a handful of statements."""
        hub, runs = self.object, self.object.until_on is None
        homes = selectors.homes_of(hub)
        reports = list(hub.reports.order_by("-on", "-pk")[:SHOWN])
        works = registry.find(self.actor, [report.appeal_number for report in reports])
        return super().get_context_data(
            homes=[(home, where(home.household)) for home in homes], points=selectors.points_of(hub, homes),
            warning=warning_of(hub.homes) if runs else "", where=where(hub.household), ago=ago(hub),
            visits=hub.visits.order_by("-on", "-pk").prefetch_related("households")[:SHOWN],
            reports=[(report, works.get(report.appeal_number)) for report in reports],
            may_edit=runs and may(self.actor, EDIT), may_visit=runs and may(self.actor, VISIT),
            may_open=may_open(self.actor, hub.person), tiles=settings.MAP_TILE_URL, polygons=mapping.of_unit(hub.grid),
            **kwargs,
        )  # fmt: skip


def person_rows(actor: Actor, person: Person) -> list[QuerySet[Any]]:
    """The party households that are or were theirs, in scope."""
    return [PartyHousehold.objects.visible_to(actor).filter(person=person)]


def person_section(request: HttpRequest, person: Person, found: bool) -> SafeString | None:
    """On a person's page: which party household is theirs."""
    if not found:
        return None
    (rows,) = person_rows(request.actor, person)  # type: ignore[attr-defined]
    lines = [(hub, ago(hub)) for hub in selectors.with_all(rows.order_by("-from_on", "-pk"))]
    return render_to_string("members/party_households/person_section.html", {"lines": lines}, request=request)


def household_section(request: HttpRequest, household: Household, members: Sequence[Person]) -> SafeString | None:
    """On a household's page: who looks after it, and who did."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    visible = PartyHousehold.objects.visible_to(actor).values("pk")
    ties = LookedAfter.objects.filter(household=household, party_household__in=visible).order_by("-from_on", "-pk")
    rows = list(ties.select_related("party_household__person").defer("party_household__person__search"))
    context = {"household": household, "ties": rows, "looked_after": any(tie.until_on is None for tie in rows)}
    return render_to_string("members/party_households/household_section.html", context, request=request)
