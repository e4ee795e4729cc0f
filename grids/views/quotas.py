"""编制: the table of the streets, one quota with its history, what is approved, filled and proposed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from governance.sheets.buttons import actions_for
from governance.ui import nav
from governance.ui.views import Action, Column, DetailPage, FormPage, ListPage, Order, PageMixin, Tab, find_or_404
from grids.models import QUOTA_KINDS, Quota, QuotaProposal
from grids.quotas import forms, selectors
from grids.quotas.counts import filled_of, is_counted
from grids.services import quotas

LIST = ("编制", "grids:quotas")
SINCE = date(2022, 1, 1)


class QuotaTable(PageMixin, TemplateView):
    """A line a street, a column a kind; below, the communities."""

    template_name = "grids/quotas.html"
    title = "编制"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Lines, totals, and what was approved in the last years."""
        lines = selectors.by_street(self.actor)
        street = self.request.GET.get("street", "")
        street_id = int(street) if street.isascii() and street.isdigit() and len(street) < 18 else None
        return super().get_context_data(
            kinds=QUOTA_KINDS, lines=lines, total=selectors.total_of(lines), since=SINCE,
            approved=selectors.approved_since(self.actor, SINCE), now=timezone.now(),
            communities=selectors.by_community(self.actor, street_id) if street_id or len(lines) == 1 else [],
            street_id=street_id, actions=self._actions(), **kwargs,
        )  # fmt: skip

    def _actions(self) -> list[Action]:
        found = [Action("打印", reverse("grids:quotas_print"), "printer")]
        found.extend(actions_for("quotas", self.request, self.actor))
        if nav.may(self.actor, "quota.see_proposals"):
            waiting = QuotaProposal.objects.visible_to(self.actor).waiting().count()
            found.append(Action(f"街道建议（{waiting}）", reverse("grids:quota_proposals"), "message-circle"))
        if nav.may(self.actor, "quota.edit"):
            found.append(Action("登记实有变动", reverse("grids:quota_fill"), "user-plus"))
            found.append(Action("核增、核减", reverse("grids:quota_approve"), "file-plus", primary=True))
        if nav.may(self.actor, "quota.propose") and self.actor.unit_kind == "street":
            found.append(Action("提出建议", reverse("grids:quota_propose"), "plus", primary=True))
        return found


class QuotaPrint(QuotaTable):
    """The same on A4."""

    template_name = "grids/quotas_print.html"
    title = "编制情况表"


class QuotaPage(DetailPage):
    """One quota and its history."""

    template_name = "grids/quota.html"
    context_name = "quota"
    has_personal_data = False

    def get_queryset(self) -> QuerySet[Quota]:
        """In scope."""
        rows: QuerySet[Quota] = Quota.objects.visible_to(self.actor).select_related("unit", "street")
        return rows

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (str(self.object), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """How it stands, and every change."""
        return super().get_context_data(
            count=filled_of([self.object])[self.object.pk], events=self.object.events.order_by("-on", "-pk"),
            is_counted=is_counted(self.object.kind), may_edit=nav.may(self.actor, "quota.edit"), **kwargs,
        )  # fmt: skip


class _QuotaForm(FormPage):
    """A form about a quota that it names itself."""

    template_name = "ui/form_searching.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form knows who asks."""
        return super().get_form_kwargs() | {"by": self.actor}

    def get_initial(self) -> dict[str, Any]:
        """What the address says, and today."""
        asked = {name: self.request.GET.get(name, "")[:20] for name in ("unit", "kind")}
        return {"on": timezone.localdate(), **{name: value for name, value in asked.items() if value}}

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]


class Approve(_QuotaForm):
    """核增、核减."""

    form_class = forms.ApproveForm
    title = "核增、核减编制"
    success_message = "已核定。"

    def save(self, form: Any) -> str:
        """Write it down."""
        quota = quotas.change_approved(**form.change(), by=self.actor, now=timezone.now())
        return reverse("grids:quota", args=[quota.pk])


class Fill(_QuotaForm):
    """登记实有变动."""

    form_class = forms.FillForm
    title = "登记实有变动"
    success_message = "已登记。"
    says = "社区工作者的实有人数按在岗人员自动统计，不在这里登记。"

    def save(self, form: Any) -> str:
        """Write it down."""
        quota = quotas.change_filled(**form.change(), by=self.actor, now=timezone.now())
        return reverse("grids:quota", args=[quota.pk])


class Propose(_QuotaForm):
    """提出编制建议."""

    form_class = forms.ProposeForm
    title = "提出编制建议"
    submit_label = "提交建议"
    success_message = "建议已提交，等待区网格中心答复。"

    def save(self, form: Any) -> str:
        """Propose it."""
        made = quotas.propose_quota(**form.change(), by=self.actor, now=timezone.now())
        return reverse("grids:quota_proposal", args=[made.pk])


class ProposalList(ListPage):
    """What streets ask for."""

    title, noun = "街道的编制建议", "项"
    has_personal_data = False
    columns = (
        Column("street", "街道", "grids/cells/quota_proposal.html", always=True, phone="title", grow=True),
        Column("kind", "类别", lambda row: row.get_kind_display(), phone="lead"),
        Column("delta", "增减", lambda row: f"{row.delta:+d}", num=True),
        Column("proposed_at", "提出时间"),
        Column("state", "状态", "grids/cells/proposal_state.html", phone="inline"),
    )
    orders = (Order("new", "最新提出", ("-proposed_at",)),)
    tabs = (
        Tab("", "待答复", Q(accepted=None)), Tab("taken", "已采纳", Q(accepted=True)),
        Tab("refused", "未采纳", Q(accepted=False)),
    )  # fmt: skip
    empty_title, empty_text = "没有建议", "街道提出的编制建议会列在这里。"

    def get_queryset(self) -> QuerySet[QuotaProposal]:
        """In scope."""
        rows: QuerySet[QuotaProposal] = QuotaProposal.objects.visible_to(self.actor).select_related("unit")
        return rows

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]


class ProposalPage(FormPage):
    """One proposal, and the centre's answer."""

    form_class, template_name = forms.DecideForm, "grids/quota_proposal.html"
    submit_label, success_message = "提交答复", "已答复。"

    @property
    def proposal(self) -> QuotaProposal:
        """The one that the address names, in scope, or 404."""
        if not hasattr(self, "_proposal"):
            rows = QuotaProposal.objects.visible_to(self.actor).select_related("unit", "street")
            self._proposal: QuotaProposal = find_or_404(rows, pk=self.kwargs["pk"])
        return self._proposal

    def get_title(self) -> str:
        return f"编制建议：{self.proposal}"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), ("街道建议", reverse("grids:quota_proposals")), (self.get_title(), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """How the quota stands beside what is asked."""
        quota = Quota.objects.filter(unit_id=self.proposal.unit_id, kind=self.proposal.kind).first()
        return super().get_context_data(
            proposal=self.proposal, count=filled_of([quota])[quota.pk] if quota else None,
            may_decide=nav.may(self.actor, "quota.edit") and self.proposal.accepted is None, **kwargs,
        )  # fmt: skip

    def get_cancel_url(self) -> str:
        return reverse("grids:quota_proposals")

    def save(self, form: Any) -> str:
        """Answer."""
        quotas.decide_quota_proposal(
            proposal_id=self.proposal.pk, by=self.actor, now=timezone.now(), **form.cleaned_data
        )
        return reverse("grids:quota_proposal", args=[self.proposal.pk])
