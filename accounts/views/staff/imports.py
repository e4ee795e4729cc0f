"""Staff from Excel: upload, look, take over, collect what is handed back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import staff_sheets
from accounts.models import StaffImport
from accounts.services import staff_import
from accounts.services.staff_rows import COLUMNS
from accounts.staff_forms import UploadForm
from accounts.views.common import who
from accounts.views.staff.changes import units_for
from governance.errors import DomainError
from governance.jobs.models import Job
from governance.scope import Actor
from governance.ui.views import FormPage, find_or_404

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN = 200


def _own(actor: Actor) -> QuerySet[StaffImport]:
    # A list holds phone numbers and first passwords: not even another security admin opens it.
    return StaffImport.objects.filter(uploaded_by_id=actor.user_id)


def _sheet(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=_XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "no-store"
    return answer


class Upload(FormPage):
    """Choose a file; nothing is changed before the preview was confirmed."""

    form_class = UploadForm
    template_name = "accounts/staff_import.html"
    title = "从 Excel 导入人员"
    submit_label = "上传并预览"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Under the list."""
        return (("人员与账号", reverse("accounts:staff")), (self.title, ""))

    def get_cancel_url(self) -> str:
        """Back to the list."""
        return reverse("accounts:staff")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The last imports too."""
        return super().get_context_data(recent=_own(self.actor).order_by("-uploaded_at")[:10], **kwargs)

    def save(self, form: Any) -> str:
        """Read the file, then look at it."""
        file = form.cleaned_data["file"]
        kept = staff_import.upload(file=file.file, filename=file.name, by=self.actor, now=timezone.now())
        return reverse("accounts:staff_import_detail", args=[kept.pk])


def template(request: HttpRequest) -> HttpResponse:
    """The template to fill in, with today's units."""
    return _sheet(staff_sheets.template(units_for(who(request))), "人员名单模板.xlsx")


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview, then the progress, then the result of one import."""
    kept: StaffImport = find_or_404(_own(who(request)), pk=pk)
    if request.htmx:  # type: ignore[attr-defined]
        return _progress(request, kept)
    context = {
        "title": "从 Excel 导入人员",
        "crumbs": (("人员与账号", reverse("accounts:staff")), ("导入", reverse("accounts:staff_import")), ("预览", "")),
        "kept": kept,
        "has_personal_data": True,
        **(_result(kept) if kept.job_id else _preview(request, kept)),
    }
    return render(request, "accounts/staff_import_detail.html", context)


def _job_of(kept: StaffImport) -> Job | None:
    return Job.objects.filter(pk=kept.job_id).first() if kept.job_id else None


def _progress(request: HttpRequest, kept: StaffImport) -> HttpResponse:
    job = _job_of(kept)
    if job is None or not job.is_open:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "ui/job_progress.html", {"job": job, "progress_url": request.path})


def _preview(request: HttpRequest, kept: StaffImport) -> dict[str, Any]:
    verdicts = staff_import.preview(staff_import.rows_of(kept), by=who(request), now=timezone.now())
    counts = Counter(verdict.outcome for verdict in verdicts)
    # What needs a hand comes first.
    shown = sorted(verdicts, key=lambda v: (v.outcome != staff_import.REFUSED, v.number))[:_SHOWN]
    return {
        "columns": COLUMNS,
        "verdicts": shown,
        "total": len(verdicts),
        "good": len(verdicts) - counts[staff_import.REFUSED],
        "figures": _figures(counts),
        "shown_limit": _SHOWN,
    }


def _result(kept: StaffImport) -> dict[str, Any]:
    return {
        "job": _job_of(kept),
        "figures": _figures(Counter(kept.counts)),
        "refused": staff_import.refused_of(kept)[:_SHOWN],
        "columns": COLUMNS,
    }


def _figures(counts: Counter[str]) -> list[tuple[str, int, str]]:
    tones = {staff_import.REFUSED: "over"}
    return [(label, counts[key], tones.get(key, "")) for key, label in staff_import.OUTCOMES.items()]


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the list over in the background."""
    try:
        staff_import.start(import_id=pk, by=who(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("accounts:staff_import_detail", pk=pk)


def refused(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused rows as a file that can be mended and uploaded; before the import, those that would be."""
    kept: StaffImport = find_or_404(_own(who(request)), pk=pk)
    rows = staff_import.refused_of(kept)
    if not kept.job_id:
        verdicts = staff_import.preview(staff_import.rows_of(kept), by=who(request), now=timezone.now())
        rows = [(v.number, v.cells, v.message) for v in verdicts if v.outcome == staff_import.REFUSED]
    return _sheet(staff_sheets.refused(rows), "有问题的行.xlsx")


@require_POST
def passwords(request: HttpRequest, pk: int) -> HttpResponse:
    """The first passwords, once."""
    try:
        rows = staff_import.take_passwords(import_id=pk, by=who(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("accounts:staff_import")
    return _sheet(staff_sheets.passwords(rows), "初始密码.xlsx")
