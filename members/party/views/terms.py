"""换届: which elections are due and whose; an election's result, posts, elections that are put off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from governance.errors import IllegalState
from governance.ui.views import Column, ListPage, Order, Tab, find_or_404
from members.models import PartyPost, Term, TermExtension
from members.models.party import ASKED
from members.party import forms, selectors
from members.party.filters import TermFilterSet
from members.party.services import terms
from members.party.services._common import above, check_owner
from members.party.views._common import OfOrganisation, page_of, today


def _late(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(due_on__lt=today())


def _near(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(due_on__range=(today(), today() + selectors.NEAR))


def _soon(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(due_on__range=(today(), today() + selectors.SOON))


def _this_year(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(due_on__lte=today().replace(month=12, day=31))


def _told(term: Any) -> str:
    days = (term.due_on - today()).days
    return f"超期 {-days} 天" if days < 0 else f"还有 {days} 天"


_CELL = "members/party/cells/organisation.html"


class ElectionList(ListPage):
    """换届."""

    page = "party_elections"
    title = "换届"
    noun = "个"
    filterset_class = TermFilterSet
    count_cap = 1_000
    page_size = 20
    has_personal_data = False
    columns = (
        Column(
            "organisation", "党组织", "members/party/cells/organisation.html", always=True, phone="title", grow=True
        ),
        Column("kind", "类型", lambda row: row.organisation.get_kind_display(), phone="lead"),
        Column("parent", "上级党组织", lambda row: row.organisation.parent.name if row.organisation.parent else "—"),
        Column("number", "届次", lambda row: f"第 {row.number} 届", secondary=True),
        Column("elected_on", "上次选举", "elected_on", secondary=True, phone="hidden"),
        Column("due_on", "应换届日期", "members/party/cells/due.html", phone="inline"),
        Column("left", "距届满", _told, phone="inline"),
    )
    orders = (Order("due", "最先届满", ("due_on",)),)
    tabs = (
        Tab("late", "超期未换", narrow=_late, tone="over"),
        Tab("near", "60 天内", narrow=_near, tone="soon"),
        Tab("soon", "半年内", narrow=_soon),
        Tab("year", "今年应换", narrow=_this_year),
        Tab("asked", "延期待批", Q(extensions__state=ASKED)),
        Tab("", "全部"),
    )
    empty_title = "没有需要换届的党组织"
    empty_text = "请切换上方的时间范围。"

    def get_queryset(self) -> QuerySet[Term]:
        """Present terms in scope, soonest first."""
        rows: QuerySet[Term] = Term.objects.visible_to(self.actor).filter(ended_on=None)
        return rows.select_related("organisation__parent")

    def row_tone(self, row: Any) -> str:
        """Late and near ones stand out."""
        if row.due_on < today():
            return "over"
        return "soon" if row.due_on <= today() + selectors.NEAR else ""

    def row_label(self, row: Any) -> str:
        return str(row.organisation.name)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return ()


class Election(OfOrganisation):
    """登记换届选举."""

    template_name = "members/party/election.html"
    form_class = forms.ElectionForm
    title = "登记换届选举"
    submit_label = "登记选举结果"
    says = "登记后进入新一届，原任职务同时结束；届满日期按任期自动计算。没有当选人的行留空。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor, "organisation": self.organisation}

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        term = terms.record_election(
            organisation_id=self.organisation.pk, elected_on=data["elected_on"], words=data["words"],
            results=form.results(), by=self.actor, now=timezone.now(),
        )  # fmt: skip
        self.success_message = f"已登记第 {term.number} 届，{term.ends_on:%Y-%m-%d} 届满。"
        return page_of(self.organisation)


class Appoint(OfOrganisation):
    """任职."""

    form_class = forms.PostForm
    title = "办理任职"
    submit_label = "任职"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor, "organisation": self.organisation}

    def save(self, form: Any) -> str:
        made = terms.appoint(
            organisation_id=self.organisation.pk, elected=form.elected(), on=form.cleaned_data["on"], by=self.actor,
            now=timezone.now(),
        )  # fmt: skip
        self.success_message = f"{made.holder}任{made.get_post_display()}。"
        return page_of(self.organisation)


class PostEnd(OfOrganisation):
    """免职、辞职."""

    form_class = forms.PostEndForm
    title = "办理离任"
    submit_label = "离任"
    danger = True

    def check(self) -> None:
        """The address names the post."""
        super().check()
        rows = PartyPost.objects.filter(organisation=self.organisation).select_related("person")
        self.post_held: PartyPost = find_or_404(rows.defer("person__search"), pk=self.kwargs["post_pk"])

    def get_says(self) -> str:
        return f"{self.post_held.holder}不再担任{self.post_held.get_post_display()}。"

    def save(self, form: Any) -> str:
        terms.end_post(post_id=self.post_held.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = "已登记离任。"
        return page_of(self.organisation)


class ExtensionAsk(OfOrganisation):
    """申请延期换届."""

    form_class = forms.ExtensionForm
    title = "申请延期换届"
    submit_label = "提交申请"
    says = "每届只能延期一次，最长一年，由上一级审批。"

    def save(self, form: Any) -> str:
        terms.ask_extension(
            organisation_id=self.organisation.pk, by=self.actor, now=timezone.now(), **form.cleaned_data
        )  # fmt: skip
        self.success_message = "已提交，等待上级审批。"
        return page_of(self.organisation)


class ExtensionDecide(OfOrganisation):
    """审批延期换届, one level above."""

    form_class = forms.DecisionForm
    title = "审批延期换届"
    submit_label = "提交"

    def check(self) -> None:
        """One level above the one that asked."""
        check_owner(self.organisation, self.actor, unit_id=above(self.organisation))
        rows = TermExtension.objects.filter(organisation=self.organisation, state=ASKED).select_related("term")
        extension = rows.first()
        if extension is None:
            raise IllegalState("没有待审批的延期申请。")
        self.extension: TermExtension = extension

    def get_says(self) -> str:
        asked = self.extension
        return (
            f"{self.organisation.name}原定 {asked.term.ends_on:%Y-%m-%d} 届满，申请延期至 {asked.until:%Y-%m-%d}。"
            f"理由：{asked.grounds}（{asked.asked_by_name}）"
        )

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        terms.decide_extension(
            extension_id=self.extension.pk, grant=data["grant"] == "1", words=data["words"], by=self.actor,
            now=timezone.now(),
        )  # fmt: skip
        self.success_message = "已审批。"
        return page_of(self.organisation)
