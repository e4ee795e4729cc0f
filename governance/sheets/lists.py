"""An exporter for what a `ListPage` shows: its filters and tabs, read again from the query string."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from django.db.models import QuerySet
from django.http import QueryDict

from governance.errors import InvalidInput
from governance.scope import Actor
from governance.sheets.declare import Exporter
from governance.ui.lists import Tab


class ListExporter(Exporter):
    """A subclass names the list's `filterset_class` and `tabs`, and gives `in_scope` and `row`.

    `wordless`: filters whose value is never told (a hash that stands for a number), with what is said instead.
    """

    filterset_class: Any = None
    tabs: Sequence[Tab] = ()
    wordless: dict[str, str] = {}

    @abstractmethod
    def in_scope(self, actor: Actor) -> QuerySet[Any]:
        """All rows that the actor may see, in order, with all that `row` reads."""

    def rows(self, query: str, actor: Actor) -> QuerySet[Any]:
        """As the list narrows them."""
        found = self._filtered(query, actor, self.in_scope(actor)).qs
        tab = self._tab(query)
        request = cast(Any, SimpleNamespace(actor=actor))
        return cast("QuerySet[Any]", tab.apply(found, request) if tab else found)

    def words(self, query: str, actor: Actor) -> str:
        """The tab and each filter that is set."""
        narrowed = self._filtered(query, actor, self.in_scope(actor).none())
        tab = self._tab(query)
        said = [tab.label] if tab else []
        for name, value in narrowed.form.cleaned_data.items():
            if value in (None, "", [], ()):
                continue
            label = narrowed.filters[name].label or ""
            said.append(self.wordless.get(name) or f"{label}：{_said(narrowed.form.fields[name], value)}")
        return "；".join(said) or "全部"

    def _tab(self, query: str) -> Tab | None:
        key = QueryDict(query).get("tab")
        return next((tab for tab in self.tabs if tab.key == key), self.tabs[0] if self.tabs else None)

    def _filtered(self, query: str, actor: Actor, rows: QuerySet[Any]) -> Any:
        request = SimpleNamespace(actor=actor, GET=QueryDict(query))
        narrowed = self.filterset_class(QueryDict(query), queryset=rows, request=request)
        if not narrowed.is_valid():
            raise InvalidInput("筛选条件已失效，请回到列表重新导出。")
        return narrowed


def _said(field: Any, value: Any) -> str:
    choices = dict(getattr(field, "choices", ()) or ())
    if isinstance(value, list | tuple):
        return "、".join(str(choices.get(one, one)) for one in value)
    return str(choices.get(value, value)) if not hasattr(value, "pk") else str(value)
