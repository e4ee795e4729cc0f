"""Looking for persons in scope and ticking them, for a team or an activity. What was ticked stays meanwhile."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView

from governance.errors import DomainError
from governance.ui.views import PageMixin
from members.models import Person

FOUND = 40
_MOST = 500


# A full number may be typed to find somebody: the search is a POST, so that none stands in an address.
@method_decorator(sensitive_post_parameters("q"), name="dispatch")
class PickPage(PageMixin, TemplateView, ABC):
    """A subclass loads its thing, says who is on it already, and takes who was ticked."""

    template_name = "members/volunteers/pick.html"
    has_personal_data = True
    submit_label = "加入"

    @abstractmethod
    def load(self, pk: int) -> None:
        """Find the thing in scope, or 404."""

    @abstractmethod
    def known(self) -> set[int]:
        """Persons who are on it already."""

    def offered(self) -> list[Person]:
        """Persons to be ticked before anybody is looked for."""
        return []

    @abstractmethod
    def take(self, ids: list[int]) -> str:
        """Call the service; what to say after."""

    @abstractmethod
    def back(self) -> str:
        """The thing's page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.load(kwargs["pk"])
        self.words, self.error = request.POST.get("q", "").replace("\0", "")[:40].strip(), ""
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look for more, or take who was ticked."""
        if "find" in request.POST:
            return self.render_to_response(self.get_context_data())
        ids = [one.pk for one in self.offered()] if "everybody" in request.POST else self._ticked()
        try:
            said = self.take(ids)
        except DomainError as refused:
            self.error = refused.message
            return self.render_to_response(self.get_context_data(), status=refused.status)
        messages.success(request, said)
        return HttpResponseRedirect(self.back())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Who was ticked, who is found now, and who is on it already."""
        known = self.known()
        ticked = list(self._people().filter(pk__in=self._ticked()).exclude(pk__in=known).order_by("pk"))
        taken = {person.pk for person in ticked}
        found = list(self._people().search(self.words)[: FOUND + 1]) if self.words else []
        offered = [person for person in self.offered() if person.pk not in taken]
        return super().get_context_data(
            ticked=ticked, found=[one for one in found[:FOUND] if one.pk not in taken], known=known, words=self.words,
            more=len(found) > FOUND, offered=offered, error=self.error, back=self.back(),
            submit_label=self.submit_label, **kwargs,
        )  # fmt: skip

    def _people(self) -> Any:
        rows: QuerySet[Person] = Person.objects.visible_to(self.actor).here()
        return rows.select_related("grid", "community").defer("search")

    def _ticked(self) -> list[int]:
        given: Sequence[str] = self.request.POST.getlist("people")[:_MOST]
        return [int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 19]
