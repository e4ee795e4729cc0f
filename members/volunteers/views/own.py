"""我的志愿服务: what a volunteer with an account sees and does on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from governance.errors import DomainError
from governance.scope import Actor
from governance.ui.views import FormPage, PageMixin, find_or_404
from members.accounts import person_of, person_or_none
from members.models import SignUp
from members.volunteers import registry, selectors
from members.volunteers.forms import CodeForm
from members.volunteers.minutes import told
from members.volunteers.services import attendance, sign_ups
from members.volunteers.views.activities import when

MINE = "members:volunteer_mine"


class Mine(PageMixin, TemplateView):
    """我的志愿服务."""

    template_name = "members/volunteers/mine.html"
    title = "我的志愿服务"
    has_personal_data = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What one is signed up for, what one may sign up for, what one has served."""
        person, now = person_or_none(self.actor), timezone.now()
        if person is None:
            return super().get_context_data(person=None, **kwargs)
        coming = selectors.coming_of(person, now)
        near = selectors.open_to(self.actor, person, now, [row.activity_id for row in coming])
        served = selectors.served_by(person, timezone.localdate(now))
        return super().get_context_data(
            person=person, coming=[(row, when(row.activity)) for row in coming],
            near=[(row, when(row), selectors.is_full(row)) for row in near],
            total=told(served.minutes), this_year=told(served.minutes_this_year), served=served,
            rows=[(row, told(row.minutes)) for row in selectors.confirmed_of(person)[:10]],
            points=registry.own_points(self.request, person), **kwargs,
        )  # fmt: skip


def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign up."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person_of(actor)
    try:
        row = sign_ups.join(activity_id=pk, by=actor, now=timezone.now())
        full = "名额已满，您排在候补，有空位会自动转为正式报名。"
        messages.success(request, "报名成功。" if row.state == "signed" else full)
    except DomainError as refused:
        if refused.status == 404:
            raise
        messages.error(request, refused.message)
    return HttpResponseRedirect(reverse(MINE))


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Not to come after all."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        sign_ups.withdraw(sign_up_id=pk, by=actor, now=timezone.now())
        messages.success(request, "已取消报名。")
    except DomainError as refused:
        if refused.status == 404:
            raise
        messages.error(request, refused.message)
    return HttpResponseRedirect(reverse(MINE))


class CheckIn(FormPage):
    """签到: the digits on the organiser's screen."""

    template_name = "members/volunteers/check_in.html"
    form_class = CodeForm
    title = "活动签到"
    submit_label = "签到"
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = SignUp.objects.select_related("activity__site", "activity__unit").filter(person=person_of(self.actor))
        self.row: SignUp = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("我的志愿服务", reverse(MINE)), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse(MINE)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Of which activity."""
        return super().get_context_data(row=self.row, when=when(self.row.activity), **kwargs)

    def save(self, form: Any) -> str:
        attendance.check_in_by_code(
            sign_up_id=self.row.pk, code=form.cleaned_data["code"], by=self.actor, now=timezone.now()
        )
        self.success_message = "签到成功，谢谢您的参与。"
        return self.get_cancel_url()
