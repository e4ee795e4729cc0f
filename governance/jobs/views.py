"""One's own jobs: what runs, how far it is, what it left."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from governance.errors import IllegalState
from governance.jobs import registry, services
from governance.jobs.models import Job
from governance.ui.views import Column, DetailPage, ListPage, Order, Tab, find_or_404

_GONE = "结果文件已过保存期（30 天），请重新执行一次。"


class JobList(ListPage):
    """The jobs that this person started, the newest first."""

    page = "jobs"
    title = "后台任务"
    noun = "个"
    has_personal_data = False
    orders = (Order("new", "最新", ("-pk",)),)
    columns = (
        Column("title", "任务", "jobs/cells/title.html", always=True, phone="title", grow=True),
        Column("state", "状态", "jobs/cells/state.html", always=True, phone="inline"),
        Column("message", "结果", phone="meta"),
        Column("created_at", "提交时间", phone="meta"),
        Column("ended_at", "结束时间", phone="hidden", secondary=True),
    )
    tabs = (
        Tab("", "全部"),
        Tab("open", "进行中", Q(state__in=Job.OPEN)),
        Tab("done", "已完成", Q(state=Job.DONE)),
        Tab("failed", "未完成", Q(state=Job.FAILED), tone="over"),
    )

    def get_queryset(self) -> QuerySet[Job]:
        """One's own."""
        return Job.objects.visible_to(self.actor)

    def row_tone(self, row: Job) -> str:
        """Failed ones are marked."""
        return "over" if row.state == Job.FAILED else ""


class JobDetail(DetailPage):
    """One job, its progress, and what can be done with it."""

    template_name = "jobs/detail.html"
    context_name = "job"
    has_personal_data = False

    def get_queryset(self) -> QuerySet[Job]:
        """One's own."""
        return Job.objects.visible_to(self.actor)

    def get_title(self) -> str:
        """The job's title."""
        return str(self.object.title)

    def get_crumbs(self) -> list[tuple[str, str]]:
        """Under the list."""
        return [("后台任务", reverse("jobs:list")), (f"任务 {self.object.pk}", "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With its links."""
        return super().get_context_data(**kwargs, **_links(self.object))


def _links(job: Job) -> dict[str, str]:
    """Where its progress is asked, and what there is to go on to."""
    links = {"progress_url": reverse("jobs:progress", args=[job.pk])}
    if job.state != Job.DONE:
        return links
    if page := registry.result_url(job):
        return links | {"result_url": page, "result_label": "查看结果"}
    if job.output:
        return links | {"result_url": reverse("jobs:download", args=[job.pk]), "result_label": "下载结果文件"}
    return links


def _own(request: HttpRequest, pk: int) -> Job:
    job: Job = find_or_404(Job.objects.visible_to(request.actor), pk=pk)  # type: ignore[attr-defined]
    return job


@require_GET
@never_cache
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress alone, for htmx; once the job has ended the page is asked to load anew, with what came of it."""
    job = _own(request, pk)
    response = render(request, "ui/job_progress.html", {"job": job, **_links(job)})
    if not job.is_open:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stops a job; one that has just ended is shown as it ended."""
    try:
        services.cancel(job_id=pk, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except IllegalState as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "任务已取消。")
    return HttpResponseRedirect(reverse("jobs:detail", args=[pk]))


@require_GET
@never_cache
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The file that a job left; only for whoever started it, and recorded."""
    job = _own(request, pk)
    if not job.output:
        raise Http404(_GONE)
    try:
        content = job.output.open()
    except FileNotFoundError as error:
        raise Http404(_GONE) from error
    services.record_download(job=job, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    return FileResponse(content, as_attachment=True, filename=job.output_name)
