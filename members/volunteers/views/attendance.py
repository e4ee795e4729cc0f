"""Check-in as the organiser sees it: the list that is ticked, the code on the screen, the sheet to sign on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from governance.errors import DomainError
from governance.scope import Actor
from governance.ui.views import DetailPage, find_or_404
from members.models import Activity, SignUp
from members.volunteers import codes
from members.volunteers.minutes import told
from members.volunteers.services import attendance, sign_ups
from members.volunteers.views.activities import LIST, when

_SAID = {"in": "签到", "out": "签退", "whole": "登记全程参加", "undo": "撤销签到"}
# Lines for who comes without having signed up.
_SPARE = 5


def attend(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick people on the list."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    activity = find_or_404(Activity.objects.visible_to(actor), pk=pk)
    given = request.POST.getlist("people")[:2000]
    ids = [int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 19]
    what = request.POST.get("what", "")
    try:
        done = attendance.attend(activity_id=activity.pk, sign_up_ids=ids, what=what, by=actor, now=timezone.now())
        messages.success(request, f"已为 {done} 人{_SAID[what]}。")
    except DomainError as refused:
        messages.error(request, refused.message)
    return HttpResponseRedirect(reverse("members:volunteer_activity", args=[pk]))


def sign_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody does not come after all."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row: SignUp = find_or_404(SignUp.objects.visible_to(actor).select_related("person"), pk=pk)
    try:
        sign_ups.cancel_sign_up(sign_up_id=pk, why=request.POST.get("why", ""), by=actor, now=timezone.now())
        messages.success(request, f"已取消{row.person.name}的报名。")
    except DomainError as refused:
        messages.error(request, refused.message)
    return HttpResponseRedirect(reverse("members:volunteer_activity", args=[row.activity_id]))


class CodeScreen(DetailPage):
    """签到码: big digits for a phone or a screen in the room; asks again by itself."""

    template_name = "members/volunteers/code.html"
    context_name = "activity"
    has_personal_data = False

    def get_queryset(self) -> QuerySet[Activity]:
        rows: QuerySet[Activity] = Activity.objects.visible_to(self.actor)
        return rows

    def get_template_names(self) -> list[str]:
        """To htmx the digits alone."""
        if self.request.headers.get("HX-Request") == "true":
            return ["members/volunteers/code_digits.html"]
        return [self.template_name]

    def get_title(self) -> str:
        return f"签到码 {self.object.title}"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        page = reverse("members:volunteer_activity", args=[self.object.pk])
        return [(LIST[0], reverse(LIST[1])), (self.object.title, page), ("签到码", "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The code of this window, how long it stands, and how many have come."""
        now, running = timezone.now(), self.object.state == "running"
        code = codes.code_of(self.object.code_key, codes.window_of(now)) if running else ""
        rows = self.object.sign_ups.filter(state__in=("signed", "came")).values_list("state", flat=True)
        states = list(rows)
        return super().get_context_data(
            code=f"{code[:3]} {code[3:]}" if code else "", left=codes.seconds_left(now), came=states.count("came"),
            signed=len(states), minutes=int(codes.WINDOW.total_seconds() // 60), **kwargs,
        )  # fmt: skip

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Never kept by a browser: an old code is a wrong code."""
        response = super().get(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


class Roster(DetailPage):
    """签到表: A4, with a column to sign in."""

    template_name = "members/volunteers/roster.html"
    context_name = "activity"
    title = "打印签到表"

    def get_queryset(self) -> QuerySet[Activity]:
        rows: QuerySet[Activity] = Activity.objects.visible_to(self.actor)
        return rows.select_related("unit", "team", "site")

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        page = reverse("members:volunteer_activity", args=[self.object.pk])
        return [(LIST[0], reverse(LIST[1])), (self.object.title, page), ("签到表", "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Who has a seat, in the order of signing up."""
        rows = self.object.sign_ups.filter(state__in=("signed", "came", "absent")).select_related("person__grid")
        return super().get_context_data(
            rows=rows.defer("person__search").order_by("at", "pk"), spare=range(_SPARE), when=when(self.object),
            planned=told(self.object.planned_minutes), now=timezone.now(), **kwargs,
        )  # fmt: skip
