"""党组织: the tree, and an organisation's page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import TemplateView, View

from accounts.rights import may
from governance.sheets.buttons import actions_for
from governance.ui.views import Action, ActorMixin, Column, DetailPage, ListPage, Order, PageMixin, Tab, find_or_404
from members.models import MembershipTransfer, PartyMembership, PartyOrganisation, PartyPost, Term, TermExtension
from members.models.party import ASKED, CATEGORIES, IN_TRANSIT
from members.party import selectors
from members.party.filters import OrganisationFilterSet
from members.party.rules import GROUPS, HOLDS_MEMBERS
from members.party.views._common import crumbs_of, decides, decides_above, may_grant, today

_PAST_POSTS, _NAMES = 20, 30


class TreePage(PageMixin, TemplateView):
    """The actor's part of the tree: the roots with what stands right below them; the rest comes when it is opened."""

    template_name = "members/party/tree.html"
    title = "党组织"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Roots, each with its branch; what was looked for."""
        tree = selectors.Tree(self.actor)
        roots = tree.nodes(None)
        text = self.request.GET.get("q", "").strip()[:40]
        return super().get_context_data(
            roots=[(node, tree.nodes(node.organisation.pk) if len(roots) <= 3 else None) for node in roots],
            organisations=len(tree.parents), members=sum(tree.members.values()), text=text,
            found=selectors.search(self.actor, text) if text else None, may_edit=may(self.actor, "party.edit"),
            may_see_members=may(self.actor, "party.see_members"), **kwargs,
        )  # fmt: skip


class Children(ActorMixin, View):
    """What stands right below an organisation, as a branch of the tree."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The branch."""
        organisation = find_or_404(PartyOrganisation.objects.visible_to(self.actor), pk=pk)
        context = {
            "nodes": selectors.Tree(self.actor).nodes(organisation.pk),
            "may_see_members": may(self.actor, "party.see_members"),
        }
        return render(request, "members/party/branch.html", context)


class OrganisationList(ListPage):
    """党组织名单."""

    page = "party_organisations"
    title = "党组织名单"
    noun = "个"
    filterset_class = OrganisationFilterSet
    count_cap = 1_000
    page_size = 20
    has_personal_data = False
    columns = (
        Column("name", "名称", "members/party/cells/own.html", always=True, phone="title", grow=True),
        Column("kind", "类型", lambda row: row.get_kind_display(), phone="lead"),
        Column("parent", "上级党组织", lambda row: row.parent.name if row.parent else "—"),
        Column("unit", "所在单位", "unit.name", secondary=True),
        Column("theme", "特色主题", "theme", default=False),
        Column("members", "党员", lambda row: f"{row.members} 人", phone="inline", num=True),
        Column("founded_on", "成立日期", "founded_on", secondary=True, phone="hidden"),
    )
    orders = (Order("new", "最新设立", ("-pk",)), Order("name", "按名称", ("name",)))
    tabs = (Tab("", "现有", Q(dissolved_on=None)), Tab("ended", "已撤销", ~Q(dissolved_on=None)))
    empty_title = "没有符合条件的党组织"

    def get_queryset(self) -> QuerySet[PartyOrganisation]:
        """In scope."""
        rows: QuerySet[PartyOrganisation] = PartyOrganisation.objects.visible_to(self.actor)
        return rows.select_related("parent", "unit")

    def complete(self, objects: Sequence[Any]) -> None:
        """How many members each has itself, for all rows at once."""
        counts = selectors.counts_of([row.pk for row in objects])
        for row in objects:
            row.members = counts.get(row.pk, 0)

    def get_actions(self) -> Sequence[Action]:
        """In and out as a spreadsheet."""
        return actions_for("party_organisations", self.request, self.actor)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("党组织", reverse("members:party")), (self.title, "")]


class OrganisationPage(DetailPage):
    """One organisation: facts, what it lacks, term, posts, members in numbers, what stands below it."""

    template_name = "members/party/organisation.html"
    context_name = "organisation"

    def get_queryset(self) -> QuerySet[PartyOrganisation]:
        """In scope; dissolved ones, too: history names them."""
        rows: QuerySet[PartyOrganisation] = PartyOrganisation.objects.visible_to(self.actor)
        return rows.select_related("parent__parent__parent", "unit", "street", "community", "grid", "merged_into")

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return crumbs_of(self.object, self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All that the page shows."""
        one, actor = self.object, self.actor
        sees = may(actor, "party.see_members")
        tree = selectors.Tree(actor)
        return super().get_context_data(
            hints=selectors.hints(one, today()), term=_term(one), terms=_past(one), extension=_asked(one),
            nodes=tree.nodes(one.pk) if one.is_open else (), figures=_figures(tree.below(one.pk)),
            members=_members(one) if sees and one.kind in HOLDS_MEMBERS else (), sees=sees,
            posts=list(selectors.posts_of(one)) if sees else (), former=_former(one) if sees else (),
            waiting=_waiting(one) if sees else 0, holds_members=one.kind in HOLDS_MEMBERS,
            has_terms=one.kind not in GROUPS, may_edit=decides(actor, one), may_move=decides_above(actor, one),
            may_grant=may_grant(actor, one), today=today(), sees_persons=may(actor, "person.see"), **kwargs,
        )  # fmt: skip


def _term(organisation: PartyOrganisation) -> Term | None:
    return Term.objects.filter(organisation=organisation, ended_on=None).first()


def _past(organisation: PartyOrganisation) -> list[Term]:
    return list(Term.objects.filter(organisation=organisation).exclude(ended_on=None).order_by("-number"))


def _asked(organisation: PartyOrganisation) -> TermExtension | None:
    return TermExtension.objects.filter(organisation=organisation, state=ASKED).first()


def _former(organisation: PartyOrganisation) -> list[PartyPost]:
    rows = PartyPost.objects.filter(organisation=organisation).exclude(until_on=None).select_related("person", "term")
    return list(rows.defer("person__search").order_by("-until_on", "-pk")[:_PAST_POSTS])


def _members(organisation: PartyOrganisation) -> list[PartyMembership]:
    """The first of them; all are in the list."""
    rows = PartyMembership.objects.current().filter(organisation=organisation).select_related("person")
    return list(rows.defer("person__search").order_by("person__initials", "pk")[:_NAMES])


def _waiting(organisation: PartyOrganisation) -> int:
    return MembershipTransfer.objects.filter(to_organisation=organisation, state=IN_TRANSIT).count()


def _figures(ids: list[int]) -> list[tuple[str, str, int]]:
    """Members of the organisation and all below it, by category; numbers alone."""
    counts = Counter(
        PartyMembership.objects.current().filter(organisation_id__in=ids).values_list("category", flat=True)
    )
    return [(code, label, counts[code]) for code, label in CATEGORIES]
