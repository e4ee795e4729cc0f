"""Exports: those asked for, the decision about a large one, its progress, and the file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from appeals import export
from appeals.forms.exports import ExportDecisionForm
from appeals.models import ExportRequest
from governance.errors import DomainError
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.ui.views import find_or_404

SHOWN = 100


def _found(request: HttpRequest, pk: int) -> ExportRequest:
    found: ExportRequest = find_or_404(export.visible_to(request.actor), "没有找到这项导出申请。", pk=pk)  # type: ignore[attr-defined]
    return found


@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """One's own exports, and those that wait for one's decision first."""
    found = list(export.visible_to(request.actor)[:SHOWN])  # type: ignore[attr-defined]
    waiting = [one for one in found if export.may_decide(one, request.actor)]  # type: ignore[attr-defined]
    rest = [one for one in found if one not in waiting]
    return render(request, "appeals/exports.html", {"title": "导出记录", "waiting": waiting, "rest": rest})


def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One export; to htmx its progress alone. A POST decides about it."""
    wanted = _found(request, pk)
    if request.method == "POST":
        return _decide(request, wanted)
    return _page(request, wanted, ExportDecisionForm())


def _decide(request: HttpRequest, wanted: ExportRequest) -> HttpResponse:
    form = ExportDecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, wanted, form, 400)
    data = form.cleaned_data
    try:
        export.decide(
            request_id=wanted.pk, approve=data["approve"] == "yes", words=data["words"],
            by=request.actor, now=timezone.now(),  # type: ignore[attr-defined]
        )  # fmt: skip
    except DomainError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _page(request, wanted, form, refused.status)
    messages.success(request, "审批意见已提交，申请人会收到通知。")
    return HttpResponseRedirect(reverse("appeals:exports"))


def _page(request: HttpRequest, wanted: ExportRequest, form: ExportDecisionForm, status: int = 200) -> HttpResponse:
    is_mine = wanted.asked_by_user == request.actor.user_id  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "title": "导出诉求",
        "crumbs": [("导出记录", reverse("appeals:exports")), (f"第 {wanted.pk} 号", "")],
        "wanted": wanted,
        "job": wanted.job,
        "form": form,
        "is_mine": is_mine,
        "may_decide": export.may_decide(wanted, request.actor),  # type: ignore[attr-defined]
        "may_begin": is_mine and wanted.approved and wanted.job is None,
        "progress_url": reverse("appeals:export", args=[wanted.pk]),
    }
    if is_mine and wanted.job is not None and wanted.job.state == Job.DONE and wanted.job.output:
        context |= {"result_url": reverse("appeals:export_file", args=[wanted.pk]), "result_label": "下载表格"}
    if request.headers.get("HX-Request") == "true" and wanted.job is not None and request.method == "GET":
        return render(request, "ui/job_progress.html", context)
    return render(request, "appeals/export.html", context, status=status)


@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Start an export that was agreed to."""
    try:
        export.begin(request_id=_found(request, pk).pk, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except DomainError as refused:
        messages.error(request, refused.message)
    return HttpResponseRedirect(reverse("appeals:export", args=[pk]))


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The file, for the person who asked for it; that it left is on record."""
    wanted = _found(request, pk)
    job = wanted.job
    if job is None or wanted.asked_by_user != request.actor.user_id or not job.output:  # type: ignore[attr-defined]
        raise Http404("没有可以下载的文件，可能已过保存期，请重新导出。")
    jobs.record_download(job=job, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    response = FileResponse(job.output.open("rb"), as_attachment=True, filename=job.output_name)
    response["Cache-Control"] = "no-store"
    return response
