"""The category tree, for the district centre that keeps it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from appeals.forms.categories import CategoryForm
from appeals.models import Category, PolicyRule
from appeals.services import categories as services
from governance.errors import DomainError
from governance.ui.views import FormPage, find_or_404
from grids.models import KIND_LABELS

_KINDS = {str(kind.value): label for kind, label in KIND_LABELS.items()}


@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    """All categories, folded by main category; `q` narrows by name or initials."""
    wanted = request.GET.get("q", "").strip()[:40]
    rows = list(Category.objects.select_related("lead_unit").order_by("order", "pk"))
    rules = _policies()
    found = _matching(rows, wanted) if wanted else {row.pk for row in rows}
    below: dict[int | None, list[Category]] = defaultdict(list)
    for row in rows:
        row.policies = rules.get(row.pk, [])  # type: ignore[attr-defined]
        row.lead_label = row.lead_unit.name if row.lead_unit else _KINDS.get(row.lead_kind, "")  # type: ignore[attr-defined]
        if row.pk in found:
            below[row.parent_id].append(row)
    nodes = [(one, [(two, below[two.pk]) for two in below[one.pk]]) for one in below[None]]
    context = {"title": "诉求类别", "nodes": nodes, "q": wanted, "count": len(rows), "is_open": bool(wanted)}
    return render(request, "appeals/categories.html", context)


def _policies() -> dict[int, list[str]]:
    """The names of the policies that rules give to a category itself."""
    found: dict[int, list[str]] = defaultdict(list)
    rules = PolicyRule.objects.filter(category__isnull=False).select_related("policy").order_by("pk")
    for rule in rules:
        names = found[rule.category_id or 0]
        if rule.policy.name not in names:
            names.append(rule.policy.name)
    return found


def _matching(rows: Sequence[Category], wanted: str) -> set[int]:
    """Those that match, with all above them."""
    hits = [row for row in rows if wanted in row.name or row.initials.startswith(wanted.upper())]
    paths = {path for row in hits for path in _line(row.path)}
    return {row.pk for row in rows if row.path in paths}


def _line(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


class Add(FormPage):
    """A new category."""

    title = "新增诉求类别"
    template_name = "appeals/category_form.html"
    form_class = CategoryForm
    submit_label = "新增"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("诉求类别", reverse("appeals:categories")), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse("appeals:categories")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.actor}

    def get_initial(self) -> dict[str, Any]:
        return {"parent": self.request.GET.get("parent", "")}

    def save(self, form: Any) -> str:
        category = services.add_category(**form.arguments(), by=self.actor, now=timezone.now())
        self.success_message = f"已新增“{category.path}”。"
        return reverse("appeals:categories")


class Change(Add):
    """Name, place and settings of a category."""

    title = "修改诉求类别"
    submit_label = "保存"

    @property
    def category(self) -> Category:
        """The category that the address names, or 404."""
        if not hasattr(self, "_category"):
            self._category: Category = find_or_404(Category.objects.all(), pk=self.kwargs["pk"])
        return self._category

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "category": self.category}

    def get_initial(self) -> dict[str, Any]:
        names = ("name", "lead_kind")
        keys = {name: getattr(self.category, f"{name}_id") for name in ("parent", "lead_unit")}
        return {**{name: getattr(self.category, name) for name in names}, **keys}

    def get_says(self) -> str:
        return "改名或移动后，下级类别的全称随之改变；已登记的诉求仍属于这个类别。按哪个方案计时在“时限规则”中设置。"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(category=self.category, **kwargs)

    def save(self, form: Any) -> str:
        pk = self.category.pk
        category = services.change_category(category_id=pk, **form.arguments(), by=self.actor, now=timezone.now())
        self.success_message = f"已保存“{category.path}”。"
        return reverse("appeals:categories")


@require_POST
def active(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a category on or off."""
    wanted = request.POST.get("active") == "1"
    try:
        by = request.actor  # type: ignore[attr-defined]
        category = services.set_category_active(category_id=pk, active=wanted, by=by, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"已{'启用' if wanted else '停用'}“{category.path}”。")
    return HttpResponseRedirect(reverse("appeals:categories"))
