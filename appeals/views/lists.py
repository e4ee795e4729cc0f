"""The list of appeals, what a person logged, and the saved views."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import Count as Counted
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.rights import may
from appeals import selectors, tables
from appeals.filters import AppealFilterSet
from appeals.repeats.company import note_company
from appeals.views.bulk import BULK_ACTIONS
from governance.privacy.addresses import from_form, person_key, without_numbers
from governance.scope import UnitKind
from governance.ui.lists import Count, Tab
from governance.ui.models import SavedView
from governance.ui.views import Action, Column, ListPage

PAGE = "appeals"


class AppealList(ListPage):
    """All appeals in scope."""

    page = PAGE
    title = "诉求列表"
    noun = "件"
    template_name = "appeals/list.html"
    results_template_name = "appeals/parts/results.html"
    filterset_class = AppealFilterSet
    orders = tables.ORDERS
    tabs = tables.TABS
    count_cap = 1_000
    # A screenful on an office PC; 50 and 100 are a choice away.
    page_size = 20
    unfolded = 7
    bulk_actions = BULK_ACTIONS

    @cached_property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """The columns, whose last one depends on who looks."""
        return tables.columns(self.actor)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list. A full number that was typed into the address leaves it at once."""
        if person_key(request.GET.get("q", "")):
            return _redirect(request, f"{request.path}?{without_numbers(request.GET).urlencode()}")
        if "counts" in request.GET:
            return self._counts()
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.for_page(self.actor)

    def complete(self, objects: Sequence[Any]) -> None:
        selectors.name_rows(objects)
        note_company(objects)

    def get_counts(self, filtered: QuerySet[Any], tabs: Sequence[Tab]) -> dict[str, Count]:
        """The numbers on the tabs.

        Of what is large (a district, a street, a department) each tab is counted on its index, to a cap. A filter
        knows no such index: its rows are counted in one pass, and after the page is there, by a request of its own.
        """
        if tabs and self._used_filters():
            return {}
        if not tabs or self.actor.unit_kind not in {UnitKind.COMMUNITY, UnitKind.GRID}:
            return super().get_counts(filtered, tabs)
        return _counted(filtered, tabs)

    def _counts(self) -> HttpResponse:
        tabs = self.get_tabs()
        counts = _counted(self.filtered, tabs)
        return render(self.request, "appeals/parts/counts.html", {"tabs": [(tab, counts[tab.key]) for tab in tabs]})

    def get_actions(self) -> Sequence[Action]:
        found = []
        if may(self.actor, "appeal.import"):
            found.append(Action("导入", reverse("imports:list"), "file-import"))
        if may(self.actor, "appeal.register"):
            found.append(Action("登记诉求", reverse("appeals:register"), "plus", primary=True))
        return found

    def row_tone(self, row: Any) -> str:
        return tables.row_tone(row)

    def row_label(self, row: Any) -> str:
        return str(row.number)

    def extra_context(self) -> dict[str, Any]:
        """What the filters offer is read for a whole page alone."""
        if not self.is_partial and self.filterset is not None:
            self.filterset.offer()
        later = self.request.GET.copy()
        later["counts"] = "1"
        return {
            "by_person": "person" in self.request.GET,
            "find_url": f"{reverse('appeals:find')}?at={self.page}",
            "counts_url": f"{self.request.path}?{later.urlencode()}"
            if self.get_tabs() and self._used_filters()
            else "",
        }


def _counted(filtered: QuerySet[Any], tabs: Sequence[Tab]) -> dict[str, Count]:
    """All tabs in one pass over the rows."""
    numbers = filtered.order_by().aggregate(**{tab.key: Counted("pk", filter=tab.q) for tab in tabs})
    return {key: Count(number) for key, number in numbers.items()}


class MineList(AppealList):
    """What the person logged, wherever it is now."""

    page = "appeals-mine"
    title = "我登记的"
    bulk_actions = ()

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(registered_by_user=self.actor.user_id)


_LISTS = {
    PAGE: "appeals:list", "appeals-mine": "appeals:mine", "appeals-visits": "appeals:visits",
    "appeals-leaders": "appeals:leader_list", "supervision": "appeals:supervision",
}  # fmt: skip


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Filters that must not stand in an address as they were typed: a full number becomes its keyed hash."""
    target = reverse(_LISTS.get(request.GET.get("at", ""), "appeals:list"))
    return _redirect(request, f"{target}?{from_form(request.POST).urlencode()}")


def _redirect(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def saved_views(request: HttpRequest) -> HttpResponse:
    """A person's saved views of the lists of this room: open, or delete."""
    views = SavedView.objects.filter(user_id=request.actor.user_id, page__in=_LISTS).order_by("page", "name")  # type: ignore[attr-defined]
    rows = [(view, f"{reverse(_LISTS[view.page])}?{view.query}", _criteria(view.query)) for view in views]
    return render(request, "appeals/saved_views.html", {"title": "我的视图", "rows": rows})


_LABELS = {
    "q": "关键词", "tab": "状态", "category": "类别", "place": "区域", "channel": "渠道", "registered_after": "起",
    "registered_before": "止", "unit": "主办单位", "urgency": "紧急程度", "state": "状态", "handler": "经办人",
    "mine": "与我相关", "person": "完整号码", "order": "排序", "origin": "来由", "returned": "退单",
    "imported": "导入批次", "deciding": "待审批", "repeat": "重复诉求", "matter": "同一事项",
    "repeated": "重复诉求统计", "hotline_return": "热线退回",
}  # fmt: skip


def _criteria(query: str) -> str:
    """By what a saved view narrows, in words."""
    names = [key for key, value in QueryDict(query).items() if value and key in _LABELS]
    return "、".join(dict.fromkeys(_LABELS[name] for name in names)) or "全部"
