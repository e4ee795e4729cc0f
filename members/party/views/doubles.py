"""双报到: the list, a registration's page, reporting, services, ending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from accounts.rights import may
from governance.sheets.buttons import actions_for
from governance.ui.views import Action, Column, DetailPage, FormPage, ListPage, Order, Tab, find_or_404
from members.models import DoubleRegistration
from members.party import forms
from members.party.filters import DoubleFilterSet
from members.party.services import doubles
from members.party.services._common import check_owner
from members.party.views._common import decides
from members.party.views.members import person_asked, sees_person


class DoubleList(ListPage):
    """双报到."""

    page = "party_doubles"
    title = "双报到"
    noun = "人"
    filterset_class = DoubleFilterSet
    count_cap = 1_000
    page_size = 20
    columns = (
        Column("name", "姓名", "members/party/cells/double.html", always=True, phone="title", grow=True),
        Column("own", "组织关系所在党组织", "own_organisation"),
        Column("employer", "工作单位", "employer", secondary=True),
        Column("organisation", "报到党组织", "members/party/cells/organisation.html"),
        Column("services", "服务", lambda row: f"{row.services} 次", phone="inline", num=True),
        Column("last", "最近服务", "last_service_on", phone="inline"),
        Column("from_on", "报到日期", "from_on", secondary=True, phone="hidden"),
    )
    orders = (Order("new", "最新报到", ("-pk",)),)
    tabs = (Tab("", "报到中", Q(until_on=None)), Tab("ended", "已结束", ~Q(until_on=None)))
    empty_text = "请登记到本社区报到的在职党员。"

    def get_queryset(self) -> QuerySet[DoubleRegistration]:
        rows: QuerySet[DoubleRegistration] = DoubleRegistration.objects.visible_to(self.actor)
        return rows.select_related("person", "organisation").defer("person__search")

    def row_label(self, row: Any) -> str:
        return str(row.person.name)

    def get_actions(self) -> Sequence[Action]:
        sheet = actions_for("party_doubles", self.request, self.actor)
        if not may(self.actor, "party.edit"):
            return sheet
        return (*sheet, Action("登记报到", reverse("members:party_report"), "plus", primary=True))


class DoublePage(DetailPage):
    """One registration with what was done."""

    template_name = "members/party/double.html"
    context_name = "registration"

    def get_queryset(self) -> QuerySet[DoubleRegistration]:
        rows: QuerySet[DoubleRegistration] = DoubleRegistration.objects.visible_to(self.actor)
        return rows.select_related("person", "organisation").defer("person__search")

    def get_title(self) -> str:
        return str(self.object.person.name)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("双报到", reverse("members:party_doubles")), (self.object.person.name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one = self.object
        return super().get_context_data(
            done=one.done.order_by("-on", "-pk"), sees_person=sees_person(self.actor, one.person),
            may_edit=one.until_on is None and decides(self.actor, one.organisation), **kwargs,
        )  # fmt: skip


@method_decorator(sensitive_post_parameters("who"), name="dispatch")
class Report(FormPage):
    """登记报到."""

    template_name = "ui/form_searching.html"
    form_class = forms.ReportForm
    title = "登记双报到"
    submit_label = "登记"
    has_personal_data = True
    says = "组织关系在单位、居住在本辖区的党员，到居住地党组织报到。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}

    def get_initial(self) -> dict[str, Any]:
        """The person from whose page one comes."""
        return person_asked(self.request, self.actor)

    def get_cancel_url(self) -> str:
        return reverse("members:party_doubles")

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("双报到", self.get_cancel_url()), (self.title, "")]

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        made = doubles.report(
            organisation_id=data["organisation"], person_id=data["person_id"], employer=data["employer"],
            own_organisation=data["own_organisation"], on=data["on"], by=self.actor, now=timezone.now(),
        )  # fmt: skip
        self.success_message = f"已登记 {made.person.name} 报到。"
        return reverse("members:party_double", args=[made.pk])


class _OfDouble(FormPage):
    """A form about one registration in scope."""

    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = DoubleRegistration.objects.visible_to(self.actor).select_related("person", "organisation")
        self.registration: DoubleRegistration = find_or_404(rows.defer("person__search"), pk=kwargs["pk"])
        check_owner(self.registration.organisation, self.actor)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_cancel_url(self) -> str:
        return reverse("members:party_double", args=[self.registration.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [
            ("双报到", reverse("members:party_doubles")), (self.registration.person.name, self.get_cancel_url()),
            (self.title, ""),
        ]  # fmt: skip
        return super().get_context_data(crumbs=crumbs, **kwargs)


class ReportEnd(_OfDouble):
    """结束报到."""

    form_class = forms.ReportEndForm
    title = "结束报到"
    submit_label = "结束"
    danger = True

    def save(self, form: Any) -> str:
        doubles.end_report(
            registration_id=self.registration.pk, by=self.actor, now=timezone.now(), **form.cleaned_data
        )  # fmt: skip
        self.success_message = "已结束报到。"
        return self.get_cancel_url()


class Service(_OfDouble):
    """登记服务."""

    form_class = forms.ServiceForm
    title = "登记服务"
    submit_label = "登记"

    def save(self, form: Any) -> str:
        doubles.add_service(
            registration_id=self.registration.pk, by=self.actor, now=timezone.now(), **form.cleaned_data
        )  # fmt: skip
        self.success_message = "已登记。"
        return self.get_cancel_url()
