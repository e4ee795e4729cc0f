"""社区工作者: the list, one career, and what is written down about it without a procedure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from accounts.rights import may
from governance.sheets.buttons import actions_for
from governance.ui.views import Action, Column, DetailPage, FormPage, ListPage, Order, find_or_404
from members.careers import selectors
from members.careers.filters import CareerFilterSet
from members.careers.forms import EndForm, EntryForm, FactsForm, MoveForm
from members.careers.pay import Scales
from members.careers.services import careers
from members.careers.services._common import is_own
from members.careers.tabs import CAREER_TABS
from members.models import Career, Person
from members.models.career_procedures import RESULTS
from members.models.careers import RECRUITED, SECRETARY

LIST = ("社区工作者", "members:careers")
_sensitive = method_decorator(sensitive_post_parameters("identity"), name="dispatch")


def full(rows: QuerySet[Career]) -> QuerySet[Career]:
    """With what a row names."""
    return rows.select_related("person", "street", "community", "grid").defer("person__search")


class CareerList(ListPage):
    """社区工作者."""

    page = "careers"
    title = "社区工作者"
    noun = "人"
    filterset_class = CareerFilterSet
    unfolded = 5
    page_size = 20
    columns = (
        Column("name", "姓名", "members/careers/cells/name.html", always=True, phone="title", grow=True),
        Column("place", "单位", "members/careers/cells/place.html"),
        Column("grade", "岗位级别", "grade_label", phone="inline"),
        Column("pay", "月工资", lambda row: f"{row.pay:,} 元" if row.pay else "—", num=True),
        Column("degree", "学历", lambda row: row.get_degree_display(), secondary=True),
        Column("certificate", "职业资格", lambda row: row.get_certificate_display(), secondary=True),
        Column("entered_on", "入职日期"),
        Column("next_grade_on", "应晋级日期", "members/careers/cells/due.html", secondary=True),
        Column("state", "状态", "ui/cells/state.html", phone="inline"),
        Column("recruited", "进入方式", lambda row: dict(RECRUITED)[row.recruited], default=False),
        Column("duty", "职务", "duty", default=False),
    )
    orders = (
        Order("new", "最新登记", ("-pk",)), Order("senior", "入职最早", ("entered_on",)),
        Order("due", "最先应晋级", ("next_grade_on",)),
    )  # fmt: skip
    tabs = CAREER_TABS
    empty_text = "请放宽筛选条件，或切换上方的状态。"

    def get_queryset(self) -> QuerySet[Career]:
        """In scope."""
        return full(Career.objects.visible_to(self.actor))

    def complete(self, objects: Sequence[Any]) -> None:
        """The pay of each row by the scale of today."""
        scale = Scales.load().on(timezone.localdate())
        for row in objects:
            row.pay = scale.amount(row.post, row.grade) if row.state == "serving" else None

    def row_label(self, row: Any) -> str:
        """The name."""
        return str(row.person.name)

    def get_actions(self) -> Sequence[Action]:
        """A new one, by the district centre."""
        sheet = actions_for("careers", self.request, self.actor)
        if not may(self.actor, "career.decide"):
            return sheet
        return (*sheet, Action("登记入职", reverse("members:career_add"), "user-plus", primary=True))


class CareerDetail(DetailPage):
    """One career: where it stands, its pay, everything that happened."""

    template_name = "members/careers/career.html"
    context_name = "career"

    def get_queryset(self) -> QuerySet[Career]:
        """In scope."""
        return full(Career.objects.visible_to(self.actor))

    def get_title(self) -> str:
        return str(self.object.person.name)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.get_title(), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The history newest first, the pay over time, what is open, and what one may do."""
        career, today, scales = self.object, timezone.localdate(), Scales.load()
        events = list(career.events.order_by("on", "pk"))
        for event in events:
            event.result_label = dict(RESULTS).get(event.after.get("result"), "")
        return super().get_context_data(
            events=events[::-1], pays=selectors.pay_history(career, events, scales, today),
            measures=list(career.measures.order_by("-from_on", "-pk")),
            procedures=list(career.procedures.order_by("-pk")),
            results=list(career.appraisals.exclude(result="").select_related("round").order_by("-round__year")),
            is_due=career.state == "serving" and career.next_grade_on is not None and career.next_grade_on <= today,
            person_url=self._person_url(), **self._may(), **kwargs,
        )  # fmt: skip

    def _person_url(self) -> str:
        """The person's own page, for those who may see it: most live where they work."""
        person = Person.objects.visible_to(self.actor).filter(pk=self.object.person_id)
        return reverse("members:person", args=[self.object.person_id]) if person.exists() else ""

    def _may(self) -> dict[str, bool]:
        serving = self.object.state == "serving" and not is_own(self.actor, self.object.person)
        by_street = self.object.post == SECRETARY
        proposes = may(self.actor, "career.propose") and (self.actor.role == "SS") == by_street
        return {
            "may_decide": serving and may(self.actor, "career.decide"),
            "may_review": serving and may(self.actor, "career.review"),
            "may_propose": serving and proposes,
            "may_promote": serving and may(self.actor, "career.propose") and _has_path(self.object, self.actor),
        }


def _has_path(career: Career, actor: Any) -> bool:
    from members.careers.views.procedures import paths_for

    return bool(paths_for("promotion", career, actor))


@_sensitive
class CareerAdd(FormPage):
    """登记入职."""

    form_class = EntryForm
    template_name = "ui/form_searching.html"
    title = "登记入职"
    submit_label = "登记"
    has_personal_data = True
    says = "按姓名和身份证号查找已在册的居民；级别按规则自动确定。"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form knows who asks."""
        return super().get_form_kwargs() | {"by": self.actor}

    def save(self, form: Any) -> str:
        """Begin it."""
        made = careers.enter(entry=form.entry(), by=self.actor, now=timezone.now())
        self.success_message = f"已登记 {made.person.name}，{made.grade_label}。"
        return reverse("members:career", args=[made.pk])

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]


class OfCareer(FormPage):
    """A form about one career in scope."""

    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Outside the scope there is nothing, whatever the method."""
        self.career: Career = find_or_404(full(Career.objects.visible_to(self.actor)), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_cancel_url(self) -> str:
        return reverse("members:career", args=[self.career.pk])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.career.person.name, self.get_cancel_url()), (self.get_title(), "")]


class Facts(OfCareer):
    """更新学历、证书."""

    form_class = FactsForm
    title = "更新学历、证书"
    success_message = "已保存；因此应晋级的，在下一次批量晋级时办理。"

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        return {name: getattr(self.career, name) for name in ("degree", "certificate", "duty")}

    def save(self, form: Any) -> str:
        """Write it down."""
        careers.change_facts(career_id=self.career.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        return self.get_cancel_url()


class Move(OfCareer):
    """调整工作单位."""

    form_class = MoveForm
    template_name = "ui/form_searching.html"
    title = "调整工作单位"
    submit_label = "调整"
    success_message = "已调整；账号岗位请由安全管理员处理。"
    says = "岗位和级别不变。账号岗位不会自动调整。"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form knows who asks."""
        return super().get_form_kwargs() | {"by": self.actor}

    def save(self, form: Any) -> str:
        """Move."""
        data = form.cleaned_data
        careers.move_unit(
            career_id=self.career.pk, unit_id=data["unit"].pk, on=data["on"], grounds=data["grounds"], by=self.actor,
            now=timezone.now(),
        )  # fmt: skip
        return self.get_cancel_url()


class End(OfCareer):
    """辞职、退休登记."""

    form_class = EndForm
    title = "辞职、退休登记"
    submit_label = "登记离岗"
    success_message = "已登记离岗。"
    says = "登记后档案保留，不能再修改。清退请走清退程序。"
    danger = True

    def save(self, form: Any) -> str:
        """End it."""
        careers.end_service(career_id=self.career.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        return self.get_cancel_url()
