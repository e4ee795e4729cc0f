"""Writing sites down: the centre's forms, and the street's proposals with their answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from governance.errors import DomainError, NotAllowed
from governance.ui import nav
from governance.ui.views import ActorMixin, Column, FormPage, ListPage, Order, Tab, find_or_404
from grids.models import Cluster, Site, SiteKind, SiteProposal, Unit
from grids.services import site_proposals, sites
from grids.sites import forms, selectors
from grids.sites.facts import SiteFacts
from grids.sites.hours import HOLIDAY

_LIST = ("服务阵地", "grids:sites")


class SiteFormPage(FormPage):
    """A form about one site, or about a new one."""

    in_use = True

    @property
    def site(self) -> Site:
        """The site that the address names, in scope and in use, or 404."""
        if not hasattr(self, "_site"):
            self._site: Site = find_or_404(
                selectors.with_all(Site.objects.visible_to(self.actor).in_use()), pk=self.kwargs["pk"]
            )
        return self._site

    @property
    def is_new(self) -> bool:
        """Whether the address names none."""
        return "pk" not in self.kwargs

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the list, or below the site."""
        way = [(_LIST[0], reverse(_LIST[1]))]
        if not self.is_new:
            way.append((self.site.name, reverse("grids:site", args=[self.site.pk])))
        return [*way, (self.title, "")]

    def get_cancel_url(self) -> str:
        """Back."""
        return reverse("grids:sites") if self.is_new else reverse("grids:site", args=[self.site.pk])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Outside the scope there is nothing, whatever the method."""
        if not self.is_new:
            _ = self.site
        return super().dispatch(request, *args, **kwargs)


class FactsPage(SiteFormPage):
    """A form of a site's facts."""

    form_class = forms.SiteForm
    template_name = "ui/form_grid.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form knows who asks."""
        return super().get_form_kwargs() | {"actor": self.actor}

    def get_initial(self) -> dict[str, Any]:
        """As the site is now; of a new one what the address says."""
        if not self.is_new:
            site = self.site
            return {name: getattr(site, name) for name in forms.SiteForm.base_fields}
        asked = {name: number_of(self.request.GET.get(name)) for name in ("unit", "kind")}
        return {"opened_on": timezone.localdate(), **{name: value for name, value in asked.items() if value}}


def number_of(text: str | None) -> int:
    """A key as a form sends it; 0 for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


class Add(FactsPage):
    """A new site."""

    title, submit_label, success_message = "新增阵地", "保存", "已新增，请接着填写开放时间。"

    def save(self, form: Any) -> str:
        """Write it down, then its hours."""
        site = sites.add_site(facts=form.facts(), by=self.actor, now=timezone.now())
        return reverse("grids:site_hours", args=[site.pk])


class Edit(FactsPage):
    """What is now so of a site."""

    title, success_message = "修改阵地", "已保存。"

    def save(self, form: Any) -> str:
        """Write it down."""
        sites.change_site(site_id=self.site.pk, facts=form.facts(), by=self.actor, now=timezone.now())
        return reverse("grids:site", args=[self.site.pk])


class Close(SiteFormPage):
    """The end of a site."""

    form_class, title, submit_label, success_message = forms.CloseForm, "停用阵地", "停用", "已停用。"
    says = "停用后不再出现在在用阵地、离我最近和达标统计中，历史记录保留；停用后不能恢复。"
    danger = True

    def save(self, form: Any) -> str:
        """Close it."""
        sites.close_site(site_id=self.site.pk, **form.cleaned_data, by=self.actor, now=timezone.now())
        return reverse("grids:site", args=[self.site.pk])


class Hours(SiteFormPage):
    """The week."""

    form_class, title, success_message = forms.HoursForm, "开放时间", "开放时间已保存。"
    template_name = "ui/form_grid.html"

    def get_initial(self) -> dict[str, Any]:
        """As it is now."""
        days: list[list[tuple[int, int]]] = [[] for _ in range(HOLIDAY + 1)]
        for weekday, start, end in self.site.hours.values_list("weekday", "start_minute", "end_minute"):
            days[weekday].append((start, end))
        typed = {f"day_{place}": forms.as_typed(tuple(windows)) for place, windows in enumerate(days)}
        return {"on_holidays": self.site.on_holidays, **typed}

    def save(self, form: Any) -> str:
        """Replace it."""
        sites.set_hours(
            site_id=self.site.pk, week=form.week(), on_holidays=form.cleaned_data["on_holidays"], by=self.actor,
            now=timezone.now(),
        )  # fmt: skip
        return reverse("grids:site", args=[self.site.pk])


class ExceptionAdd(SiteFormPage):
    """Days that differ."""

    form_class, title, success_message = forms.ExceptionForm, "增加特殊日期", "特殊日期已保存。"
    says = "这些日期按这里的时间开放，不按每周开放时间，也不按法定节假日。"

    def save(self, form: Any) -> str:
        """Add it."""
        data = form.cleaned_data
        sites.add_exception(
            site_id=self.site.pk, from_date=data["from_date"], to_date=data["to_date"] or data["from_date"],
            windows=data["windows"], reason=data["reason"], by=self.actor, now=timezone.now(),
        )  # fmt: skip
        return reverse("grids:site", args=[self.site.pk])


class ExceptionRemove(ActorMixin, View):
    """Take days that differ back."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """`exception` names which."""
        site = find_or_404(Site.objects.visible_to(self.actor), pk=pk)
        number = number_of(request.POST.get("exception"))
        try:
            sites.remove_exception(site_id=site.pk, exception_id=number, by=self.actor, now=timezone.now())
        except DomainError as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, "已删除，这些日期恢复按每周开放时间。")
        return redirect("grids:site", pk=site.pk)


# Proposals ----------------------------------------------------------------------------------------------------------


class ProposingPage(FactsPage):
    """A street's proposal of what a site is to be."""

    form_class, submit_label = forms.ProposalForm, "提交建议"
    success_message = "建议已提交，等待区网格中心答复。"
    says = "提交后由区网格中心答复；采纳后立即生效。"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """A site of another street is read, and not proposed."""
        if not self.is_new and nav.may(self.actor, "site.propose") and self.site.street_id != self.actor.street_id:
            raise NotAllowed("这个阵地不在您的街道内，请由所在街道提出建议。")
        return super().dispatch(request, *args, **kwargs)

    def save(self, form: Any) -> str:
        """Propose it."""
        proposal = site_proposals.propose_site(
            facts=form.facts(), words=form.cleaned_data["words"], site_id=None if self.is_new else self.site.pk,
            by=self.actor, now=timezone.now(),
        )  # fmt: skip
        return reverse("grids:site_proposal", args=[proposal.pk])


class ProposeAdd(ProposingPage):
    """A new site."""

    title = "建议新增阵地"


class ProposeChange(ProposingPage):
    """Another description."""

    title = "建议修改阵地"


class ProposeClose(SiteFormPage):
    """The end of a site, proposed."""

    form_class, title, submit_label = forms.ProposeClosingForm, "建议停用阵地", "提交建议"
    success_message, says = ProposingPage.success_message, ProposingPage.says

    def save(self, form: Any) -> str:
        """Propose it."""
        proposal = site_proposals.propose_closing(
            site_id=self.site.pk, **form.cleaned_data, by=self.actor, now=timezone.now()
        )
        return reverse("grids:site_proposal", args=[proposal.pk])


class ProposalList(ListPage):
    """What streets have proposed."""

    title, noun = "街道的阵地建议", "项"
    has_personal_data = False
    columns = (
        Column("name", "阵地", "grids/cells/proposal.html", always=True, phone="title", grow=True),
        Column("kind", "类型", lambda row: row.get_kind_display(), phone="lead"),
        Column("street", "街道", "street.name"),
        Column("proposed_at", "提出时间"),
        Column("state", "状态", "grids/cells/proposal_state.html", phone="inline"),
    )
    orders = (Order("new", "最新提出", ("-proposed_at",)),)
    tabs = (
        Tab("", "待答复", Q(accepted=None)),
        Tab("taken", "已采纳", Q(accepted=True)),
        Tab("refused", "未采纳", Q(accepted=False)),
    )
    empty_title, empty_text = "没有建议", "街道提出的新增、修改、停用建议会列在这里。"

    def get_queryset(self) -> QuerySet[SiteProposal]:
        """Those of the district, or of one's street."""
        return SiteProposal.objects.visible_to(self.actor).select_related("site", "street")

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the list."""
        return [(_LIST[0], reverse(_LIST[1])), (self.title, "")]


class ProposalPage(FormPage):
    """One proposal: what it would change, and the centre's answer."""

    form_class, template_name = forms.DecideForm, "grids/site_proposal.html"
    submit_label, success_message = "提交答复", "已答复。"

    @property
    def proposal(self) -> SiteProposal:
        """The one that the address names, in scope, or 404."""
        if not hasattr(self, "_proposal"):
            found = SiteProposal.objects.visible_to(self.actor).select_related("site__kind", "site__unit", "street")
            self._proposal: SiteProposal = find_or_404(found, pk=self.kwargs["pk"])
        return self._proposal

    def get_title(self) -> str:
        """What is asked."""
        return self.proposal.get_kind_display()

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the proposals."""
        return [(_LIST[0], reverse(_LIST[1])), ("街道建议", reverse("grids:site_proposals")), (self.get_title(), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is proposed beside what is so."""
        may_decide = nav.may(self.actor, "site.edit") and self.proposal.accepted is None
        return super().get_context_data(
            proposal=self.proposal, rows=compared(self.proposal), may_decide=may_decide, **kwargs
        )

    def get_cancel_url(self) -> str:
        """Back to the proposals."""
        return reverse("grids:site_proposals")

    def save(self, form: Any) -> str:
        """Answer."""
        site_proposals.decide_proposal(
            proposal_id=self.proposal.pk, **form.cleaned_data, by=self.actor, now=timezone.now()
        )
        return reverse("grids:site_proposal", args=[self.proposal.pk])


_LABELS = {
    "kind_id": "类型", "name": "名称", "unit_id": "所属单位", "address": "地址", "phone": "联系电话",
    "area_m2": "建筑面积（平方米）", "lon": "经度", "lat": "纬度", "level": "示范等级",
    "cluster_id": "示范矩阵、示范带",
    "opened_on": "启用日期", "transferred": "地企移交", "former_owner": "移交前单位", "transferred_on": "移交日期",
    "closed_on": "停用日期",
}  # fmt: skip
_MODELS: dict[str, type[Any]] = {"kind_id": SiteKind, "unit_id": Unit, "cluster_id": Cluster}


def compared(proposal: SiteProposal) -> list[tuple[str, str, str, bool]]:
    """Each fact: its label, as it is now, as it is proposed, and whether the two differ."""
    now = SiteFacts.of(proposal.site).as_json() if proposal.site and proposal.accepted is None else {}
    rows = []
    for key, label in _LABELS.items():
        if key in proposal.content:
            old, new = _words(key, now.get(key)), _words(key, proposal.content[key])
            rows.append((label, old, new, bool(now) and old != new))
    return rows


def _words(key: str, value: Any) -> str:
    if value in (None, "", False):
        return ""
    if model := _MODELS.get(key):
        found = model.objects.filter(pk=value).first()
        return str(found) if found else ""
    if key == "level":
        return dict(Site.LEVELS).get(value, "")
    return "是" if value is True else str(value)
