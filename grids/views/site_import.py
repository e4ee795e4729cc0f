"""Sites from a spreadsheet and back: upload, look, take over, collect what is refused; the list as a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from governance.errors import DomainError
from governance.ui.views import ActorMixin, PageMixin
from grids.models import Site
from grids.services import site_import
from grids.services.site_import import OUTCOMES, REFUSED
from grids.sites import forms, selectors, sheets
from grids.sites.filters import SiteFilter
from grids.views.imports import DraftMixin, UploadPage

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN = 200
_CRUMBS = (("服务阵地", "grids:sites"), ("导入阵地", "grids:site_import"))


def _file(content: bytes, name: str) -> FileResponse:
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=_XLSX)


class Upload(UploadPage):
    """Upload of a list."""

    form_class, title, submit_label = forms.SheetForm, "导入阵地", "上传并预览"
    template_name = "grids/site_upload.html"
    says = "上传后先逐行预览，确认前不会改动任何数据。按所属单位和名称识别，同一份表格重复导入不会重复新增。"
    draft_kind, detail_url = site_import.KIND, "grids:site_import_detail"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the list."""
        return [(_CRUMBS[0][0], reverse(_CRUMBS[0][1])), (self.title, "")]

    def get_cancel_url(self) -> str:
        """Back to the list."""
        return reverse("grids:sites")

    def save(self, form: Any) -> str:
        """Look at it."""
        file = form.cleaned_data["file"]
        draft = site_import.check_sites(file=file, file_name=file.name, by=self.actor, now=timezone.now())
        return reverse("grids:site_import_detail", args=[draft.pk])


class Check(DraftMixin, PageMixin, TemplateView):
    """What each row would do, or did."""

    template_name = "grids/site_check.html"
    title = "预览"
    draft_kind = site_import.KIND

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the upload."""
        return [*((label, reverse(name)) for label, name in _CRUMBS), (self.get_draft().file_name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Refused rows first, as they need a hand."""
        draft = self.get_draft()
        rows = draft.content["rows"]
        counts = Counter(row["outcome"] for row in rows)
        for row in rows:
            row["label"], row["labelled"] = (
                OUTCOMES[row["outcome"]],
                list(zip(sheets.COLUMNS, row["cells"], strict=True)),
            )
        return super().get_context_data(
            draft=draft,
            figures=[(label, counts[key], "over" if key == REFUSED else "") for key, label in OUTCOMES.items()],
            good=len(rows) - counts[REFUSED],
            total=len(rows),
            rows=sorted(rows, key=lambda row: (row["outcome"] != REFUSED, row["number"]))[:_SHOWN],
            shown_limit=_SHOWN,
            **kwargs,
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the good rows over."""
        try:
            draft = site_import.apply_sites(draft_id=self.get_draft().pk, by=self.actor, now=timezone.now())
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            done = "，".join(
                f"{label} {draft.outcome[key]} 行" for key, label in OUTCOMES.items() if draft.outcome[key]
            )
            messages.success(request, f"导入完成：{done}。")
        return redirect("grids:site_import_detail", pk=pk)


class Refused(DraftMixin, View):
    """The refused rows, to be mended and uploaded again."""

    draft_kind = site_import.KIND

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        """A spreadsheet."""
        rows = [row for row in self.get_draft().content["rows"] if row["outcome"] == REFUSED]
        told = [(row["number"], row["cells"], row["column"], row["message"]) for row in rows]
        return _file(sheets.refused(told), "不能导入的阵地.xlsx")


class Template(ActorMixin, View):
    """The file to fill in, with today's units."""

    def get(self, request: HttpRequest) -> FileResponse:
        """A spreadsheet."""
        return _file(sheets.template(self.actor), "阵地导入模板.xlsx")


class Export(ActorMixin, View):
    """The sites in use that the list's filters leave, in the form that can be imported again."""

    def get(self, request: HttpRequest) -> FileResponse:
        """A spreadsheet; a filter that is wrong leaves nothing."""
        sites = selectors.with_all(Site.objects.visible_to(self.actor).in_use())
        narrowed = SiteFilter(request.GET, queryset=sites, request=request)
        found = list(narrowed.qs.order_by("unit__code", "name", "pk")) if narrowed.is_valid() else []
        return _file(sheets.exported(found), "服务阵地.xlsx")
