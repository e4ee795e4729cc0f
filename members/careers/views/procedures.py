"""晋升清退奖惩: the pile by clock and turn, one procedure, its steps, the printed notice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from governance.scope import Actor
from governance.ui.views import Column, DetailPage, FormPage, ListPage, Order, Tab, find_or_404
from members.careers import clocks, conditions
from members.careers.filters import ProcedureFilterSet
from members.careers.forms import STEP_FORMS, MeasureForm, ProposeForm
from members.careers.services import _steps, procedures
from members.careers.views.careers import OfCareer
from members.careers.workflow import (
    CS,
    DC,
    DISTRICT,
    ENDED,
    MEASURES,
    PATH_LABELS,
    PATHS,
    REASONS,
    SL,
    SS,
    STEPS,
    STREET,
    TURNS,
    open_steps,
)
from members.models import Career, CareerProcedure
from members.models.career_procedures import MEASURE, PROCEDURE_KINDS, PROMOTION, REMOVAL
from members.models.careers import SECRETARY

LIST = ("晋升清退奖惩", "members:career_procedures")
_TITLES = {PROMOTION: "提名晋升", REMOVAL: "提出清退", MEASURE: "提出奖惩"}
_SAYS = {
    PROMOTION: "提名后由街道审核，公示五个工作日，区网格中心审定。",
    REMOVAL: "提出后由街道书面告知本人，本人有五个工作日申辩，区网格中心审定，决定送达后生效。",
    MEASURE: "提出后由街道审核、区网格中心审定。处分期间不能晋升，当年工龄不计入晋级。",
}
_STEP_SAYS = {
    "publish": "公示五个工作日，从发布时起算；期间有异议的，登记后公示中止。",
    "object_to": "登记后公示期停止计时，查处后继续。",
    "withdraw": "撤回后程序结束，不能恢复；需要时另行提出。",
}
_STAGES = {
    PROMOTION: ("nominated", "reviewed", "public_notice", "noticed", "appointed"),
    REMOVAL: ("proposed", "hearing", "heard", "decided", "removed"),
    MEASURE: ("proposed", "reviewed", "measured"),
}
_LABELS = dict(CareerProcedure._meta.get_field("state").flatchoices)


def turn_of(procedure: CareerProcedure) -> str:
    """Whose turn it is, in words."""
    if procedure.state in ENDED:
        return ""
    turn = TURNS[procedure.kind, procedure.state][0]
    return {STREET: procedure.street.name, DISTRICT: "区网格中心"}.get(turn, "期限内")


def _mine(actor: Actor) -> Q:
    """What waits for the actor's own step."""
    turn = DISTRICT if actor.role == DC else STREET if actor.role in {SS, SL} else None
    waiting = Q(pk__in=[])
    for (kind, state), (whose, _) in TURNS.items():
        if whose == turn:
            waiting |= Q(kind=kind, state=state)
    return waiting


class ProcedureList(ListPage):
    """The pile: what is due first stands first."""

    page = "career_procedures"
    title = "晋升清退奖惩"
    noun = "项"
    filterset_class = ProcedureFilterSet
    page_size = 20
    columns = (
        Column("name", "姓名", "members/careers/cells/procedure.html", always=True, phone="title", grow=True),
        Column("path", "事项", lambda row: PATH_LABELS[row.path], phone="lead"),
        Column("unit", "单位", "community.name"),
        Column("state", "状态", "ui/cells/state.html", phone="inline"),
        Column("turn", "办理", turn_of),
        Column("due_at", "时限", "members/careers/cells/clock.html", phone="inline"),
        Column("opened_at", "提出时间", secondary=True),
    )
    orders = (Order("due", "最先到期", ("due_at",)), Order("new", "最新提出", ("-pk",)))
    empty_text = "提名、清退、奖惩从社区工作者的页面提出。"

    def get_tabs(self) -> Sequence[Tab]:
        """What waits for oneself first."""
        mine = Tab("", "待我办理", _mine(self.actor) & Q(ended_at=None))
        rest = (
            Tab("open", "进行中", Q(ended_at=None)),
            Tab("late", "已超时", Q(ended_at=None, card="red"), tone="over"),
            Tab("ended", "已办结", Q(ended_at__isnull=False)),
        )
        return rest if self.actor.role == CS else (mine, *rest)

    def get_queryset(self) -> QuerySet[CareerProcedure]:
        """In scope."""
        rows: QuerySet[CareerProcedure] = CareerProcedure.objects.visible_to(self.actor)
        return rows.select_related("career__person", "street", "community").defer("career__person__search")

    def row_tone(self, row: Any) -> str:
        """Late and soon at the edge."""
        return {"red": "over", "yellow": "soon"}.get(row.card, "")


class ProcedureDetail(DetailPage):
    """One procedure: how far it is, its conditions, its history, the next step."""

    template_name = "members/careers/procedure.html"
    context_name = "procedure"

    def get_queryset(self) -> QuerySet[CareerProcedure]:
        """In scope."""
        rows: QuerySet[CareerProcedure] = CareerProcedure.objects.visible_to(self.actor)
        return rows.select_related("career__person", "career__community", "career__grid", "street", "community")

    def get_title(self) -> str:
        return f"{self.object.career.person.name} · {PATH_LABELS[self.object.path]}"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.get_title(), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Conditions as they are today, while it is open."""
        found = self.object
        checked = _conditions(found)
        unwaived = tuple(one.code for one in conditions.unmet(checked, found.waivers))
        situation = _steps.situation_of(found, self.actor, unwaived)
        steps = [step for step in open_steps(situation, self.actor.role) if _may_withdraw(step.code, found, self.actor)]
        return super().get_context_data(
            conditions=[(one, found.waivers.get(one.code)) for one in checked],
            unmet=len(unwaived), steps=[step for step in steps if not step.danger],
            withdraw=next((step for step in steps if step.danger), None), stages=_stages(found),
            entries=[(entry, _step_label(entry.step)) for entry in found.entries.order_by("-pk")],
            turn=turn_of(found), path_label=PATH_LABELS[found.path], clock_label=clocks.KINDS.get(found.clock_kind, ""),
            has_notice=found.kind == PROMOTION and found.state not in {"nominated", "reviewed", "withdrawn"},
            is_subject=situation.is_subject, **kwargs,
        )  # fmt: skip


def _may_withdraw(code: str, procedure: CareerProcedure, actor: Actor) -> bool:
    return code != "withdraw" or actor.role == DC or procedure.proposed_by_unit == actor.unit_id


def _conditions(procedure: CareerProcedure) -> list[conditions.Condition]:
    if procedure.kind != PROMOTION or procedure.ended_at is not None:
        return []
    return conditions.conditions_of(procedure.career, procedure.path, timezone.localdate())


def _step_label(code: str) -> str:
    rest = {
        "propose": "提出", "lapse": "期满", "clock_moved": "时限调整", clocks.SOON: "临近时限", clocks.LATE: "超时",
    }  # fmt: skip
    return STEPS[code].label if code in STEPS else rest.get(code, code)


def _stages(procedure: CareerProcedure) -> list[tuple[str, str]]:
    """The way it goes, each stage with "done", "now" or ""."""
    way = _STAGES[procedure.kind]
    at = "public_notice" if procedure.state == "suspended" else procedure.state
    place = way.index(at) if at in way else -1
    marks = ["done" if n < place or at in ENDED else "now" if n == place else "" for n in range(len(way))]
    return [(_LABELS[state], mark if place >= 0 else "") for state, mark in zip(way, marks, strict=True)]


def paths_for(kind: str, career: Career, actor: Actor) -> list[tuple[str, str]]:
    """What the actor may propose for this career."""
    if kind == PROMOTION:
        return [
            (code, path.label)
            for code, path in PATHS.items()
            if career.post in path.starts and actor.role in path.roles
        ]
    if actor.role != (SS if career.post == SECRETARY else CS):
        return []
    return list((REASONS if kind == REMOVAL else MEASURES).items())


class Propose(OfCareer):
    """提名晋升, 提出清退, 提出奖惩."""

    submit_label = "提交"

    @property
    def kind(self) -> str:
        """Of the address, or 404."""
        kind: str = self.kwargs["kind"]
        if kind not in dict(PROCEDURE_KINDS):
            raise Http404("没有这个页面。")
        return kind

    def get_title(self) -> str:
        return _TITLES[self.kind]

    def get_says(self) -> str:
        return _SAYS[self.kind]

    def get_form_class(self) -> Any:
        """A measure says more."""
        return MeasureForm if self.kind == MEASURE else ProposeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """With what fits the post; all, where nothing does, so that the service says why not."""
        found = paths_for(self.kind, self.career, self.actor)
        every = {PROMOTION: [(code, path.label) for code, path in PATHS.items()], REMOVAL: list(REASONS.items()),
                 MEASURE: list(MEASURES.items())}[self.kind]  # fmt: skip
        return super().get_form_kwargs() | {"paths": found or every}

    def save(self, form: Any) -> str:
        """Begin it."""
        made = procedures.propose(
            career_id=self.career.pk, kind=self.kind, path=form.cleaned_data["path"], words=form.cleaned_data["words"],
            measured=form.measured(), by=self.actor, now=timezone.now(),
        )  # fmt: skip
        self.success_message = "已提交街道办理。"
        return reverse("members:career_procedure", args=[made.pk])


_CALLS: dict[str, Callable[..., CareerProcedure]] = {
    code: getattr(procedures, code)
    for code in ("review", "publish", "object_to", "settle", "deliver", "hear", "waive", "decide", "withdraw")
}


class StepPage(FormPage):
    """One step of a procedure, as a form."""

    has_personal_data = True
    submit_label = "提交"
    success_message = "已办理。"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Outside the scope there is nothing, and there is no other step."""
        rows = CareerProcedure.objects.visible_to(self.actor).select_related("career__person")
        self.procedure: CareerProcedure = find_or_404(rows, pk=kwargs["pk"])
        if kwargs["step"] not in STEPS:
            raise Http404("没有这一步。")
        self.step = STEPS[kwargs["step"]]
        if request.method == "GET" and self.procedure.state not in self.step.starts.get(self.procedure.kind, ()):
            messages.info(
                request, f"{self.procedure}现为“{self.procedure.get_state_display()}”，不能“{self.step.label}”。"
            )
            return HttpResponseRedirect(self.get_cancel_url())
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_form_class(self) -> Any:
        """The step's own."""
        return STEP_FORMS[self.step.code]

    def get_form_kwargs(self) -> dict[str, Any]:
        """A waiver offers what is not met."""
        found = super().get_form_kwargs()
        if self.step.code == "waive":
            checked = _conditions(self.procedure)
            found["unmet"] = conditions.unmet(checked, self.procedure.waivers)
        return found

    def get_initial(self) -> dict[str, Any]:
        """A delivery is mostly of today."""
        return {"on": timezone.localdate()} if self.step.code == "deliver" else {}

    def get_title(self) -> str:
        return f"{self.step.label}：{self.procedure.career.person.name}"

    def get_says(self) -> str:
        if self.step.code == "deliver" and self.procedure.state == "decided":
            return "登记决定书送达本人的日期，清退自当日生效，档案转为已清退。"
        if self.step.code == "deliver":
            return "登记书面告知送达本人的日期，申辩期五个工作日从登记时起算。"
        return _STEP_SAYS.get(self.step.code, "")

    @property
    def danger(self) -> bool:  # type: ignore[override]
        """A step that cannot be taken back."""
        return self.step.danger

    def save(self, form: Any) -> str:
        """Take it."""
        _CALLS[self.step.code](
            procedure_id=self.procedure.pk, by=self.actor, now=timezone.now(), **form.cleaned_data
        )  # fmt: skip
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return reverse("members:career_procedure", args=[self.procedure.pk])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        back = (str(self.procedure), self.get_cancel_url())
        return [(LIST[0], reverse(LIST[1])), back, (self.step.label, "")]


class Notice(ProcedureDetail):
    """公示: an A4 page to be put up; no number of anybody stands on it."""

    template_name = "members/careers/notice.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """From when to when, where to say something against it."""
        found = self.object
        published = found.entries.filter(step="publish").order_by("-pk").first()
        return super().get_context_data(
            published=published, where=(published.data.get("where") if published else ""),
            until=found.due_at if found.clock_kind == clocks.NOTICE else None, **kwargs,
        )  # fmt: skip
