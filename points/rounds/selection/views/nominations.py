"""Nominations: made, looked at, reviewed, objected to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from accounts.rights import may
from governance.errors import DomainError
from governance.files import selectors as files
from governance.files.forms import take_in
from governance.scope import Actor
from governance.ui.views import DetailPage, FormPage, find_or_404
from points.models import Round, RoundNomination, RoundObjection
from points.rounds.selection.forms import NominateForm, ObjectForm, ReviewForm, SettleForm
from points.rounds.selection.services import _common, nominations, objections
from points.rounds.selection.views.rounds import LIST
from points.rounds.selection.workflow import OBJECT, REVIEW


class WithFiles(FormPage):
    """A form with photos: they are taken in first, so that an error does not lose them."""

    problem = ""
    has_personal_data = True

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if self.request.method == "POST":
            kwargs["data"], self.problem = take_in(self.request, by=self.actor, now=timezone.now(), most=9)
        return kwargs

    def form_valid(self, form: Any) -> HttpResponse:
        """A file that could not be taken is told before anything is written."""
        if self.problem:
            form.add_error("attachments", self.problem)
            return self.form_invalid(form)
        return super().form_valid(form)


class Nominate(WithFiles):
    """提名."""

    form_class = NominateForm
    title = "提名"
    submit_label = "提交提名"
    success_message = "已提名，由街道审核。"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.round: Round = find_or_404(Round.objects.visible_to(self.actor), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_says(self) -> str:
        return f"{self.round.title}：面向{self.round.get_nominees_display()}，请先征得本人同意。"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.round.title, self.get_cancel_url()), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse("points:round", args=[self.round.pk])

    def save(self, form: Any) -> str:
        """Nominate."""
        data = dict(form.cleaned_data)
        ids = data.pop("attachments")
        nominations.nominate(
            round_id=self.round.pk, attachment_ids=ids, by=self.actor, now=timezone.now(), **data
        )  # fmt: skip
        return self.get_cancel_url()


class NominationDetail(DetailPage):
    """One nomination: what for, by whom, the evidence, what was said against it."""

    template_name = "points/rounds/nomination.html"
    context_name = "nomination"

    def get_queryset(self) -> QuerySet[RoundNomination]:
        """In scope."""
        rows: QuerySet[RoundNomination] = RoundNomination.objects.visible_to(self.actor)
        return rows.select_related("person", "community", "round__unit").defer("person__search")

    def get_title(self) -> str:
        return str(self.object.person.name)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        back = reverse("points:round", args=[self.object.round_id])
        return [(LIST[0], reverse(LIST[1])), (self.object.round.title, back), (self.object.person.name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """And what may be done."""
        row = self.object
        reviewing, public = row.round.state in ("nominating", "reviewing"), row.round.state in (
            "public_notice", "noticed",
        )  # fmt: skip
        return super().get_context_data(
            files=files.of_subject(_common.NOMINATION, row.pk), objections=list(row.objections.order_by("-pk")),
            may_review=may(self.actor, REVIEW) and row.state == "nominated" and reviewing,
            may_object=may(self.actor, OBJECT) and row.state in ("chosen", "suspended") and public,
            may_settle=may(self.actor, REVIEW),
            may_withdraw=row.by_user == self.actor.user_id and row.state in ("nominated", "approved") and reviewing,
            shows_result=_common.is_host(row.round, self.actor) and not reviewing, **kwargs,
        )  # fmt: skip


class _OfNomination(FormPage):
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = RoundNomination.objects.visible_to(self.actor).select_related("person", "round")
        self.nomination: RoundNomination = find_or_404(rows.defer("person__search"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_cancel_url(self) -> str:
        return reverse("points:nomination", args=[self.nomination.pk])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        back = (self.nomination.person.name, self.get_cancel_url())
        return [(LIST[0], reverse(LIST[1])), back, (self.title, "")]


class Review(_OfNomination):
    """审核提名."""

    form_class = ReviewForm
    title = "审核提名"
    submit_label = "提交"
    success_message = "已审核。"

    def get_says(self) -> str:
        return f"{self.nomination.person.name}：{self.nomination.words}"

    def get_initial(self) -> dict[str, Any]:
        return {"accept": "1"}

    def save(self, form: Any) -> str:
        """Decide."""
        nominations.review_nomination(
            nomination_id=self.nomination.pk, by=self.actor, now=timezone.now(), **form.cleaned_data
        )
        return reverse("points:round", args=[self.nomination.round_id])


class ObjectTo(_OfNomination):
    """登记异议."""

    form_class = ObjectForm
    title = "登记异议"
    submit_label = "登记"
    says = "登记后该人选暂停公示，由街道核查；核查完之前不能公布结果。"
    success_message = "已登记。"

    def save(self, form: Any) -> str:
        """Take it down."""
        objections.object_to(nomination_id=self.nomination.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        return self.get_cancel_url()


class Settle(FormPage):
    """异议核查."""

    form_class = SettleForm
    title = "异议核查"
    submit_label = "提交"
    success_message = "已核查。"
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = RoundObjection.objects.visible_to(self.actor)
        self.objection: RoundObjection = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_says(self) -> str:
        return f"{self.objection.from_words}：{self.objection.words}"

    def get_cancel_url(self) -> str:
        return reverse("points:nomination", args=[self.objection.nomination_id])

    def get_initial(self) -> dict[str, Any]:
        return {"is_upheld": ""}

    def save(self, form: Any) -> str:
        """Settle it."""
        objections.settle_objection(
            objection_id=self.objection.pk, by=self.actor, now=timezone.now(), **form.cleaned_data
        )
        return self.get_cancel_url()


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what one nominated."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = find_or_404(RoundNomination.objects.filter(by_user=actor.user_id), pk=pk)
    try:
        nominations.withdraw_nomination(nomination_id=pk, by=actor, now=timezone.now())
        messages.success(request, "已撤回提名。")
    except DomainError as refused:
        messages.error(request, refused.message)
    name = "points:my_round" if found.is_own else "points:round"
    return HttpResponseRedirect(reverse(name, args=[found.round_id]))
