"""回访: the queue by clock, and one visit with its questions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from appeals import selectors, services, tables
from appeals.filters import AppealFilterSet
from appeals.models import Appeal
from appeals.views.detail import StepView
from appeals.views.lists import AppealList
from appeals.workflow import RESOLVED
from governance.ui import dates
from governance.ui.views import Column, Order


class VisitList(AppealList):
    """What waits for a visit on the unit's desk, soonest first."""

    page = "appeals-visits"
    title = "回访"
    filterset_class = AppealFilterSet
    tabs = ()
    orders = (Order("due", "时限由近到远", ("due_at",)), Order("due_last", "时限由远到近", ("-due_at",)))
    bulk_actions = ()
    empty_title = "没有待回访的工单"

    @cached_property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """What a visitor needs to know before the call."""
        shown = {c.key: c for c in tables.columns(self.actor)}
        attempts = Column("visit_attempts", "已联系", lambda a: f"{a.visit_attempts} 次" if a.visit_attempts else "")
        resolved = Column("resolved_at", "办结时间", lambda a: dates.short(a.resolved_at))
        names = ("number", "title", "complainant", "phone_masked", "place", "lead_unit")
        return [*(_always(shown[name]) for name in names), resolved, attempts, shown["clock"], shown["action"]]

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.for_list(self.actor).filter(desk_unit_id=self.actor.unit_id, state=RESOLVED)

    def get_actions(self) -> Sequence[Any]:
        return ()


def _always(column: Column) -> Column:
    return Column(
        column.key, column.label, column.cell, phone=column.phone, grow=column.grow, secondary=column.secondary,
        always=column.always,
    )  # fmt: skip


# What to ask, in this order. The answers go into the form beside it.
SCRIPT = (
    "您好，我是{unit}的工作人员。您{when}反映的“{title}”，现在回访了解办理情况，占用您两三分钟可以吗？",
    "承办单位有没有联系过您？什么时候联系的？",
    "您反映的问题解决了吗？（请按诉求人的原话记录）",
    "您对这次办理结果是满意、基本满意，还是不满意？不满意的原因是什么？",
    "还有其他需要我们转达的吗？感谢您的配合。",
)


class VisitOne(StepView):
    """One visit: the case on one side, the questions and the record on the other."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().dispatch(request, *args, step="visit", **kwargs)

    def _show(self, form: Any, status: int = 200, *, stale: bool = False) -> HttpResponse:
        appeal: Appeal = self.appeal
        context = {
            "form": form, "appeal": appeal, "title": "回访", "is_stale": stale, "has_personal_data": True,
            "script": _script(appeal, self.actor.unit_name), "visits": list(appeal.visits.order_by("-pk")),
            "may_reveal": services.may_reveal(appeal, self.actor),
            "crumbs": [("回访", reverse("appeals:visits")), (appeal.number, "")],
        }  # fmt: skip
        return render(self.request, "appeals/visit.html", context, status=status)

    def _leave(self) -> HttpResponse:
        """On to the queue."""
        return HttpResponseRedirect(reverse("appeals:visits"))


def _script(appeal: Appeal, unit: str) -> list[str]:
    when = dates.official(appeal.raised_at)
    return [line.format(unit=unit, when=when, title=appeal.title) for line in SCRIPT]
