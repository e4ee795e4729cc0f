"""Kinds of site with their standards, and clusters with their sites."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from governance.errors import DomainError
from governance.ui import nav
from governance.ui.views import ActorMixin, FormPage, PageMixin, find_or_404
from grids.models import Cluster, Site, SiteKind
from grids.services import site_kinds
from grids.sites import forms

_SITES = ("服务阵地", "grids:sites")


class KindList(PageMixin, TemplateView):
    """Kinds: what each asks for, on what ground, and how many sites it has."""

    template_name, title = "grids/site_kinds.html", "阵地类型与标准"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the list of sites."""
        return [(_SITES[0], reverse(_SITES[1])), (self.title, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All kinds, with the sites in use of the actor's district."""
        here = Q(sites__closed_on=None, sites__district_id=self.actor.district_id)
        kinds = SiteKind.objects.annotate(in_use=Count("sites", filter=here), ever=Count("sites"))
        # Counting drops the model's own order.
        kinds = kinds.order_by("order", "pk")
        return super().get_context_data(kinds=kinds, may_edit=nav.may(self.actor, "site.edit"), **kwargs)


class _KindPage(FormPage):
    form_class = forms.KindForm

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the kinds."""
        return [(_SITES[0], reverse(_SITES[1])), (KindList.title, reverse("grids:site_kinds")), (self.get_title(), "")]

    def get_cancel_url(self) -> str:
        """Back."""
        return reverse("grids:site_kinds")


class KindAdd(_KindPage):
    """A new kind."""

    title, success_message = "新增阵地类型", "已新增。"

    def save(self, form: Any) -> str:
        """Write it down."""
        site_kinds.add_kind(facts=form.facts(), by=self.actor, now=timezone.now())
        return reverse("grids:site_kinds")


class KindEdit(_KindPage):
    """Another name or standard."""

    title, success_message = "修改阵地类型", "已保存，对标缺口已按新标准计算。"

    @property
    def kind(self) -> SiteKind:
        """The kind that the address names, or 404."""
        if not hasattr(self, "_kind"):
            self._kind: SiteKind = find_or_404(SiteKind.objects.all(), pk=self.kwargs["pk"])
        return self._kind

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """What is not there is 404, whatever the method."""
        _ = self.kind
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """As it is now."""
        return {name: getattr(self.kind, name) for name in forms.KindForm.base_fields}

    def save(self, form: Any) -> str:
        """Write it down."""
        site_kinds.change_kind(kind_id=self.kind.pk, facts=form.facts(), by=self.actor, now=timezone.now())
        return reverse("grids:site_kinds")


class KindRemove(ActorMixin, View):
    """Take away a kind that nothing uses."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """With the reason where it is refused."""
        kind: SiteKind = find_or_404(SiteKind.objects.all(), pk=pk)
        try:
            site_kinds.remove_kind(kind_id=kind.pk, by=self.actor, now=timezone.now())
        except DomainError as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, f"“{kind.name}”已删除。")
        return redirect("grids:site_kinds")


# Clusters -----------------------------------------------------------------------------------------------------------


class ClusterList(PageMixin, TemplateView):
    """Matrices and belts with their sites."""

    template_name, title = "grids/site_clusters.html", "示范矩阵、示范带"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the list of sites."""
        return [(_SITES[0], reverse(_SITES[1])), (self.title, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All clusters of the district; of each its sites in use."""
        inside = Site.objects.in_use().select_related("kind", "unit").order_by("unit__code", "name")
        clusters = Cluster.objects.visible_to(self.actor).annotate(ever=Count("sites")).order_by("order", "pk")
        clusters = clusters.prefetch_related(Prefetch("sites", inside, to_attr="in_use"))
        return super().get_context_data(
            clusters=list(clusters), may_edit=nav.may(self.actor, "site.edit"), **kwargs
        )  # fmt: skip


class _ClusterPage(FormPage):
    form_class = forms.ClusterForm

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the clusters."""
        way = (ClusterList.title, reverse("grids:site_clusters"))
        return [(_SITES[0], reverse(_SITES[1])), way, (self.get_title(), "")]

    def get_cancel_url(self) -> str:
        """Back."""
        return reverse("grids:site_clusters")


class ClusterAdd(_ClusterPage):
    """A new one."""

    title, success_message = "新增矩阵、示范带", "已新增，请在阵地的“修改”中选择它。"

    def save(self, form: Any) -> str:
        """Write it down."""
        site_kinds.add_cluster(**form.cleaned_data, by=self.actor, now=timezone.now())
        return reverse("grids:site_clusters")


class ClusterEdit(_ClusterPage):
    """Another name or form."""

    title, success_message = "修改矩阵、示范带", "已保存。"

    @property
    def cluster(self) -> Cluster:
        """The one that the address names, in the district, or 404."""
        if not hasattr(self, "_cluster"):
            self._cluster: Cluster = find_or_404(Cluster.objects.visible_to(self.actor), pk=self.kwargs["pk"])
        return self._cluster

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Outside the scope there is nothing, whatever the method."""
        _ = self.cluster
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """As it is now."""
        return {"name": self.cluster.name, "form": self.cluster.form}

    def save(self, form: Any) -> str:
        """Write it down."""
        site_kinds.change_cluster(
            cluster_id=self.cluster.pk, **form.cleaned_data, by=self.actor, now=timezone.now()
        )  # fmt: skip
        return reverse("grids:site_clusters")


class ClusterRemove(ActorMixin, View):
    """Take away one that nothing uses."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """With the reason where it is refused."""
        cluster: Cluster = find_or_404(Cluster.objects.visible_to(self.actor), pk=pk)
        try:
            site_kinds.remove_cluster(cluster_id=cluster.pk, by=self.actor, now=timezone.now())
        except DomainError as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, f"“{cluster.name}”已删除。")
        return redirect("grids:site_clusters")
