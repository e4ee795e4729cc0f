"""住户: the list, a household's page, putting one on record with its people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.rights import may
from governance.sheets.buttons import actions_for
from governance.ui.views import Action, Column, DetailPage, FormPage, ListPage, Order, find_or_404
from members import registry
from members.filters import HouseholdFilterSet
from members.forms import DayForm, MemberForm, RelationsForm, TakeInForm
from members.models import Household
from members.services import households, persons, proposals
from members.services.households import where
from members.services.persons import Joining
from members.views.proposals import open_of
from members.views.shared import EDIT, PROPOSED, Careful, alike, sensitive, traits_of


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
        sheet = actions_for("households", self.request, self.actor)
        if not may(self.actor, "person.enter"):
            return sheet
        return (*sheet, Action("登记住户", reverse("members:entry"), "plus", primary=True))


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
        is_open = self.object.dissolved_on is None
        return super().get_context_data(
            where=where(self.object), members=now_here, left=[stay for stay in stays if stay.until_on is not None],
            may_edit=is_open and may(self.actor, EDIT), may_enter=is_open and may(self.actor, "person.enter"),
            proposals=open_of([stay.person_id for stay in now_here], self.actor), has_personal_data=True,
            sections=registry.household_sections(self.request, self.object, [stay.person for stay in now_here]),
            **kwargs,
        )  # fmt: skip


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


@sensitive
class MemberAdd(_OfHousehold, Careful):
    """登记成员, one after the other; a grid worker's goes to the community first."""

    form_class = MemberForm
    template_name = "members/member_form.html"
    title = "登记成员"
    submit_label = "登记"

    def look(self, form: Any) -> None:
        """Who is like this."""
        self.alike = alike(traits_of(form.facts(), self.household), self.actor)

    def save(self, form: Any) -> str:
        told: dict[str, Any] = {
            "facts": form.facts(), "joining": self.joining(form), "by": self.actor, "now": timezone.now()
        }  # fmt: skip
        if self.proposes:
            proposals.propose_person(words=form.cleaned_data["words"], **told)
            self.success_message = PROPOSED
        else:
            made = persons.add_person(**told)
            self.success_message = f"已登记 {made.name}。"
        return self.request.get_full_path() if "more" in self.request.POST else self.get_cancel_url()


class Relations(_OfHousehold):
    """户主与成员关系."""

    form_class = RelationsForm
    title = "户主与成员关系"
    success_message = "已保存。"
    says = "每户一名户主；其余成员按与户主的关系填写。"

    def get_initial(self) -> dict[str, Any]:
        return {}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"household": self.household}

    def save(self, form: Any) -> str:
        households.set_relations(
            household_id=self.household.pk, relations=form.relations(), by=self.actor, now=timezone.now()
        )
        return self.get_cancel_url()


class Dissolve(_OfHousehold):
    """注销住户."""

    form_class = DayForm
    title = "注销住户"
    submit_label = "注销"
    says = "只能注销没有成员的住户；记录保留，房屋变为空置。"
    danger = True
    success_message = "已注销住户。"

    def get_initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def save(self, form: Any) -> str:
        households.dissolve(
            household_id=self.household.pk, on=form.cleaned_data["on"], by=self.actor, now=timezone.now()
        )
        return self.get_cancel_url()


@sensitive
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
