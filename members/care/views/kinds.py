"""关爱类别: the lists and their rhythms, kept by the district centre."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from governance.ui.views import FormPage, PageMixin, find_or_404
from members.care.forms import KindForm
from members.care.kinds import rhythm_choices
from members.care.services import keeping
from members.models import CareKind

TITLE = "关爱类别"


class Kinds(PageMixin, TemplateView):
    """Every list with its rhythms, and how many are on it."""

    template_name = "members/care/kinds.html"
    title = TITLE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """In order; counts alone."""
        names = dict(rhythm_choices())
        kinds = CareKind.objects.annotate(size=Count("records", filter=~Q(records__state="ended")))
        rows = [(kind, [names.get(kind.policy_of(level), "—") for level in "ABC"]) for kind in kinds]
        return super().get_context_data(rows=rows, **kwargs)


class _KindPage(FormPage):
    form_class = KindForm

    def get_cancel_url(self) -> str:
        return reverse("members:care_kinds")

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Under the lists."""
        return [(TITLE, self.get_cancel_url()), (self.title, "")]


class AddKind(_KindPage):
    """新增关爱类别."""

    title = "新增关爱类别"

    def save(self, form: Any) -> str:
        kind = keeping.add_kind(facts=form.facts(), by=self.actor, now=timezone.now())
        self.success_message = f"已新增“{kind.name}”。"
        return self.get_cancel_url()


class EditKind(_KindPage):
    """修改关爱类别."""

    title = "修改关爱类别"
    says = "改变某一等级的走访方案，从下一次走访起生效；正在计时的不变。"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """404 for what is no list."""
        self.kind: CareKind = find_or_404(CareKind.objects.all(), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        return {name: getattr(self.kind, name) for name in KindForm.base_fields}

    def save(self, form: Any) -> str:
        keeping.change_kind(kind_id=self.kind.pk, facts=form.facts(), by=self.actor, now=timezone.now())
        self.success_message = "已保存。"
        return self.get_cancel_url()
