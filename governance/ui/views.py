"""The shared views: list, form and detail. `docs/ui.md` shows how a page is built with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.generic import FormView as DjangoFormView
from django.views.generic import TemplateView

from governance.errors import DomainError
from governance.scope import Actor
from governance.ui.bulk import BulkAction, BulkRun, Outcome, Refused
from governance.ui.lists import Action, Count, ListPage, Tab, keep_out_of_caches
from governance.ui.paging import Order
from governance.ui.tables import Column

__all__ = [
    "Action",
    "ActorMixin",
    "BulkAction",
    "BulkRun",
    "Column",
    "Count",
    "DetailPage",
    "FormPage",
    "ListPage",
    "Order",
    "Outcome",
    "Refused",
    "Tab",
    "find_or_404",
]


def find_or_404(queryset: QuerySet[Any], message: str = "", **lookup: Any) -> Any:
    """The one row in scope, or 404: outside the scope is not told from not there at all."""
    try:
        return queryset.get(**lookup)
    except (queryset.model.DoesNotExist, ValueError, OverflowError) as error:
        raise Http404(message or "没有找到对应的记录，可能已被移走，或不在您的管辖范围内。") from error


class ActorMixin:
    """A view that knows who acts."""

    request: HttpRequest

    @property
    def actor(self) -> Actor:
        """Who acts. The route's row in the table of rights has made sure that there is one."""
        return cast(Actor, self.request.actor)  # type: ignore[attr-defined]


class PageMixin(ActorMixin):
    """Title, way back and watermark of a page."""

    title = ""
    has_personal_data = False

    def get_title(self) -> str:
        """The page's title."""
        return self.title

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Where the page stands: (label, address) pairs; the last has no address."""
        return ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The frame's part of the context."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        context.setdefault("title", self.get_title())
        context.setdefault("crumbs", self.get_crumbs())
        context.setdefault("has_personal_data", self.has_personal_data)
        return context


class FormPage(PageMixin, DjangoFormView):  # type: ignore[type-arg]
    """A form on a page of its own. A subclass names `form_class` and `title`, and calls its service in `save`."""

    template_name = "ui/form.html"
    submit_label = "保存"
    cancel_url = ""
    success_message = ""
    # What will happen, above the form; with `danger` the button is red.
    says = ""
    danger = False

    def save(self, form: Any) -> str | HttpResponse | None:
        """Calls the service. Returns where to go (an address), a response of its own, or None for `success_url`."""
        raise NotImplementedError

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Saves; what the service refuses becomes an error of the form, with everything typed kept."""
        try:
            result = self.save(form)
        except DomainError as refused:
            return self.refuse(form, refused)
        if self.success_message:
            messages.success(self.request, self.success_message)
        if isinstance(result, HttpResponse):
            return result
        return HttpResponseRedirect(result or self.get_success_url())

    def refuse(self, form: BaseForm, refused: DomainError) -> HttpResponse:
        """Shows the refusal beside its field, or above the form, with the refusal's own status."""
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return self.answer(form, refused.status)

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """The form again, with its errors above and the focus on them."""
        return self.answer(form, 400)

    def answer(self, form: BaseForm, status: int) -> HttpResponse:
        """The form with its errors; htmx is told that this is a form to show, and not a failure."""
        response = self.render_to_response(self.get_context_data(form=form), status=status)
        response["X-Form"] = "errors"
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form's part of the context."""
        return super().get_context_data(
            submit_label=self.submit_label,
            cancel_url=self.get_cancel_url(),
            says=self.get_says(),
            danger=self.danger,
            **kwargs,
        )

    def get_cancel_url(self) -> str:
        """Where "取消" leads; none without."""
        return self.cancel_url

    def get_says(self) -> str:
        """What will happen."""
        return self.says


class DetailPage(PageMixin, TemplateView):
    """One thing. A subclass gives `get_queryset()` (in scope) and a template that extends `ui/detail.html`."""

    template_name = "ui/detail.html"
    context_name = "object"
    lookup_kwarg = "pk"
    lookup_field = "pk"
    has_personal_data = True

    def get_queryset(self) -> QuerySet[Any]:
        """All rows that the actor may see."""
        raise NotImplementedError

    def get_object(self) -> Any:
        """The row that the address names, or 404."""
        return find_or_404(self.get_queryset(), **{self.lookup_field: self.kwargs[self.lookup_kwarg]})

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page."""
        self.object = self.get_object()
        response = self.render_to_response(self.get_context_data(**kwargs))
        keep_out_of_caches(response, self.has_personal_data)
        return response

    def get_title(self) -> str:
        """The page's title."""
        return self.title or str(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The object, also under its own name."""
        named = {"object": self.object, self.context_name: self.object}
        return super().get_context_data(**named, **kwargs)
