"""In: the overview, template, upload, preview, progress, result, and the refused rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from governance.errors import DomainError, NotFound
from governance.scope import Actor
from governance.sheets import exports, imports, registry, selectors
from governance.sheets.declare import CHANGED, NEW, Sheet
from governance.sheets.forms import UploadForm
from governance.sheets.models import SheetUpload
from governance.sheets.template import refused as refused_file
from governance.sheets.template import template as template_file
from governance.sheets.work import SHOWN
from governance.ui.views import DetailPage, FormPage, find_or_404

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLE = "表格导入导出"
_RECENT = 50


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def found(request: HttpRequest, pk: int) -> SheetUpload:
    """One's own upload, or 404."""
    upload: SheetUpload = find_or_404(selectors.uploads_of(_actor(request)), "没有找到这份表格。", pk=pk)
    return upload


def sheet_or_404(key: str) -> Sheet:
    """The sheet of the address."""
    return registry.get(key)


def file_response(content: bytes, name: str) -> FileResponse:
    """A spreadsheet to be kept in no cache."""
    response = FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=XLSX)
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """What may be taken in and out, what waits for one's decision, one's own imports and exports of late."""
    actor = _actor(request)
    listed = list(exports.visible_to(actor)[:_RECENT])
    waiting = [one for one in listed if exports.may_decide(one, actor)]
    context = {
        "title": TITLE,
        "sheets": _offered(actor),
        "waiting": [(one, registry.get(one.sheet)) for one in waiting],
        "exports": [(one, registry.get(one.sheet)) for one in listed if one not in waiting],
        "uploads": [_listed(upload) for upload in selectors.uploads_of(actor)[:_RECENT]],
    }
    return render(request, "sheets/list.html", context)


def _offered(actor: Actor) -> list[dict[str, Any]]:
    rows = [
        {
            "sheet": sheet,
            "may_import": registry.may_import(sheet, actor),
            "may_export": registry.may_export(sheet, actor),
        }
        for sheet in registry.all_sheets()
    ]
    return [row for row in rows if row["may_import"] or row["may_export"]]


def _listed(upload: SheetUpload) -> dict[str, Any]:
    stage = selectors.stage_of(upload)
    return {
        "upload": upload, "stage": stage, "stage_label": selectors.STAGES[stage],
        "sheet": registry.get(upload.sheet), "figures": [one for one in selectors.figures(upload) if one[2]],
    }  # fmt: skip


class Import(FormPage):
    """The upload of one subject's sheet."""

    template_name = "sheets/import.html"
    form_class = UploadForm
    submit_label = "上传并预览"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Who may import it."""
        self.sheet = sheet_or_404(kwargs["key"])
        registry.importer_of(self.sheet, self.actor)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_title(self) -> str:
        """导入居民."""
        return f"导入{self.sheet.title}"

    def get_says(self) -> str:
        """What will happen."""
        return f"上传后先逐行预览，确认前不会改动任何数据。{self.sheet.says}"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the subject's list."""
        return [*list_crumb(self.sheet), (self.get_title(), "")]

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form says how many rows."""
        return super().get_form_kwargs() | {"sheet": self.sheet}

    def get_cancel_url(self) -> str:
        """Back to the list."""
        return reverse(self.sheet.list_view) if self.sheet.list_view else reverse("sheets:list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the columns, and what was uploaded of late."""
        recent = [_listed(one) for one in selectors.uploads_of(self.actor).filter(sheet=self.sheet.key)[:10]]
        return super().get_context_data(sheet=self.sheet, recent=recent, **kwargs)

    def save(self, form: Any) -> str:
        """Take it in and look at it."""
        file = form.cleaned_data["file"]
        upload = imports.receive(
            sheet_key=self.sheet.key, file=file, file_name=file.name, by=self.actor, now=timezone.now()
        )
        return reverse("sheets:upload", args=[upload.pk])


def list_crumb(sheet: Sheet) -> list[tuple[str, str]]:
    """The way back to the subject's list."""
    return [(sheet.title, reverse(sheet.list_view))] if sheet.list_view else [(TITLE, reverse("sheets:list"))]


@require_GET
def template(request: HttpRequest, key: str) -> FileResponse:
    """The file to fill in, with today's choices."""
    sheet = sheet_or_404(key)
    registry.importer_of(sheet, _actor(request))
    return file_response(template_file(sheet, _actor(request)), f"{sheet.title}导入模板.xlsx")


class UploadDetail(DetailPage):
    """One upload at whatever stage it is: its look under way, the preview, its progress, the result."""

    template_name = "sheets/upload.html"
    context_name = "upload"

    def get_queryset(self) -> QuerySet[SheetUpload]:
        """One's own."""
        return selectors.uploads_of(self.actor)

    def get_title(self) -> str:
        """The file's name."""
        return str(self.object.file_name)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the upload page."""
        sheet = registry.get(self.object.sheet)
        into = (f"导入{sheet.title}", reverse("sheets:import", args=[sheet.key]))
        return [*list_crumb(sheet), into, (self.object.file_name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Figures and rows; while a job runs, its progress."""
        upload, stage = self.object, selectors.stage_of(self.object)
        figures = selectors.figures(upload)
        counts = {outcome: count for outcome, _, count in figures}
        return super().get_context_data(
            sheet=registry.get(upload.sheet), stage=stage, stage_label=selectors.STAGES[stage],
            job=selectors.job_of(upload), figures=figures, counts=counts, total=sum(counts.values()),
            good=counts[NEW] + counts[CHANGED], rows=selectors.shown(upload, SHOWN), shown_limit=SHOWN,
            at_fault=selectors.columns_at_fault(upload) if counts["refused"] else [],
            progress_url=reverse("sheets:progress", args=[upload.pk]), **kwargs,
        )  # fmt: skip


@require_GET
@never_cache
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress alone, for htmx; once the job has ended the page is asked to load anew."""
    upload = found(request, pk)
    job = selectors.job_of(upload)
    if job is None:
        return HttpResponseRedirect(reverse("sheets:upload", args=[pk]))
    response = render(request, "ui/job_progress.html", {"job": job, "progress_url": request.path})
    if not job.is_open:
        response["HX-Refresh"] = "true"
    return response


def _step(request: HttpRequest, pk: int, act: Callable[..., object], done: str = "") -> HttpResponse:
    """A button of the upload; a refusal is shown on the page that it leads back to."""
    found(request, pk)
    target = reverse("sheets:upload", args=[pk])
    try:
        act(upload_id=pk, by=_actor(request), now=timezone.now())
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(target)
    if done:
        messages.success(request, done)
    return HttpResponseRedirect(target)


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the rows over."""
    return _step(request, pk, imports.start)


@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop what is under way."""
    return _step(request, pk, imports.stop, "已停止；停止前已处理的行仍然有效。")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it up; the file is deleted."""
    upload = found(request, pk)
    answer = _step(request, pk, imports.discard)
    if SheetUpload.objects.filter(pk=pk).exists():
        return answer
    messages.success(request, f"已放弃“{upload.file_name}”，文件已删除。")
    return HttpResponseRedirect(reverse("sheets:import", args=[upload.sheet]))


@require_GET
@never_cache
def refused(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The refused rows, to be mended and uploaded again: written anew at each download, kept sealed alone."""
    upload, actor = found(request, pk), _actor(request)
    sheet = registry.get(upload.sheet)
    registry.importer_of(sheet, actor)
    rows = list(selectors.refused_rows(upload))
    if not rows:
        messages.info(request, "没有未导入的行，或已超过 7 天保存期。")
        return HttpResponseRedirect(reverse("sheets:upload", args=[pk]))
    imports.record_refused(upload=upload, count=len(rows), by=actor, now=timezone.now())
    return file_response(refused_file(sheet, actor, rows), f"{upload.file_name.rsplit('.', 1)[0]}-未导入.xlsx")
