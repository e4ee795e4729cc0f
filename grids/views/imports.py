"""Importing divisions and boundaries: upload, look at what it would do, apply, take back what was refused."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from governance.spreadsheets import write_xlsx
from governance.ui.views import ActorMixin, FormPage, PageMixin, find_or_404
from grids import boundaries, divisions, forms, mapping
from grids.boundaries import Feature
from grids.coordinates import SYSTEM_LABELS, System
from grids.divisions import VERDICT_LABELS, Division
from grids.models import ImportDraft
from grids.services import boundaries as boundary_services
from grids.services import divisions as division_services

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Rows that a page shows of each verdict, with a box each; one more box stands for all the others.
_SHOWN = 150
_REST = "rest"
# Beyond this a map shows nothing more, and the page grows slow.
_DRAWN = 3_000


class DraftMixin(ActorMixin):
    """A view about one draft of the actor's district."""

    kwargs: dict[str, Any]
    draft_kind = ""

    def get_draft(self) -> ImportDraft:
        """The draft that the address names, or 404."""
        drafts = ImportDraft.objects.visible_to(self.actor).filter(kind=self.draft_kind)
        return find_or_404(drafts, pk=self.kwargs["pk"])  # type: ignore[no-any-return]


class UploadPage(FormPage):
    """A file to be checked, and the files of late."""

    template_name = "grids/upload.html"
    draft_kind = ""
    detail_url = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The latest files, without their contents."""
        drafts = ImportDraft.objects.visible_to(self.actor).filter(kind=self.draft_kind)
        recent = drafts.defer("content").order_by("-created_at")[:10]
        return super().get_context_data(recent=recent, detail_url=self.detail_url, draft_kind=self.draft_kind, **kwargs)


class Divisions(UploadPage):
    """Upload of divisions."""

    form_class = forms.DivisionsForm
    title = "导入行政区划"
    submit_label = "上传并比对"
    says = "上传后先逐行比对，列出新增、更名、调整隶属和文件中没有的单位；勾选、确认之后才会改动。"
    draft_kind, detail_url = "divisions", "grids:divisions_compare"

    def save(self, form: Any) -> str:
        """Compare."""
        file = form.cleaned_data["file"]
        draft = division_services.check_divisions(file=file, file_name=file.name, by=self.actor, now=timezone.now())
        return reverse("grids:divisions_compare", args=[draft.pk])


class DivisionsCompare(DraftMixin, FormPage):
    """What a file of divisions would do, row by row; the chosen are applied."""

    template_name = "grids/divisions.html"
    form_class = forms.ApplyForm
    title = "比对结果"
    submit_label = "执行勾选的调整"
    draft_kind = "divisions"

    def get_initial(self) -> dict[str, Any]:
        """Today."""
        return {"effective_on": timezone.localdate()}

    def save(self, form: Any) -> str:
        """Apply what was chosen."""
        draft = division_services.apply_draft(
            draft_id=self.get_draft().pk,
            chosen=self._with_the_rest(self.request.POST.getlist("chosen")),
            effective_on=form.cleaned_data["effective_on"],
            by=self.actor,
            now=timezone.now(),
        )
        counts = draft.outcome
        done = "，".join(f"{VERDICT_LABELS[v]} {counts[v]} 个" for v in ("new", "renamed", "moved") if counts.get(v))
        closed = f"，撤销 {counts['missing']} 个" if counts.get("missing") else ""
        messages.success(self.request, f"已执行：{done or '无'}{closed}；不能执行 {counts['refused']} 个。")
        return reverse("grids:divisions_compare", args=[draft.pk])

    def _with_the_rest(self, chosen: list[str]) -> list[str]:
        """What was chosen, with the rows that a box for all the others of a verdict stands for."""
        groups = {verdict: rows for verdict, _, rows in self._groups() if f"{verdict}:{_REST}" in chosen}
        return chosen + [f"{verdict}:{row.code}" for verdict, rows in groups.items() for row in rows[_SHOWN:]]

    def _groups(self) -> list[tuple[str, str, list[Division]]]:
        rows = [Division.from_json(row) for row in self.get_draft().content["rows"]]
        return [(v, label, [row for row in rows if v in row.verdicts]) for v, label in VERDICT_LABELS.items()]

    def get_crumbs(self) -> list[tuple[str, str]]:
        """Below the upload."""
        return [("导入行政区划", reverse("grids:divisions")), (self.get_draft().file_name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The rows by verdict."""
        return super().get_context_data(
            draft=self.get_draft(),
            groups=[(v, label, found[:_SHOWN], len(found), len(found[_SHOWN:])) for v, label, found in self._groups()],
            chosen=self._chosen(),
            **kwargs,
        )

    def get_cancel_url(self) -> str:
        """Back to the upload."""
        return reverse("grids:divisions")

    def _chosen(self) -> set[str] | None:
        """What was chosen when the form comes back with an error; None the first time."""
        return set(self.request.POST.getlist("chosen")) if self.request.method == "POST" else None


class DivisionsRefused(DraftMixin, View):
    """The refused rows, to be mended and imported again."""

    draft_kind = "divisions"

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        """A spreadsheet."""
        rows = [Division.from_json(row) for row in self.get_draft().content["rows"]]
        return _spreadsheet(divisions.REFUSED_HEADER, divisions.refused_rows(rows), "不能导入的区划.xlsx")


class DivisionsTemplate(ActorMixin, View):
    """The territory as it is, as a file to be changed and imported."""

    def get(self, request: HttpRequest) -> FileResponse:
        """A spreadsheet."""
        return _spreadsheet(["编码", "名称", "级别", "上级编码"], divisions.as_rows(self.actor), "行政区划.xlsx")


def _spreadsheet(header: list[str], rows: Any, name: str) -> FileResponse:
    content = BytesIO()
    write_xlsx(content, header, rows)
    content.seek(0)
    return FileResponse(content, as_attachment=True, filename=name, content_type=_XLSX)


class Boundaries(UploadPage):
    """Upload of boundaries."""

    form_class = forms.BoundariesForm
    title = "导入边界"
    submit_label = "上传并检查"
    says = (
        "上传后逐个要素检查：闭合、自相交、坐标范围与顺序、是否在上级之内、与相邻是否重叠。在地图上核对之后才会生效。"
    )
    draft_kind, detail_url = "boundaries", "grids:boundaries_check"

    def save(self, form: Any) -> str:
        """Check."""
        file = form.cleaned_data["file"]
        draft = boundary_services.check_boundaries(
            file=file,
            file_name=file.name,
            system=System(form.cleaned_data["system"]),
            tolerance_m2=form.cleaned_data["tolerance_m2"],
            by=self.actor,
            now=timezone.now(),
        )
        return reverse("grids:boundaries_check", args=[draft.pk])


class BoundariesCheck(DraftMixin, PageMixin, TemplateView):
    """What of a file of boundaries is sound, on a list and on the map."""

    template_name = "grids/boundaries.html"
    title = "检查结果"
    draft_kind = "boundaries"

    def get_crumbs(self) -> list[tuple[str, str]]:
        """Below the upload."""
        return [("导入边界", reverse("grids:boundaries")), (self.get_draft().file_name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Sound and refused features."""
        draft = self.get_draft()
        found = [Feature.from_json(kept) for kept in draft.content["features"]]
        sound = [feature for feature in found if feature.is_sound]
        refused = [feature for feature in found if not feature.is_sound]
        return super().get_context_data(
            draft=draft,
            system=SYSTEM_LABELS[System(draft.content["system"])],
            sound=sound[:_SHOWN],
            sound_count=len(sound),
            refused=refused[:_SHOWN],
            refused_count=len(refused),
            polygons=_drawn(found),
            tiles=settings.MAP_TILE_URL,
            **kwargs,
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put the sound ones in force."""
        draft = boundary_services.apply_boundaries(draft_id=self.get_draft().pk, by=self.actor, now=timezone.now())
        messages.success(request, f"已导入 {draft.outcome['applied']} 个边界，地图和定位随即按新边界执行。")
        return redirect("grids:boundaries_check", pk=pk)


def _drawn(found: list[Feature]) -> dict[str, Any]:
    shown = [feature for feature in found if feature.wkb][:_DRAWN]
    features = [
        mapping.feature(f.figure.simplify(0.00005), {"name": f"{f.name or f.code}", "refused": not f.is_sound})
        for f in shown
    ]
    return {"type": "FeatureCollection", "features": features}


class BoundariesRefused(DraftMixin, View):
    """The refused features as they came, each with its reason."""

    draft_kind = "boundaries"

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        """A GeoJSON file."""
        found = [Feature.from_json(kept) for kept in self.get_draft().content["features"]]
        text = json.dumps(boundaries.refused_collection(found), ensure_ascii=False, indent=1)
        return FileResponse(
            BytesIO(text.encode()),
            as_attachment=True,
            filename="不能导入的边界.geojson",
            content_type="application/geo+json",
        )
