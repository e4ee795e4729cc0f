"""Next year's days in the browser: uploaded or pasted, shown against the present calendar, then taken over."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import astuple
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.forms import BaseForm
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from governance.calendars import selectors, services
from governance.calendars.announced import HEADINGS, AnnouncedDay, Announcement, Refused, from_rows, from_text
from governance.calendars.changes import SetAnnounced
from governance.calendars.selectors import FIRST_YEAR, LAST_YEAR
from governance.calendars.views import ChangePage, calendar_or_404, effect_rows
from governance.errors import DomainError, InvalidInput
from governance.spreadsheets import read_rows, write_xlsx

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SALT = "calendars.announced"
# What was shown may be confirmed on the same working day.
_LASTS = 12 * 3600
MOST_BYTES = 2 * 1024 * 1024


class AnnouncedForm(forms.Form):
    """A file, or the notice's words; one of the two."""

    text = forms.CharField(
        label="粘贴通知原文", required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text="例如：元旦：1月1日（周五）至3日（周日）放假，共3天。日期后写了周几的，会与日历核对。",
    )  # fmt: skip
    file = forms.FileField(
        label="或上传文件", required=False, help_text=".xlsx 或 .csv，表头：日期、类型（休息或上班）、名称。"
    )
    source = forms.CharField(
        label="依据", required=False, max_length=64, help_text="通知的文号，记入每一天，例如：国办发明电〔2026〕7 号"
    )

    def clean(self) -> dict[str, Any]:
        """Exactly one of the two."""
        data = super().clean() or self.cleaned_data
        if not self.errors and bool(data.get("text")) == bool(data.get("file")):
            self.add_error("text", "请粘贴通知原文，或上传文件，二者选一")
        return data


def _read(form: Any, year: int) -> Announcement:
    file = form.cleaned_data["file"]
    if not file:
        return from_text(form.cleaned_data["text"], year)
    if file.size > MOST_BYTES:
        raise InvalidInput("文件超过 2 MB，请只保留放假和调休上班的日期。", field="file")
    return from_rows(read_rows(file, file.name or ""), year)


def _signed(read: Announcement, source: str) -> str:
    days = [(day.date.isoformat(), day.kind, day.name) for day in read.days]
    return signing.dumps([read.year, days, [astuple(one) for one in read.refused], source], salt=_SALT, compress=True)


def _unsigned(text: str, year: int) -> tuple[Announcement, str]:
    try:
        signed_year, days, refused, source = signing.loads(text, salt=_SALT, max_age=_LASTS)
    except signing.BadSignature:
        raise InvalidInput("预览已过期，请重新上传或粘贴。") from None
    if signed_year != year:
        raise InvalidInput("预览是另一年的，请重新上传或粘贴。")
    found = tuple(AnnouncedDay(date.fromisoformat(day), kind, name) for day, kind, name in days)
    rows = tuple(Refused(row, field, words, why, tuple(cells)) for row, field, words, why, cells in refused)
    return Announcement(year, found, rows), source


class ImportAnnouncedPage(ChangePage):
    """The announced days of a year: read, shown with what they move, confirmed."""

    form_class = AnnouncedForm
    template_name = "calendars/announced.html"
    submit_label = "下一步：核对日期"

    def get_year(self) -> int:
        """The year in the address; 404 outside what the pages show."""
        year = int(self.kwargs["year"])
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise Http404(f"只能导入 {FIRST_YEAR} 年到 {LAST_YEAR} 年。")
        return year

    def get_title(self) -> str:
        """With its year."""
        return f"导入 {self.get_year()} 年放假通知"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The year, for the template's address."""
        return super().get_context_data(**kwargs, year=self.get_year())

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """404 while there is no calendar."""
        calendar_or_404()
        return super().get(request, *args, **kwargs)

    def post(  # type: ignore[override]
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """A second press carries what was shown: to confirm it, or to take the refused rows away."""
        if "plan" not in request.POST:
            return super().post(request, *args, **kwargs)
        try:
            read, source = _unsigned(request.POST["plan"], self.get_year())
            if request.POST.get("do") == "refused":
                return _workbook(f"{read.year}年放假安排_未通过.xlsx", refused_rows(read.refused))
            return self._confirm(read, source)
        except DomainError as refused:
            form = AnnouncedForm({})
            form.errors.clear()
            return self.refuse(form, refused)

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Show what would change, what was refused, and which limits move."""
        try:
            read = _read(form, self.get_year())
            source = form.cleaned_data["source"]
            changes = selectors.differences(calendar_or_404(), read)
            effect = None
            if any(change.is_new for change in changes):
                effect = services.preview(change=SetAnnounced(read.year, read.days, source), now=timezone.now())
        except DomainError as refused:
            return self.refuse(form, refused)
        shown = {
            "read": read,
            "changes": changes,
            "changed": sum(change.is_new for change in changes),
            "effect": effect,
            "moved": effect_rows(effect) if effect else [],
            "others": selectors.others(calendar_or_404(), read),
            "plan": _signed(read, source),
        }
        return self.render_to_response(self.get_context_data(form=form, **shown))

    def _confirm(self, read: Announcement, source: str) -> HttpResponse:
        change = SetAnnounced(read.year, read.days, source)
        job = services.import_announced(change=change, by=self.actor, now=timezone.now())
        if job is not None:
            messages.success(self.request, f"已导入 {len(read.days)} 天，未办结的时限正在后台调整。")
            return redirect("jobs:detail", job.pk)
        messages.success(self.request, f"已导入 {len(read.days)} 天，未办结的时限已随之调整。")
        return redirect(reverse("calendars:year", args=[read.year]))


def refused_rows(refused: Sequence[Refused]) -> list[list[object]]:
    """The refused rows as a table to mend; a table's own columns come first, so that it can be uploaded again."""
    head: list[object] = [*HEADINGS, "原文", "行", "问题所在", "原因"]
    empty = ("", "", "")
    return [head, *[[*(one.cells or empty), one.text, one.row, one.field, one.reason] for one in refused]]


def template(request: HttpRequest, year: int) -> FileResponse:
    """A table to fill in, with two lines that show how."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404(f"只能导入 {FIRST_YEAR} 年到 {LAST_YEAR} 年。")
    rows: list[list[object]] = [
        list(HEADINGS),
        [date(year, 1, 1), "休息", "元旦"],
        [_weekend(year), "上班", "元旦调休上班（示例，请改）"],
    ]
    return _workbook(f"{year}年放假安排_模板.xlsx", rows)


def _weekend(year: int) -> date:
    return next(day for number in range(2, 9) if (day := date(year, 1, number)).weekday() == 6)


def _workbook(name: str, rows: Sequence[Sequence[object]]) -> FileResponse:
    content = io.BytesIO()
    write_xlsx(content, [str(cell) for cell in rows[0]], rows[1:], title="放假安排")
    content.seek(0)
    return FileResponse(content, as_attachment=True, filename=name, content_type=_XLSX)
