"""Doing something to many rows: choose, see what will happen, confirm, read what came of it. Works without scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from governance.errors import DomainError, InvalidInput, NotAllowed
from governance.privacy.addresses import person_key, without_numbers
from governance.scope import Actor
from governance.ui import nav

REFUSALS_SHOWN = 20


def address_of(request: HttpRequest) -> str:
    """The list's own address; a full number that stood in it is its keyed hash."""
    if person_key(request.GET.get("q", "")):
        return f"{request.path}?{without_numbers(request.GET).urlencode()}"
    return request.get_full_path()


@dataclass(frozen=True, slots=True)
class Refused:
    """A row to which it could not be done, and why."""

    label: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a bulk action."""

    done: int
    refused: Sequence[Refused] = ()


@dataclass(frozen=True, slots=True)
class BulkRun:
    """What a bulk action's `run` gets: the rows still in scope (at most the action's limit) and the filled form."""

    request: HttpRequest
    actor: Actor
    queryset: QuerySet[Any]
    count: int
    form: BaseForm | None = None

    @property
    def ids(self) -> list[int]:
        """Primary keys, in order, so that locks are always taken in the same order."""
        return list(self.queryset.order_by("pk").values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something that can be done to many rows.

    `run(bulk_run)` does it, one service call a row or one for all, and returns an `Outcome`, or a response of its own
    (an export's progress page). `form(request, data_or_None)` makes the form to be filled, if there is one. `says`
    tells what will happen. Without `needs_selection` it is a button of the whole list (an export).
    """

    key: str
    label: str
    run: Callable[[BulkRun], Outcome | HttpResponse]
    says: str = ""
    icon: str = ""
    right: str = ""
    form: Callable[[HttpRequest, QueryDict | None], BaseForm] | None = None
    limit: int = 500
    danger: bool = False
    needs_selection: bool = True
    button: str = ""


class BulkMixin:
    """The POST side of a list."""

    request: HttpRequest
    bulk_actions: Sequence[BulkAction]
    noun: str
    title: str

    def matching(self) -> QuerySet[Any]:
        """The rows that the address names."""
        raise NotImplementedError

    @property
    def actor(self) -> Actor:
        """Who acts."""
        raise NotImplementedError

    def allowed_bulk_actions(self, *, needs_selection: bool) -> list[BulkAction]:
        """The actions that the actor has the right to."""
        return [
            action
            for action in self.bulk_actions
            if action.needs_selection is needs_selection and nav.may(self.actor, action.right)
        ]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """First asks, then does."""
        try:
            action = self._action()
            run = self._run(action)
        except DomainError as refused:
            messages.error(request, refused.message)
            return HttpResponseRedirect(address_of(request))
        confirmed = "confirmed" in request.POST
        form = action.form(request, request.POST if confirmed else None) if action.form else None
        if not confirmed or (form is not None and not form.is_valid()):
            return self._ask(action, run, form, status=400 if confirmed else 200)
        return self._do(action, run, form)

    def _action(self) -> BulkAction:
        key = self.request.POST.get("action")
        action = next((action for action in self.bulk_actions if action.key == key), None)
        if action is None:
            raise InvalidInput("没有这项批量操作，请刷新页面后再试。")
        if not nav.may(self.actor, action.right):
            raise NotAllowed(f"您没有“{action.label}”的权限。")
        return action

    def _run(self, action: BulkAction) -> BulkRun:
        everything = "everything" in self.request.POST or not action.needs_selection
        queryset = self.matching()
        if not everything:
            ids = [int(pk) for pk in self.request.POST.getlist("ids") if pk.isascii() and pk.isdigit() and len(pk) < 19]
            queryset = queryset.model._default_manager.none() if not ids else self.selectable().filter(pk__in=ids)
        count = queryset.order_by().values("pk")[: action.limit + 1].count()
        if count == 0:
            raise InvalidInput(
                "请先选择要操作的记录。" if action.needs_selection else "没有可操作的记录，请调整筛选条件。"
            )
        if count > action.limit:
            raise InvalidInput(f"一次最多“{action.label}”{action.limit:,} {self.noun}，请缩小范围后再试。")
        return BulkRun(self.request, self.actor, queryset, count)

    def selectable(self) -> QuerySet[Any]:
        """Rows that may be named one by one: all in scope, whatever the filters, which may have moved meanwhile."""
        return cast(Any, self).get_queryset()  # type: ignore[no-any-return]

    def _ask(self, action: BulkAction, run: BulkRun, form: BaseForm | None, status: int) -> HttpResponse:
        posted = self.request.POST
        context = {
            "title": action.label,
            "crumbs": [(self.title, address_of(self.request)), (action.label, "")],
            "action": action,
            "run": run,
            "noun": self.noun,
            "form": form,
            "ids": posted.getlist("ids") if "everything" not in posted else [],
            "everything": "everything" in posted,
            "sample": list(run.queryset[:5]),
            "back": address_of(self.request),
        }
        return render(self.request, "ui/bulk.html", context, status=status)

    def _do(self, action: BulkAction, run: BulkRun, form: BaseForm | None) -> HttpResponse:
        try:
            outcome = action.run(BulkRun(run.request, run.actor, run.queryset, run.count, form))
        except DomainError as refused:
            if form is not None:
                place = refused.field if refused.field in form.fields else None
                form.add_error(place, refused.message)
                return self._ask(action, run, form, refused.status)
            messages.error(self.request, refused.message)
            return HttpResponseRedirect(address_of(self.request))
        if isinstance(outcome, HttpResponse):
            return outcome
        if outcome.refused:
            return self._report(action, outcome)
        messages.success(self.request, f"{action.label}完成，共 {outcome.done:,} {self.noun}。")
        return HttpResponseRedirect(address_of(self.request))

    def _report(self, action: BulkAction, outcome: Outcome) -> HttpResponse:
        context = {
            "title": f"{action.label}结果",
            "crumbs": [(self.title, address_of(self.request)), (f"{action.label}结果", "")],
            "action": action,
            "outcome": outcome,
            "refused": outcome.refused[:REFUSALS_SHOWN],
            "more": max(0, len(outcome.refused) - REFUSALS_SHOWN),
            "noun": self.noun,
            "back": address_of(self.request),
        }
        return render(self.request, "ui/bulk_result.html", context)
