"""新就业群体: couriers and riders, and the account by which each reports."""

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
from governance.ui.views import Action, Column, DetailPage, FormPage, Order, Tab, find_or_404
from members.designations import couriers, selectors
from members.designations.filters import CourierFilterSet
from members.designations.forms import AccountForm, CourierForm, EndForm, NewCourierForm
from members.designations.views.designations import term_of
from members.models import Courier, Designation, Person
from members.views.of_people import OfPeopleList, may_open

LIST = ("新就业群体", "members:couriers")
_sensitive = method_decorator(sensitive_post_parameters("identity", "phone"), name="dispatch")


def in_scope(actor: Any) -> Any:
    """Couriers with what a row of the list names."""
    rows = Courier.objects.visible_to(actor).select_related("person", "street", "community", "user")
    return rows.defer("person__search")


def list_tabs() -> Sequence[Tab]:
    """Riding, and no more."""
    return (
        Tab("", "在册", narrow=lambda rows, request: rows.filter(until_on=None)),
        Tab("ended", "已退出", narrow=lambda rows, request: rows.exclude(until_on=None)),
    )


class CourierList(OfPeopleList):
    """Couriers and riders."""

    page = "couriers"
    title = "新就业群体"
    noun = "人"
    filterset_class = CourierFilterSet
    columns = (
        Column("person", "姓名", "members/designations/cells/courier.html", always=True, phone="title", grow=True),
        Column("trade", "职业", lambda row: row.get_trade_display(), phone="inline"),
        Column("company", "平台、企业", "company", phone="lead"),
        Column("station", "站点", lambda row: row.station or "—"),
        Column("community", "站点所在社区", "community.name"),
        Column("phone", "联系电话", lambda row: row.person.phone_masked or "—", secondary=True),
        Column("named", "称号", lambda row: "、".join(row.named) or "—"),
        Column("account", "平台账号", lambda row: row.user.username if row.user else "未绑定"),
    )
    orders = (Order("new", "最新登记", ("-pk",)),)
    empty_text = "请放宽查找条件，或登记快递员、外卖骑手。"

    def get_tabs(self) -> Sequence[Tab]:
        """Riding, and no more."""
        return list_tabs()

    def get_queryset(self) -> QuerySet[Courier]:
        """In scope."""
        found: QuerySet[Courier] = in_scope(self.actor)
        return found

    def complete(self, objects: Sequence[Any]) -> None:
        """What the page's couriers are named, in one statement."""
        names: dict[int, list[str]] = {row.person_id: [] for row in objects}
        running = Designation.objects.in_force(timezone.localdate()).filter(person_id__in=names)
        for person_id, name in running.order_by("kind__order").values_list("person_id", "kind__name"):
            names[person_id].append(name)
        for row in objects:
            row.named = list(dict.fromkeys(names[row.person_id]))

    def get_actions(self) -> Sequence[Action]:
        """In and out as a spreadsheet, and the way to a new one."""
        sheet = actions_for("couriers", self.request, self.actor)
        if not may(self.actor, couriers.EDIT):
            return sheet
        return (*sheet, Action("登记骑手", reverse("members:courier_add"), "plus", primary=True))


class CourierDetail(DetailPage):
    """One courier: work, account, designations."""

    template_name = "members/designations/courier.html"
    context_name = "courier"

    def get_queryset(self) -> QuerySet[Courier]:
        """In scope."""
        found: QuerySet[Courier] = in_scope(self.actor).prefetch_related("units")
        return found

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.object.person.name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What they are named, and who may change what."""
        courier, today = self.object, timezone.localdate()
        own = self.actor.unit_id in (courier.community_id, courier.street_id)
        rows = selectors.with_all(Designation.objects.filter(person_id=courier.person_id))
        lines = [
            (row, term_of(row), row.until_on is None or row.until_on >= today)
            for row in rows.exclude(ended_how="merged").order_by("-from_on", "-pk")
        ]
        return super().get_context_data(
            lines=lines, may_edit=own and courier.until_on is None and may(self.actor, couriers.EDIT),
            may_name=courier.until_on is None and may(self.actor, "designation.edit"),
            may_open=may_open(self.actor, courier.person), **kwargs,
        )  # fmt: skip


@_sensitive
class CourierAdd(FormPage):
    """登记骑手: somebody new, or `?person=` somebody who is known."""

    title = "登记骑手"
    submit_label = "登记"
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person: Person | None = None
        if asked := request.GET.get("person"):
            self.person = find_or_404(Person.objects.visible_to(self.actor).here(), pk=asked)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_form_class(self) -> Any:
        return CourierForm if self.person else NewCourierForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}

    def get_says(self) -> str:
        return f"为 {self.person.name} 登记。" if self.person else "没有登记过的骑手，同时登记为站点所在社区的居民。"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def save(self, form: Any) -> str:
        who = {"person_id": self.person.pk} if self.person else {"person": form.person_facts()}
        made = couriers.add_courier(facts=form.courier_facts(), by=self.actor, now=timezone.now(), **who)
        self.success_message = f"已登记 {made.person.name}。"
        return reverse("members:courier", args=[made.pk])


class _OfCourier(FormPage):
    """A form about one courier in scope."""

    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.courier: Courier = find_or_404(in_scope(self.actor), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.courier.person.name, self.get_cancel_url()), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse("members:courier", args=[self.courier.pk])


class CourierChange(_OfCourier):
    """修改骑手档案."""

    form_class = CourierForm
    title = "修改骑手档案"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}

    def get_initial(self) -> dict[str, Any]:
        one = self.courier
        return {
            "trade": one.trade, "company": one.company, "unit": one.community_id, "station": one.station,
            "routes": one.routes, "units": list(one.units.values_list("pk", flat=True)),
        }  # fmt: skip

    def save(self, form: Any) -> str:
        couriers.change_courier(
            courier_id=self.courier.pk, facts=form.courier_facts(), by=self.actor, now=timezone.now()
        )
        self.success_message = "已保存。"
        return self.get_cancel_url()


class CourierAccount(_OfCourier):
    """绑定平台账号."""

    form_class = AccountForm
    title = "绑定平台账号"
    says = "绑定后，骑手登录即可看到自己的称号、上报和积分说明，上报记为“随手拍”。"

    def get_initial(self) -> dict[str, Any]:
        return {"username": self.courier.user.username if self.courier.user else ""}

    def save(self, form: Any) -> str:
        couriers.link_account(
            courier_id=self.courier.pk, username=form.cleaned_data["username"], by=self.actor, now=timezone.now()
        )
        self.success_message = "已保存。"
        return self.get_cancel_url()


class CourierEnd(_OfCourier):
    """退出登记."""

    form_class = EndForm
    title = "退出登记"
    submit_label = "退出"
    danger = True
    says = "退出后，面向新就业群体的称号一并结束，记录保留。"

    def get_initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def save(self, form: Any) -> str:
        couriers.end_courier(courier_id=self.courier.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = "已登记退出。"
        return self.get_cancel_url()
