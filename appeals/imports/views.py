"""The pages of the hotline import: upload, columns, check, import, result."""

from __future__ import annotations

from io import BytesIO
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View
from django_htmx.http import HttpResponseClientRedirect

from appeals.imports import selectors, services
from appeals.imports.fields import FIELDS
from appeals.imports.forms import ColumnsForm, UploadForm
from appeals.imports.mapping import ColumnMapping
from appeals.models import ImportFile, ImportTemplate
from appeals.repeats.scanning import latest
from governance.errors import DomainError
from governance.jobs import services as jobs
from governance.ui.views import ActorMixin, FormPage, PageMixin, find_or_404

TITLE = "热线导入"
PER_PAGE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileMixin(ActorMixin):
    """A view about one file of the actor's own."""

    kwargs: dict[str, Any]

    def get_file(self) -> ImportFile:
        """The file that the address names, or 404."""
        return cast(ImportFile, find_or_404(selectors.files_of(self.actor), pk=self.kwargs["pk"]))


def crumbs(file: ImportFile | None = None) -> list[tuple[str, str]]:
    """Where a page of the import stands."""
    top = (TITLE, reverse("imports:list") if file else "")
    return [top, (file.name, "")] if file else [top]


class UploadPage(FormPage):
    """The upload, and what was imported lately."""

    template_name = "appeals/imports/upload.html"
    form_class = UploadForm
    title = TITLE
    submit_label = "上传并识别列"

    def save(self, form: Any) -> str:
        """Take the file in, and go on to its columns."""
        upload = form.cleaned_data["file"]
        file = services.receive(upload=upload, name=upload.name, by=self.actor, now=timezone.now())
        return reverse("imports:columns", args=[file.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The latest imports with where each stands, and the templates."""
        files = list(selectors.files_of(self.actor)[:20])
        recent = [{"file": file, "stage": selectors.stage_of(file), "tally": file.tally} for file in files]
        templates = ImportTemplate.objects.order_by("name")
        return super().get_context_data(recent=recent, templates=templates, fields=FIELDS, **kwargs)


class ColumnsPage(FileMixin, FormPage):
    """Which column is which field, with values of each column to tell by."""

    template_name = "appeals/imports/columns.html"
    form_class = ColumnsForm
    submit_label = "检查整个文件"
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Once the import has begun the columns are settled."""
        self.file = self.get_file()
        if self.file.import_job_id is not None:
            return redirect("imports:detail", self.file.pk)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form needs the file's columns."""
        return super().get_form_kwargs() | {"columns": selectors.column_choices(self.file)}

    def get_initial(self) -> dict[str, Any]:
        """What is remembered of the file."""
        return {"channel": ColumnMapping.from_json(self.file.mapping).channel, "remember_as": self.file.template_name}

    def save(self, form: Any) -> str:
        """Settle the columns and start the check."""
        services.match_columns(
            file_id=self.file.pk, mapping=form.mapping(), remember_as=form.cleaned_data["remember_as"],
            by=self.actor, now=timezone.now(),
        )  # fmt: skip
        return reverse("imports:detail", args=[self.file.pk])

    def refuse(self, form: BaseForm, refused: DomainError) -> HttpResponse:
        """A refusal about a field stands beside the column that was chosen for it."""
        column = next((n for n, v in form.cleaned_data.items() if n.startswith("column_") and v == refused.field), None)
        form.add_error(column or (refused.field if refused.field in form.fields else None), refused.message)
        return self.answer(form, refused.status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The file, and what the platform made of its headers."""
        return super().get_context_data(
            title="对应列", crumbs=crumbs(self.file), file=self.file, missing=selectors.missing_fields(self.file),
            **kwargs,
        )  # fmt: skip

    def get_cancel_url(self) -> str:
        """Back to the uploads; this one waits there."""
        return reverse("imports:list")


class DetailPage(FileMixin, PageMixin, TemplateView):
    """One import, at whatever stage it is: its check under way, the preview, its progress, the result."""

    template_name = "appeals/imports/detail.html"
    has_personal_data = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; before the columns are settled, the page for them."""
        self.file = self.get_file()
        if selectors.stage_of(self.file) == "columns" and not self.file.check_job_id:
            return redirect("imports:columns", self.file.pk)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The stage, the job, the counts and the remarks."""
        file, job = self.file, selectors.shown_job(self.file)
        refused = self.request.GET.get("kind") != "noticed"
        page = Paginator(selectors.problems_of(file, refused=refused), PER_PAGE).get_page(self.request.GET.get("page"))
        result = job.result if job and job.result else file.tally
        return super().get_context_data(
            title=file.name, crumbs=crumbs(file), file=file, job=job, stage=selectors.stage_of(file), result=result,
            page=page, showing_refused=refused, arriving=result.get("new", 0) + result.get("changed", 0),
            progress_url=reverse("imports:progress", args=[file.pk]), search=latest(file), **kwargs,
        )  # fmt: skip


class ProgressView(FileMixin, PageMixin, TemplateView):
    """The progress alone, asked for every second; when the work has ended, the page itself."""

    template_name = "ui/job_progress.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The bar, or the way to what came of it."""
        self.file = self.get_file()
        job = selectors.shown_job(self.file)
        address = reverse("imports:detail", args=[self.file.pk])
        if job is None or job.ended_at is not None:
            return HttpResponseClientRedirect(address) if request.htmx else redirect(address)  # type: ignore[attr-defined]
        return self.render_to_response(self.get_context_data(job=job, progress_url=request.path))


class StepView(FileMixin, View):
    """A button of the import. A refusal is shown on the page that it leads back to."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the step."""
        file = self.get_file()
        try:
            target = self.step(file)
        except DomainError as refused:
            messages.error(request, refused.message)
            target = reverse("imports:detail", args=[file.pk])
        return redirect(target)

    def step(self, file: ImportFile) -> str:
        """Calls the service; where to go."""
        raise NotImplementedError


class StartView(StepView):
    """Start the import of a checked file."""

    def step(self, file: ImportFile) -> str:
        """The import begins in the background."""
        services.start_import(file_id=file.pk, by=self.actor, now=timezone.now())
        return reverse("imports:detail", args=[file.pk])


class StopView(StepView):
    """Stop the check or the import that is under way."""

    def step(self, file: ImportFile) -> str:
        """What has been imported stays."""
        if (job := selectors.shown_job(file)) is not None:
            jobs.cancel(job_id=job.pk, by=self.actor, now=timezone.now())
        return reverse("imports:detail", args=[file.pk])


class DiscardView(StepView):
    """Give up an upload before its import."""

    def step(self, file: ImportFile) -> str:
        """The file is deleted."""
        services.discard(file_id=file.pk, by=self.actor, now=timezone.now())
        messages.success(self.request, f"已放弃“{file.name}”，文件已删除。")
        return reverse("imports:list")


class RefusedView(FileMixin, View):
    """The refused rows as a spreadsheet."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """Written anew at each download: the rows are kept sealed, and nowhere as a file."""
        file, content = self.get_file(), BytesIO()
        rows = selectors.write_refused(file, content)
        services.record_download(file=file, rows=rows, by=self.actor, now=timezone.now())
        content.seek(0)
        name = f"{file.name.rsplit('.', 1)[0]}-未导入.xlsx"
        return FileResponse(content, as_attachment=True, filename=name, content_type=_XLSX)


class TemplateDeleteView(ActorMixin, View):
    """Forget a template."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Gone; files that were imported with it are not touched."""
        try:
            services.delete_template(template_id=pk, by=self.actor, now=timezone.now())
            messages.success(request, "模板已删除。")
        except DomainError as refused:
            messages.error(request, refused.message)
        return redirect("imports:list")
