"""住户: the list, a household's page, putting one on record with its people."""

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
from governance.ui.views import Action, Column, DetailPage, FormPage, ListPage, Order, find_or_404
from members import registry
from members.filters import HouseholdFilterSet
from members.forms import HouseholdForm, MemberForm, TakeInForm
from members.models import Household
from members.services import households, persons
from members.services.households import where
from members.services.persons import Joining

_sensitive = method_decorator(sensitive_post_parameters("identity", "phone"), name="dispatch")


class HouseholdList(ListPage):
    """住户."""

    page = "households"
    title = "住户"
    noun = "户"
    filterset_class = HouseholdFilterSet
    count_cap = 1_000
    page_size = 20
    columns = (
        Column("head", "户主", "members/cells/household.html", always=True, phone="title", grow=True),
        Column("where", "住址", where, phone="inline"),
        Column("size", "人数", lambda row: f"{row.size} 人", phone="inline"),
        Column("kind", "类型", lambda row: row.get_kind_display(), secondary=True),
        Column("grid", "网格", lambda row: row.grid.name if row.grid else "—"),
    )
    orders = (Order("new", "最新登记", ("-pk",)),)
    empty_text = "请放宽查找条件，或登记住户。"

    def get_queryset(self) -> QuerySet[Household]:
        """Open ones in scope."""
        rows: QuerySet[Household] = Household.objects.visible_to(self.actor).open()
        return rows.select_related("grid", "home__building")

    def get_actions(self) -> Sequence[Action]:
        if not may(self.actor, "person.edit"):
            return ()
        return (Action("登记住户", reverse("members:household_add"), "plus", primary=True),)


class HouseholdDetail(DetailPage):
    """One household: who lives in it, and who did."""

    template_name = "members/household_detail.html"
    context_name = "household"

    def get_queryset(self) -> QuerySet[Household]:
        rows: QuerySet[Household] = Household.objects.visible_to(self.actor)
        return rows.select_related("street", "community", "grid", "home__building")

    def get_title(self) -> str:
        return str(self.object)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("住户", reverse("members:households")), (str(self.object), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Members first, then those who left."""
        stays = list(self.object.stays.select_related("person").order_by("pk"))
        now_here = sorted((stay for stay in stays if stay.until_on is None), key=lambda stay: stay.relation != "head")
        return super().get_context_data(
            where=where(self.object), members=now_here, left=[stay for stay in stays if stay.until_on is not None],
            may_edit=self.object.dissolved_on is None and may(self.actor, "person.edit"),
            sections=registry.household_sections(self.request, self.object), has_personal_data=True, **kwargs,
        )  # fmt: skip


class HouseholdAdd(FormPage):
    """登记住户; its people follow."""

    form_class = HouseholdForm
    title = "登记住户"
    submit_label = "登记，接着登记成员"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}

    def save(self, form: Any) -> str:
        household = households.add_household(
            address=form.address_given(), kind=form.cleaned_data["kind"], by=self.actor, now=timezone.now()
        )
        self.success_message = "已登记住户，请登记户主。"
        return reverse("members:member_add", args=[household.pk])

    def get_cancel_url(self) -> str:
        return reverse("members:households")


class _OfHousehold(FormPage):
    """A form about one household in scope."""

    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Household.objects.visible_to(self.actor).select_related("home__building")
        self.household: Household = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_initial(self) -> dict[str, Any]:
        """The first is the head."""
        return {"relation": "other" if self.household.size else "head"}

    def get_cancel_url(self) -> str:
        return reverse("members:household", args=[self.household.pk])

    def joining(self, form: Any) -> Joining:
        """Into this household."""
        data = form.cleaned_data
        return Joining(household_id=self.household.pk, relation=data["relation"], on=data["on"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [
            ("住户", reverse("members:households")),
            (str(self.household), self.get_cancel_url()),
            (self.title, ""),
        ]
        return super().get_context_data(crumbs=crumbs, **kwargs)


@_sensitive
class MemberAdd(_OfHousehold):
    """登记成员."""

    form_class = MemberForm
    title = "登记成员"
    submit_label = "登记"

    def save(self, form: Any) -> str:
        made = persons.add_person(facts=form.facts(), joining=self.joining(form), by=self.actor, now=timezone.now())
        self.success_message = f"已登记 {made.name}。"
        return self.get_cancel_url()


@_sensitive
class TakeIn(_OfHousehold):
    """凭证件迁入."""

    form_class = TakeInForm
    title = "凭证件迁入"
    submit_label = "迁入"
    says = "已在本区其他社区登记的居民，凭身份证号迁入本户，原社区会收到消息。"

    def save(self, form: Any) -> str:
        moved = households.take_in(
            identity=form.cleaned_data["identity"], joining=self.joining(form), by=self.actor, now=timezone.now()
        )
        self.success_message = f"已迁入 {moved.name}。"
        return self.get_cancel_url()
