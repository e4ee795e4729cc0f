"""The list page: four declarations (queryset, filter set, columns, bulk actions) make it, with everything around it.

    class AppealList(ListPage):
        page = "appeals"                      # the key of saved views and chosen columns
        title = "诉求列表"
        filterset_class = AppealFilter
        columns = (Column("number", "工单号", phone="lead"), ...)
        orders = (Order("new", "最新登记", ("-registered_at",)), ...)
        tabs = (Tab("all", "全部"), Tab("open", "办理中", Q(state="in_progress")), ...)
        bulk_actions = (BulkAction("dispatch", "批量交办", run=..., form=..., right="appeal.dispatch"),)

        def get_queryset(self):
            return selectors.list_appeals(self.request.actor)

The address holds the whole state: filters, tab, order, page size, cursor. One view answers the page, or to htmx the
results alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views import View
from django_filters import FilterSet

from governance.scope import Actor
from governance.ui import paging
from governance.ui.bulk import BulkAction, BulkMixin
from governance.ui.models import ColumnChoice, SavedView
from governance.ui.paging import Order
from governance.ui.tables import Column, Row, build_rows, chosen_columns

SIZES = (20, 50, 100)
# Parameters of the list itself; all others belong to the filters.
OWN_PARAMETERS = {"tab", "order", "after", "size", "view"}


@dataclass(frozen=True, slots=True)
class Tab:
    """A status tab: rows that match `q`, or what `narrow(queryset, request)` leaves. `tone` "over" warns in red."""

    key: str
    label: str
    q: Q | None = None
    narrow: Callable[[QuerySet[Any], HttpRequest], QuerySet[Any]] | None = None
    tone: str = ""

    def apply(self, queryset: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
        """The rows of this tab."""
        if self.narrow is not None:
            return self.narrow(queryset, request)
        return queryset.filter(self.q) if self.q is not None else queryset


@dataclass(frozen=True, slots=True)
class Count:
    """A number of rows; beyond the cap only "more than"."""

    number: int
    capped: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}+" if self.capped else f"{self.number:,}"


@dataclass(frozen=True, slots=True)
class Action:
    """A button beside the title."""

    label: str
    url: str
    icon: str = ""
    primary: bool = False


def capped_counts(querysets: Sequence[QuerySet[Any]], cap: int) -> list[Count]:
    """The sizes of several querysets in one statement, none of which counts further than `cap`."""
    parts: list[str] = []
    parameters: list[Any] = []
    for number, queryset in enumerate(querysets):
        try:
            sql, values = queryset.order_by().values("pk")[: cap + 1].query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted_{number})")  # noqa: S608  the ORM's own SQL
        parameters += values
    if not parts:
        return []
    with connections[querysets[0].db].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", parameters)
        found = cast(tuple[int, ...], cursor.fetchone())
    return [Count(min(n, cap), n > cap) for n in found]


def keep_out_of_caches(response: HttpResponse, has_personal_data: bool) -> None:
    """Personal data must not come back with the browser's back button once its reader has signed out."""
    if has_personal_data:
        patch_cache_control(response, private=True, no_store=True)


class ListPage(BulkMixin, View):
    """A list with tabs, filters, saved views, columns, bulk actions and keyset paging. See the module's example."""

    request: HttpRequest
    page = ""
    title = ""
    noun = "条"
    filterset_class: type[FilterSet] | None = None
    columns: Sequence[Column] = ()
    orders: Sequence[Order] = (Order("new", "最新", ("-pk",)),)
    tabs: Sequence[Tab] = ()
    bulk_actions: Sequence[BulkAction] = ()
    page_size = 50
    count_cap = 10_000
    unfolded = 3
    has_personal_data = True
    template_name = "ui/list.html"
    results_template_name = "ui/list_results.html"
    empty_title = "没有符合条件的记录"
    empty_text = "请放宽筛选条件，或切换上方的状态。"

    # What a list declares -------------------------------------------------------------------------------------------

    def get_queryset(self) -> QuerySet[Any]:
        """All rows that the actor may see, with what the columns need already joined."""
        raise NotImplementedError

    def get_tabs(self) -> Sequence[Tab]:
        """The tabs for this person."""
        return self.tabs

    def get_counts(self, filtered: QuerySet[Any], tabs: Sequence[Tab]) -> dict[str, Count]:
        """How many rows each tab has, by its key; "" stands for a list without tabs."""
        querysets = [tab.apply(filtered, self.request) for tab in tabs] or [filtered]
        keys = [tab.key for tab in tabs] or [""]
        return dict(zip(keys, capped_counts(querysets, self.count_cap), strict=True))

    def get_actions(self) -> Sequence[Action]:
        """Buttons beside the title."""
        return ()

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Where the page stands: (label, address) pairs; the last has no address."""
        return ()

    def row_tone(self, row: Any) -> str:
        """ "over" or "soon" marks a row at its edge."""
        return ""

    def row_label(self, row: Any) -> str:
        """What a screen reader calls the row's check box."""
        return str(row)

    def extra_context(self) -> dict[str, Any]:
        """More for the template."""
        return {}

    # How it answers -------------------------------------------------------------------------------------------------

    @property
    def actor(self) -> Actor:
        """Who acts. The route's row in the table of rights has made sure that there is one."""
        return cast(Actor, self.request.actor)  # type: ignore[attr-defined]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, or to htmx the results alone; a plain address opens the person's default view."""
        if not request.GET and not self.is_partial:
            default = next((view for view in self.saved_views if view.is_default and view.query), None)
            if default:
                return HttpResponseRedirect(f"?{default.query}")
        template = self.results_template_name if self.is_partial else self.template_name
        response = render(request, template, self.get_context())
        # The same address has two answers: a browser must not show the partial when it goes back.
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        keep_out_of_caches(response, self.has_personal_data)
        return response

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks for the results alone."""
        htmx = getattr(self.request, "htmx", None)
        return bool(htmx) and htmx.target == "results" and not htmx.history_restore_request  # type: ignore[union-attr]

    @cached_property
    def filterset(self) -> FilterSet | None:
        """The filters, bound to the address."""
        if self.filterset_class is None:
            return None
        return self.filterset_class(self.request.GET, queryset=self.get_queryset(), request=self.request)

    @cached_property
    def filtered(self) -> QuerySet[Any]:
        """All rows that the filters leave, before the tab; none while a filter is wrong."""
        if self.filterset is None:
            return self.get_queryset()
        if not self.filterset.is_valid():
            return self.get_queryset().none()
        return cast(QuerySet[Any], self.filterset.qs)

    @cached_property
    def tab(self) -> Tab | None:
        """The chosen tab; the first one when none, or an unknown one, is named."""
        tabs = self.get_tabs()
        return next((tab for tab in tabs if tab.key == self.request.GET.get("tab")), tabs[0] if tabs else None)

    @cached_property
    def order(self) -> Order:
        """The chosen order; the first one when none, or an unknown one, is named."""
        return next((o for o in self.orders if o.key == self.request.GET.get("order")), self.orders[0])

    @cached_property
    def size(self) -> int:
        """Rows a page."""
        asked = self.request.GET.get("size", "")
        return int(asked) if asked in map(str, SIZES) else self.page_size

    def matching(self) -> QuerySet[Any]:
        """Exactly the rows that the address names, all pages together."""
        return self.tab.apply(self.filtered, self.request) if self.tab else self.filtered

    @cached_property
    def saved_views(self) -> list[SavedView]:
        """The person's saved views of this list."""
        if not self.page:
            return []
        return list(SavedView.objects.filter(user_id=self.actor.user_id, page=self.page).order_by("name"))

    @cached_property
    def shown_columns(self) -> list[Column]:
        """The columns that the person sees."""
        choice = ColumnChoice.objects.filter(user_id=self.actor.user_id, page=self.page).first() if self.page else None
        return chosen_columns(self.columns, choice.columns if choice else None)

    def complete(self, objects: Sequence[Any]) -> None:
        """Read what the rows of a page name, where a few statements for the page are cheaper than joins."""

    def rows(self, objects: Sequence[Model]) -> list[Row]:
        """The rows of a page, drawn."""
        self.complete(objects)
        return build_rows(objects, self.shown_columns, self.request, tone=self.row_tone, label=self.row_label)

    def get_context(self) -> dict[str, Any]:
        """Everything that the templates of a list use."""
        tabs = self.get_tabs()
        counts = self.get_counts(self.filtered, tabs)
        page = paging.paginate(self.matching(), self.order, after=self.request.GET.get("after", ""), size=self.size)
        shown = {column.key for column in self.shown_columns}
        return {
            "view": self,
            "list": self,
            "title": self.title,
            "crumbs": self.get_crumbs(),
            "actions": self.get_actions(),
            "has_personal_data": self.has_personal_data,
            "filterset": self.filterset,
            "filter_fields": self._filter_fields(),
            "unfolded": self.unfolded,
            "is_folded": not self._uses_folded_filters(),
            "tabs": [(tab, counts.get(tab.key)) for tab in tabs],
            "tab": self.tab,
            "total": counts.get(self.tab.key if self.tab else ""),
            "order": self.order,
            "orders": self.orders,
            "columns": self.shown_columns,
            "column_choices": self._column_choices(shown),
            "page": page,
            "rows": self.rows(page.rows),
            "size": self.size,
            "sizes": SIZES,
            "saved_views": self.saved_views,
            "bulk_actions": self.allowed_bulk_actions(needs_selection=True),
            "whole_actions": self.allowed_bulk_actions(needs_selection=False),
            "used_filters": self._used_filters(),
            "is_filtered": bool(self._used_filters()),
            **self.extra_context(),
        }

    def _column_choices(self, shown: set[str]) -> list[tuple[Column, bool]]:
        rest = [column for column in self.columns if column.key not in shown]
        return [(column, True) for column in self.shown_columns] + [(column, False) for column in rest]

    def _filter_fields(self) -> list[Any]:
        return list(self.filterset.form) if self.filterset else []

    def _used_filters(self) -> set[str]:
        if self.filterset is None:
            return set()
        given = {key for key, value in self.request.GET.items() if value and key not in OWN_PARAMETERS}
        names = set()
        for name in self.filterset.form.fields:
            # A range has several inputs: created_after, created_before, or created_0, created_1.
            names |= {name} if any(key == name or key.startswith(f"{name}_") for key in given) else set()
        return names

    def _uses_folded_filters(self) -> bool:
        if self.filterset is None:
            return False
        folded = list(self.filterset.form.fields)[self.unfolded :]
        return bool(self._used_filters() & set(folded) or set(self.filterset.form.errors) & set(folded))
