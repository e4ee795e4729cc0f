"""待确认时长: the pile, confirming many with exceptions, refusing, correcting; the statement for a person; figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.rights import may
from governance.errors import DomainError
from governance.sheets.buttons import actions_for
from governance.ui.views import (
    Action,
    BulkAction,
    BulkRun,
    Column,
    DetailPage,
    FormPage,
    ListPage,
    Order,
    Outcome,
    PageMixin,
    Refused,
    find_or_404,
)
from members.models import Person, ServiceHours, SignUp
from members.volunteers import selectors
from members.volunteers.filters import HoursFilterSet
from members.volunteers.forms import MinutesForm, RefuseForm
from members.volunteers.minutes import told
from members.volunteers.services import hours
from members.volunteers.tabs import HOURS_TABS

LIST = ("待确认时长", "members:volunteer_hours")


def _each(run: BulkRun, call: Any) -> Outcome:
    """Row by row: what is refused of one holds up none of the others."""
    rows = run.queryset.select_related("person", "activity")
    labels = {row.pk: f"{row.person.name}（{row.activity.title}）" for row in rows}
    done, refused = 0, []
    for pk in run.ids:
        try:
            call(pk)
            done += 1
        except DomainError as error:
            refused.append(Refused(labels[pk], error.message))
    return Outcome(done, refused)


def _confirm(run: BulkRun) -> Outcome:
    return _each(run, lambda pk: hours.confirm_hours(hours_id=pk, by=run.actor, now=timezone.now()))


def _refuse(run: BulkRun) -> Outcome:
    words = run.form.cleaned_data["words"] if run.form else ""
    return _each(run, lambda pk: hours.refuse_hours(hours_id=pk, words=words, by=run.actor, now=timezone.now()))


class HoursList(ListPage):
    """服务时长: what waits first."""

    page = "volunteer_hours"
    title = "服务时长"
    noun = "条"
    filterset_class = HoursFilterSet
    columns = (
        Column("person", "志愿者", "members/volunteers/cells/volunteer.html", always=True, phone="title"),
        Column("activity", "活动", "members/volunteers/cells/of_activity.html", grow=True),
        Column("on", "日期", lambda row: row.on.isoformat(), phone="inline"),
        Column("minutes", "时长", lambda row: told(row.minutes), phone="inline", num=True),
        Column("unit", "单位", "unit.name"),
        Column("clock", "确认时限", "members/volunteers/cells/hours_clock.html", phone="inline"),
        Column("decided", "确认人", "decided_by_name", secondary=True, default=False),
        Column("words", "说明", "words", secondary=True, phone="hidden"),
        Column("act", "操作", "members/volunteers/cells/hours_act.html", phone="actions", always=True),
    )
    orders = (Order("new", "最新提交", ("-pk",)), Order("old", "最早提交", ("pk",)))
    tabs = HOURS_TABS
    bulk_actions = (
        BulkAction(
            "confirm", "确认", run=_confirm, right="volunteer.confirm", icon="check",
            says="确认后计入志愿者的服务时长，不能直接改动，有误的须更正。不予确认的请先取消勾选。",
        ),
        BulkAction(
            "refuse", "退回", run=_refuse, form=lambda request, data: RefuseForm(data), right="volunteer.confirm",
            icon="arrow-back-up", danger=True, says="退回后不计时长，原因写入记录。",
        ),
    )  # fmt: skip
    empty_text = "没有待处理的时长。活动结束后，签到人员的时长会出现在这里。"

    def get_queryset(self) -> QuerySet[ServiceHours]:
        """In scope."""
        rows: QuerySet[ServiceHours] = ServiceHours.objects.visible_to(self.actor)
        return rows.select_related("person", "activity", "unit").defer("person__search")

    def get_actions(self) -> Sequence[Action]:
        """Paper rosters come in, what the list shows goes out."""
        return actions_for("volunteer_hours", self.request, self.actor)

    def row_tone(self, row: Any) -> str:
        """By the card of its activity's clock."""
        tones = {"red": "over", "yellow": "soon"}
        return tones.get(row.activity.card, "") if row.state == "proposed" else ""

    def row_label(self, row: Any) -> str:
        return str(row.person.name)


class _OfHours(FormPage):
    """A form about hours in scope."""

    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = ServiceHours.objects.visible_to(self.actor).select_related("person", "activity")
        self.hours: ServiceHours = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_says(self) -> str:
        one = self.hours
        return f"{one.person.name}，{one.on} “{one.activity.title}”，{told(one.minutes)}（{one.get_state_display()}）。"

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("服务时长", reverse(LIST[1])), (self.title, "")]


class HoursRefuse(_OfHours):
    """退回时长."""

    form_class = RefuseForm
    title = "退回服务时长"
    submit_label = "退回"
    danger = True

    def save(self, form: Any) -> str:
        hours.refuse_hours(hours_id=self.hours.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = "已退回。"
        return self.get_cancel_url()


class HoursCorrect(_OfHours):
    """更正时长: a new record stands for the old one."""

    form_class = MinutesForm
    title = "更正服务时长"
    submit_label = "更正"

    def get_initial(self) -> dict[str, Any]:
        return {"minutes": self.hours.minutes}

    def save(self, form: Any) -> str:
        hours.correct_hours(hours_id=self.hours.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = "已更正，原记录保留。"
        return f"{self.get_cancel_url()}?tab=confirmed"


class HoursAdd(FormPage):
    """补报时长: for somebody on the list who was there and not checked in."""

    form_class = MinutesForm
    title = "补报服务时长"
    submit_label = "提交，待确认"
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = SignUp.objects.visible_to(self.actor).select_related("person", "activity")
        self.row: SignUp = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_initial(self) -> dict[str, Any]:
        return {"minutes": self.row.activity.planned_minutes}

    def get_says(self) -> str:
        return f"{self.row.person.name}，“{self.row.activity.title}”，计划 {told(self.row.activity.planned_minutes)}。"

    def get_cancel_url(self) -> str:
        return reverse("members:volunteer_activity", args=[self.row.activity_id])

    def save(self, form: Any) -> str:
        hours.propose_hours(sign_up_id=self.row.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = "已补报，待确认。"
        return self.get_cancel_url()


class Statement(DetailPage):
    """志愿服务时长证明, A4."""

    template_name = "members/volunteers/statement.html"
    context_name = "person"
    title = "志愿服务时长证明"

    def get_queryset(self) -> QuerySet[Person]:
        rows: QuerySet[Person] = Person.objects.visible_to(self.actor).defer("search")
        return rows.select_related("community", "street")

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        page = reverse("members:person", args=[self.object.pk])
        return [("居民", reverse("members:persons")), (self.object.name, page), (self.title, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Every confirmed row, oldest first, and what they come to."""
        rows = [(row, told(row.minutes)) for row in reversed(selectors.confirmed_of(self.object))]
        served = selectors.served_by(self.object, timezone.localdate())
        return super().get_context_data(
            rows=rows, served=served, total=told(served.minutes), now=timezone.now(), **kwargs
        )


class FiguresPage(PageMixin, TemplateView):
    """志愿服务统计: units in a month, the last twelve months; numbers open what is behind them."""

    template_name = "members/volunteers/figures.html"
    title = "志愿服务统计"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Rows of units, and of months."""
        today = timezone.localdate()
        month = selectors.month_of(self.request.GET.get("month", ""), today)
        rows, total = selectors.figures(self.actor, month)
        months = [(first, people, told(minutes)) for first, people, minutes in selectors.by_month(self.actor, today)]
        return super().get_context_data(
            rows=[(row, told(row.minutes)) for row in rows], total=total, months=months, month=month,
            total_told=told(total.minutes if total else 0), until=selectors.last_day(month),
            may_see_hours=may(self.actor, "volunteer.hours"), **kwargs,
        )  # fmt: skip
