"""Out: asked for with a purpose, decided where it must be, made, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from governance.errors import DomainError
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.scope import Actor
from governance.sheets import exports, registry
from governance.sheets.declare import FREE
from governance.sheets.forms import DecisionForm, ExportForm
from governance.sheets.models import SheetExport
from governance.sheets.views.importing import XLSX, list_crumb, sheet_or_404
from governance.ui.views import FormPage, find_or_404


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _found(request: HttpRequest, pk: int) -> SheetExport:
    found: SheetExport = find_or_404(exports.visible_to(_actor(request)), "没有找到这项导出申请。", pk=pk)
    return found


class Ask(FormPage):
    """What the rows of a list are wanted for."""

    template_name = "sheets/ask.html"
    form_class = ExportForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Who may export it, and what it would be."""
        self.sheet = sheet_or_404(kwargs["key"])
        self.exporter = registry.exporter_of(self.sheet, self.actor)
        self.query = request.GET.urlencode()
        try:
            self.count = exports.count_of(self.exporter, self.query, self.actor)
        except DomainError as refused:
            messages.error(request, refused.message)
            return HttpResponseRedirect(self.get_cancel_url())
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_title(self) -> str:
        """导出居民."""
        return f"导出{self.sheet.title}"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the list."""
        return [*list_crumb(self.sheet), (self.get_title(), "")]

    def get_cancel_url(self) -> str:
        """Back to the list as it was."""
        address = reverse(self.sheet.list_view) if self.sheet.list_view else reverse("sheets:list")
        return f"{address}?{self.query}" if self.query else address

    def get_form_kwargs(self) -> dict[str, Any]:
        """Whether full numbers may be asked for."""
        return super().get_form_kwargs() | {"may_take_numbers": registry.may_take_numbers(self.sheet, self.actor)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What will leave, and whether somebody must agree."""
        is_asked = exports.needs_approval(self.sheet, self.count, self.actor)
        return super().get_context_data(
            sheet=self.sheet, count=self.count, words=self.exporter.words(self.query, self.actor), is_asked=is_asked,
            free=FREE, header=self.exporter.header, **kwargs,
        ) | {"submit_label": "提交审批" if is_asked else "导出"}  # fmt: skip

    def save(self, form: Any) -> str:
        """Ask."""
        data = form.cleaned_data
        wanted = exports.ask(
            sheet_key=self.sheet.key, purpose=data["purpose"], query=self.query,
            with_numbers=data.get("with_numbers", False), by=self.actor, now=timezone.now(),
        )  # fmt: skip
        if wanted.needs_approval:
            messages.success(self.request, "已提交审批。同意后您会收到消息。")
        return reverse("sheets:export", args=[wanted.pk])


@never_cache
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One export; to htmx its progress alone. A POST decides about it."""
    wanted = _found(request, pk)
    if request.method == "POST":
        return _decide(request, wanted)
    return _page(request, wanted, DecisionForm())


def _decide(request: HttpRequest, wanted: SheetExport) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, wanted, form, 400)
    data = form.cleaned_data
    try:
        exports.decide(
            export_id=wanted.pk, approve=data["approve"] == "yes", words=data["words"], by=_actor(request),
            now=timezone.now(),
        )  # fmt: skip
    except DomainError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _page(request, wanted, form, refused.status)
    messages.success(request, "审批意见已提交，申请人会收到通知。")
    return HttpResponseRedirect(reverse("sheets:list"))


def _page(request: HttpRequest, wanted: SheetExport, form: DecisionForm, status: int = 200) -> HttpResponse:
    actor, sheet = _actor(request), registry.get(wanted.sheet)
    is_mine = wanted.asked_by_user == actor.user_id
    address = reverse("sheets:export", args=[wanted.pk])
    context: dict[str, Any] = {
        "title": f"导出{sheet.title}",
        "crumbs": [("表格导入导出", reverse("sheets:list")), (f"导出{sheet.title}", "")],
        "wanted": wanted,
        "sheet": sheet,
        "job": wanted.job,
        "form": form,
        "is_mine": is_mine,
        "may_decide": exports.may_decide(wanted, actor),
        "may_begin": is_mine and wanted.approved and wanted.job is None,
        "progress_url": address,
    }
    if is_mine and wanted.job is not None and wanted.job.state == Job.DONE and wanted.job.output:
        context |= {"result_url": reverse("sheets:export_file", args=[wanted.pk]), "result_label": "下载表格"}
    if request.headers.get("HX-Request") == "true" and wanted.job is not None and request.method == "GET":
        return render(request, "ui/job_progress.html", context)
    return render(request, "sheets/export.html", context, status=status)


@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Start an export that was agreed to."""
    try:
        exports.begin(export_id=_found(request, pk).pk, by=_actor(request), now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
    return HttpResponseRedirect(reverse("sheets:export", args=[pk]))


@require_GET
@never_cache
def download(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The file, for the person who asked for it; that it left is on record."""
    job = exports.download_of(_found(request, pk), _actor(request))
    jobs.record_download(job=job, by=_actor(request), now=timezone.now())
    response = FileResponse(job.output.open("rb"), as_attachment=True, filename=job.output_name, content_type=XLSX)
    response["Cache-Control"] = "no-store"
    return response
