"""登记住户 on a phone or at a desk: building, entrance, room, and its people one after the other, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from accounts.rights import may
from governance.errors import DomainError
from members.forms import EntryForm
from members.models import Home
from members.selectors.homes import households_at
from members.services import households, proposals
from members.views.shared import EDIT, PROPOSED, Careful, alike, traits_of


@method_decorator(sensitive_post_parameters(), name="dispatch")
class Entry(Careful):
    """登记住户; a grid worker's goes to the community first."""

    form_class = EntryForm
    template_name = "members/entry.html"
    title = "登记住户"
    submit_label = "登记"
    has_personal_data = True

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}

    def get_initial(self) -> dict[str, Any]:
        """Where the address says: `building`, `entrance`, `room`; a grid worker's own grid."""
        asked: dict[str, Any] = {name: self.request.GET.get(name, "")[:16] for name in ("entrance", "room")}
        if (building := self.request.GET.get("building", "")) and building.isascii() and building.isdigit():
            asked["building"] = int(building[:18])
        if self.proposes:
            asked["unit"] = self.actor.unit_id
        return asked

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without scripts "再加一人" is a send, too: the same form with a place for one more."""
        if "more" in request.POST:
            sent = request.POST.copy()
            count = sent.get("people-TOTAL_FORMS", "")
            sent["people-TOTAL_FORMS"] = str(min(int(count) if count.isascii() and count.isdigit() else 1, 19) + 1)
            return self.render_to_response(self.get_context_data(form=self._more(sent)))
        return super().post(request, *args, **kwargs)

    def _more(self, sent: Any) -> EntryForm:
        """What was typed so far, unchecked."""
        form = EntryForm(data=sent, by=self.actor)
        form.forgive()
        return form

    def look(self, form: Any) -> None:
        """Who is on record in this room, and who is like one of these people."""
        data = form.cleaned_data
        home_id = 0
        if data["building"]:
            self.living = households_at(data["building"].pk, data["entrance"], data["room"], self.actor)
            home = {"building": data["building"], "entrance": data["entrance"].strip(), "room": data["room"].strip()}
            home_id = Home.objects.filter(**home).values_list("pk", flat=True).first() or 0
        for one in form.newcomers():
            self.alike += alike(traits_of(one.facts, home_id=home_id), self.actor)

    def save(self, form: Any) -> str:
        told: dict[str, Any] = {
            "address": form.address_given(), "kind": form.cleaned_data["kind"], "people": form.newcomers(),
            "by": self.actor, "now": timezone.now(),
        }  # fmt: skip
        if self.proposes:
            made = proposals.propose_household(words=form.cleaned_data["words"], **told)
            self.success_message = PROPOSED
            return reverse("members:proposal", args=[made.pk])
        household = households.enter_household(**told)
        self.success_message = f"已登记{household}，{household.size} 人。"
        return reverse("members:household", args=[household.pk])

    def refuse(self, form: Any, refused: DomainError) -> HttpResponse:
        """Beside the person whom it is about."""
        if form.refuse(refused.field, refused.message):
            return self.answer(form, refused.status)
        return super().refuse(form, refused)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("住户", reverse("members:households")), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse("members:households")


@require_GET
def home_now(request: HttpRequest) -> HttpResponse:
    """Who is on record in a room, while one types where."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    building, room = request.GET.get("building", ""), request.GET.get("room", "")[:16]
    known = building.isascii() and building.isdigit() and len(building) < 18 and bool(room.strip())
    found = households_at(int(building), request.GET.get("entrance", "")[:16], room, actor) if known else []
    context = {"living": found, "asked": known, "may_edit": may(actor, EDIT)}
    return render(request, "members/parts/home_now.html", context)
