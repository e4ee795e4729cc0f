"""The working-time calendar in the browser. Every change first shows what it does to open limits."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

from django.forms import BaseForm, Form
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from governance.audit import actions
from governance.calendars import selectors, services
from governance.calendars.changes import Change, ImportYear, RemoveDay, SetDay, SetHours
from governance.calendars.defaults import announced_years
from governance.calendars.followers import Effect
from governance.calendars.forms import DayForm, HoursForm, NothingForm
from governance.calendars.models import Calendar, SpecialDay
from governance.calendars.selectors import FIRST_YEAR, LAST_YEAR
from governance.errors import DomainError
from governance.outbox.registry import url_of
from governance.ui.views import FormPage, PageMixin

TITLE = "工作日历"


def calendar_or_404() -> Calendar:
    """The district's calendar; 404 with what to do before the installation is set up."""
    calendar = selectors.current()
    if calendar is None:
        raise Http404("还没有设置工作日历，请联系系统管理员完成初始化。")
    return calendar


class CalendarPage(PageMixin, TemplateView):
    """A year: its months, its special days, and the hours of the seasons."""

    template_name = "calendars/year.html"
    title = TITLE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The year's content."""
        calendar = calendar_or_404()
        today = timezone.localdate()
        year = self.kwargs.get("year") or today.year
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise Http404(f"只能查看 {FIRST_YEAR} 年到 {LAST_YEAR} 年。")
        months = selectors.year_months(calendar, year)
        return super().get_context_data(
            **kwargs | {"year": year},
            calendar=calendar,
            years=[y for y in (year - 1, year + 1) if FIRST_YEAR <= y <= LAST_YEAR],
            today=today,
            months=months,
            working_days=sum(month.working_days for month in months),
            runs=selectors.runs(selectors.special_days(calendar, year)),
            warning=selectors.year_warning(calendar, year),
            can_import=year in announced_years(),
            hours=[(season, selectors.hours_in_words(hours)) for season, hours in selectors.hours(calendar)],
        )


class ChangePage(FormPage):
    """A change in two steps: what it would do to open limits is shown first, and saved on the second press.

    The second press carries a digest of what was shown, so that other content is shown again before it counts.
    """

    template_name = "calendars/change.html"
    form_class: type[Form] = NothingForm
    submit_label = "下一步：查看影响"

    def get_change(self, form: Any) -> Change:
        """The change that the form describes."""
        raise NotImplementedError

    def get_year(self) -> int:
        """The year to go back to."""
        return int(self.kwargs.get("year") or timezone.localdate().year)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Under the calendar."""
        return ((TITLE, reverse("calendars:calendar")), (self.get_title(), ""))

    def get_cancel_url(self) -> str:
        """Back to the year."""
        return reverse("calendars:year", args=[self.get_year()])

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Show first; save when exactly this was shown."""
        try:
            change = self.get_change(form)
            seen = hashlib.sha256(repr(change).encode()).hexdigest()
            if self.request.POST.get("seen") == seen:
                return super().form_valid(form)
            effect = services.preview(change=change, now=timezone.now())
        except DomainError as refused:
            return self.refuse(form, refused)
        self.submit_label = "确认保存"
        return self.render_to_response(
            self.get_context_data(form=form, effect=effect, moved=effect_rows(effect), seen=seen)
        )

    def save(self, form: Any) -> str:
        """Save the change and say what moved."""
        moved = services.edit(change=self.get_change(form), by=self.actor, now=timezone.now())
        self.success_message = f"已保存，{moved} 个未办结的时限随之调整。" if moved else "已保存。"
        return self.get_cancel_url()


def effect_rows(effect: Effect) -> list[dict[str, Any]]:
    """The limits that move the most, for the page."""
    return [
        {
            "label": f"{actions.subject_label(row.subject_type)} {row.subject_id}",
            "url": url_of(row.subject_type, row.subject_id),
            "due_at": row.due_at,
            "new_due_at": row.new_due_at,
            "is_later": row.new_due_at > row.due_at,
        }
        for row in effect.examples
    ]


class EditHours(ChangePage):
    """The seasons and their windows."""

    form_class = HoursForm
    template_name = "calendars/hours.html"
    title = "修改作息时间"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The hours as they are."""
        return super().get_form_kwargs() | {"seasons": [hours for _, hours in selectors.hours(calendar_or_404())]}

    def get_change(self, form: Any) -> Change:
        """All seasons."""
        return SetHours(form.seasons())


class _DayPage(ChangePage):
    @cached_property
    def day(self) -> date | None:
        """The date in the address; None when a new one is added."""
        text = self.kwargs.get("day")
        try:
            return date.fromisoformat(text) if text else None
        except ValueError as error:
            raise Http404("没有这个日期。") from error

    @cached_property
    def row(self) -> SpecialDay | None:
        """The special day that the date has."""
        return calendar_or_404().special_days.filter(date=self.day).first() if self.day else None

    def get_year(self) -> int:
        """The day's year."""
        return self.day.year if self.day else timezone.localdate().year


class AddDay(_DayPage):
    """A new special day; with ?date= for a square of the month view."""

    form_class = DayForm
    title = "添加放假或上班日"

    def get_initial(self) -> dict[str, Any]:
        """The date asked for."""
        return {"date": self.request.GET.get("date", ""), "kind": SpecialDay.HOLIDAY}

    def get_change(self, form: Any) -> Change:
        """The day."""
        return SetDay(**form.cleaned_data)

    def save(self, form: Any) -> str:
        """Back to the year of the new day."""
        super().save(form)
        return reverse("calendars:year", args=[form.cleaned_data["date"].year])


class EditDay(AddDay):
    """A special day anew. Its date stays: another date is another day."""

    title = "修改放假或上班日"

    def get_form(self, form_class: Any = None) -> BaseForm:
        """The date cannot be changed."""
        form: BaseForm = super().get_form(form_class)
        form.fields["date"].disabled = True
        return form

    def get_initial(self) -> dict[str, Any]:
        """The day as it is."""
        row = self.row
        if row is None:
            return {"date": self.day, "kind": SpecialDay.HOLIDAY}
        known = ("kind", "like_weekday", "name", "source")
        return {"date": self.day} | {name: getattr(row, name) for name in known}


class DeleteDay(_DayPage):
    """A date follows its week again."""

    title = "删除特殊安排"
    danger = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """404 for a date that has none."""
        if self.row is None:
            raise Http404("这一天没有特殊安排，可能已被他人删除。")
        return super().get(request, *args, **kwargs)

    def get_says(self) -> str:
        """Which day."""
        name = f"（{self.row.name}）" if self.row and self.row.name else ""
        return f"{self.day:%Y-%m-%d}{name}将不再是放假或调休日，按普通的周几计算。" if self.day else ""

    def get_change(self, form: Any) -> Change:
        """The removal."""
        return RemoveDay(self.day or date.min)


class ImportYearPage(ChangePage):
    """The holidays of a year as announced."""

    def get_title(self) -> str:
        """With its year."""
        return f"导入 {self.get_year()} 年放假安排"

    def get_says(self) -> str:
        """What will happen."""
        return f"按国务院办公厅公布的安排，添加 {self.get_year()} 年的节假日和调休上班日。已经手工设置的日期保持不变。"

    def get_change(self, form: Any) -> Change:
        """The import."""
        return ImportYear(self.get_year())
