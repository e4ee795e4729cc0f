"""One appeal: how it stands, what comes next, and all that has happened; with its steps, its sheet, its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET

from accounts.rights import may
from appeals import selectors, services, tables
from appeals.forms.catalogue import FORMS
from appeals.forms.reveal import RevealForm
from appeals.forms.steps import StepForm
from appeals.models import Appeal
from appeals.repeats.company import company_of
from appeals.views import dossier
from appeals.workflow import ANSWER_HOTLINE, STEPS, Step
from governance.errors import DomainError
from governance.files.forms import take_in
from governance.ui.views import ActorMixin, DetailPage, find_or_404

# Of the steps that a person may take, the first of these is the one button.
NEXT = (
    "resend_to_hotline", "adjudicate", "decide_extension", "decide_shelving", "review_supervision", "accept",
    "answer_supervision", "finish_assisting", "finish_stage", "resolve", "dispatch", "handle_on_the_spot", "visit",
    "unmerge",
)  # fmt: skip
# In the menu these come last, in red.
GRAVE = {"send_back", "recall", "reject", "merge", "reopen", "rework_for_hotline"}


def next_step(steps: Sequence[Step], appeal: Appeal) -> str:
    """The step that comes next for this person; "" when it is not their turn."""
    names = {step.name for step in steps}
    if "handle_on_the_spot" in names and "dispatch" not in names:
        return "handle_on_the_spot"
    return next((name for name in NEXT if name in names), "")


def find(request: HttpRequest, pk: int) -> Appeal:
    """The appeal in scope, or 404."""
    found: Appeal = find_or_404(selectors.for_detail(request.actor), pk=pk)  # type: ignore[attr-defined]
    return found


class Detail(DetailPage):
    """The page of one appeal."""

    template_name = "appeals/detail.html"
    context_name = "appeal"

    def get_queryset(self) -> Any:
        return selectors.for_detail(self.actor)

    def get_title(self) -> str:
        return str(self.object.title)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("诉求列表", reverse("appeals:list")), (self.object.number, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The next action, the facts, and what lies beside."""
        appeal, by, now = self.object, self.actor, timezone.now()
        steps = selectors.available_steps(appeal, by, now)
        appeal.company = company_of(appeal)
        chosen = next_step(steps, appeal)
        form = FORMS[chosen](appeal=appeal, by=by, now=now) if chosen else None
        return super().get_context_data(
            form=form, next_step=chosen, menu=menu(steps, chosen), can=[step.name for step in steps],
            may_reveal=services.may_reveal(appeal, by), may_export=may(by, "appeal.export"),
            answers=[step for step in steps if step.right == ANSWER_HOTLINE and step.name != chosen],
            may_mark_repeat=may(by, "appeal.mark_repeat"), company_marks=tables.company_marks(appeal),
            **dossier.of(appeal, by, now), **kwargs,
        )  # fmt: skip


def menu(steps: Sequence[Step], chosen: str) -> list[tuple[Step, bool]]:
    """The other steps, grave ones last: (step, is grave)."""
    others = [step for step in steps if step.name != chosen]
    return [(s, False) for s in others if s.name not in GRAVE] + [(s, True) for s in others if s.name in GRAVE]


class StepView(ActorMixin, View):
    """One step on one appeal: its form, and taking it. To htmx the form alone."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if kwargs["step"] not in FORMS:
            raise Http404("没有这项操作。")
        self.now = timezone.now()
        self.appeal = find(request, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """The form, where the step may be taken as things stand."""
        if problem := self._problem(step):
            messages.error(request, problem)
            return self._leave()
        initial = {"into": request.GET["into"]} if "into" in request.GET else {}
        return self._show(FORMS[step](appeal=self.appeal, by=self.actor, now=self.now, initial=initial))

    def _problem(self, step: str) -> str:
        if step in {one.name for one in selectors.available_steps(self.appeal, self.actor, self.now)}:
            return ""
        return f"现在不能对这件工单“{STEPS[step].label}”：它的状态或承办单位已经变化，或您没有这项权限。"

    def post(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Take the step; what is refused becomes an error of the form, with everything typed kept."""
        data, problem = take_in(request, by=self.actor, now=self.now)
        form = FORMS[step](data, appeal=self.appeal, by=self.actor, now=self.now)
        if problem and "attachments" in form.fields:
            form.add_error("attachments", problem)
        if not form.is_valid():
            return self._show(form, 400)
        try:
            said = form.run()
        except DomainError as refused:
            return self._refuse(form, refused)
        messages.success(request, said)
        return self._leave()

    def _refuse(self, form: StepForm, refused: DomainError) -> HttpResponse:
        """The form again. Where somebody else was quicker, the next try goes by what stands now."""
        stale = form.cleaned_data.get("revision") not in {None, self.appeal.revision}
        form.add_error(_field_of(refused, form), refused.message)
        data = cast(QueryDict, form.data).copy()
        data["revision"] = str(self.appeal.revision)
        form.data = data
        return self._show(form, refused.status, stale=stale)

    def _show(self, form: StepForm, status: int = 200, *, stale: bool = False) -> HttpResponse:
        context = {
            "form": form, "appeal": self.appeal, "title": form.label, "is_stale": stale,
            "latest": selectors.timeline(self.appeal).first() if stale else None, "has_personal_data": True,
            "crumbs": [
                ("诉求列表", reverse("appeals:list")),
                (self.appeal.number, reverse("appeals:detail", args=[self.appeal.pk])), (form.label, ""),
            ],
        }  # fmt: skip
        partial = self.request.headers.get("HX-Target") == "action"
        template = "appeals/parts/step_form.html" if partial else "appeals/step.html"
        response = render(self.request, template, context, status=status)
        if status != 200:
            response["X-Form"] = "errors"
        return response

    def _leave(self) -> HttpResponse:
        """To the appeal, or to the worklist that the step was taken from."""
        url = self.request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(url, {self.request.get_host()}):
            url = reverse("appeals:detail", args=[self.appeal.pk])
        if self.request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        return HttpResponseRedirect(url)


# Where a service names its argument differently from the form.
_FIELDS = {
    "into_id": "into", "unit_ids": "units", "unit_id": "unit", "to_unit_id": "to_unit", "order_id": "order",
    "return_id": "returned",
}  # fmt: skip


def _field_of(refused: DomainError, form: StepForm) -> str | None:
    name = _FIELDS.get(refused.field, refused.field)
    return name if name in form.fields else None


@never_cache
@sensitive_variables("number")
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """A full number, for a reason that goes on record. A page of its own, or the inside of a dialog."""
    appeal = find(request, pk)
    number = ""
    form = RevealForm(request.POST if request.method == "POST" else request.GET, is_asking=request.method == "POST")
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            number, status = _revealed(request, appeal, form)
    context = {
        "title": "查看完整号码", "appeal": appeal, "form": form, "number": number, "has_personal_data": True,
        "crumbs": [(appeal.number, reverse("appeals:detail", args=[appeal.pk])), ("查看完整号码", "")],
    }  # fmt: skip
    partial = request.headers.get("HX-Target") == "reveal-body"
    response = render(
        request, "appeals/parts/reveal.html" if partial else "appeals/reveal.html", context, status=status
    )
    if status != 200:
        response["X-Form"] = "errors"
    return response


@sensitive_variables("number")
def _revealed(request: HttpRequest, appeal: Appeal, form: RevealForm) -> tuple[str, int]:
    data, now = form.cleaned_data, timezone.now()
    try:
        number = services.reveal(
            appeal_id=appeal.pk, field=data["field"], reason=data["reason"], by=request.actor, now=now,  # type: ignore[attr-defined]
        )  # fmt: skip
    except DomainError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return "", refused.status
    return number, 200


@require_GET
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The order on A4 paper, numbers masked."""
    appeal, now = find(request, pk), timezone.now()
    handed_over = list(selectors.assignments(appeal))
    context = {
        "title": f"工单 {appeal.number}", "appeal": appeal, "assignments": handed_over, "now": now,
        "lead": next((a for a in handed_over if a.part == "lead"), None), "has_personal_data": True,
        "crumbs": [(appeal.number, reverse("appeals:detail", args=[appeal.pk])), ("打印", "")],
        "visits": list(appeal.visits.order_by("pk")),
    }  # fmt: skip
    return render(request, "appeals/sheet.html", context)
