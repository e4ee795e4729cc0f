"""楼栋: the list, a building as a table of its homes, and what is done about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.rights import may
from governance.ui.views import Action, Column, DetailPage, FormPage, ListPage, Order, find_or_404
from members.filters import BuildingFilterSet
from members.forms import BuildingForm, DayForm, HomesForm
from members.models import Building, Home
from members.selectors import homes as selectors
from members.services import homes
from members.views.shared import EDIT

LIST = ("楼栋", "members:buildings")


class BuildingList(ListPage):
    """楼栋."""

    page = "buildings"
    title = "楼栋"
    noun = "栋"
    filterset_class = BuildingFilterSet
    has_personal_data = False
    count_cap = 1_000
    columns = (
        Column("name", "楼栋", "members/cells/building.html", always=True, phone="title", grow=True),
        Column("lived_in", "住户", lambda row: f"{row.lived_in} 户", phone="inline"),
        Column("entrances", "单元", lambda row: f"{row.entrances} 个单元" if row.entrances else "—", phone="inline"),
        Column("floors", "层数", lambda row: f"{row.floors} 层" if row.floors else "—", secondary=True),
        Column("address", "地址", lambda row: row.address or "—"),
        Column("grid", "网格", lambda row: row.grid.name if row.grid else "—"),
    )
    orders = (Order("name", "按名称", ("name",)), Order("new", "最新登记", ("-pk",)))
    empty_text = "请放宽查找条件，或登记楼栋。"

    def get_queryset(self) -> QuerySet[Building]:
        """Those that stand, in scope."""
        return selectors.buildings(self.actor)

    def get_actions(self) -> Sequence[Action]:
        if not may(self.actor, EDIT):
            return ()
        return (Action("登记楼栋", reverse("members:building_add"), "plus", primary=True),)


class BuildingDetail(DetailPage):
    """One building: entrance by entrance, floor by floor, who lives where."""

    template_name = "members/building.html"
    context_name = "building"

    def get_queryset(self) -> QuerySet[Building]:
        rows: QuerySet[Building] = Building.objects.visible_to(self.actor)
        return rows.select_related("street", "community", "grid")

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.object.name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The table; one entrance alone where `entrance` names it, as on a phone."""
        plan = selectors.plan(self.object)
        asked = self.request.GET.get("entrance")
        shown = [one for one in plan.entrances if asked is None or one.name == asked]
        stands = self.object.removed_on is None
        may_edit = stands and may(self.actor, EDIT)
        return super().get_context_data(
            plan=plan, shown=shown, asked=asked, may_edit=may_edit,
            tidies=may_edit and self.request.GET.get("tidy") == "1",
            may_enter=stands and may(self.actor, "person.enter"), **kwargs,
        )  # fmt: skip


class BuildingAdd(FormPage):
    """登记楼栋."""

    form_class = BuildingForm
    title = "登记楼栋"
    submit_label = "登记"
    success_message = "已登记楼栋。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}

    def save(self, form: Any) -> str:
        made = homes.add_building(facts=form.facts(), by=self.actor, now=timezone.now())
        return reverse("members:building", args=[made.pk])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse("members:buildings")


class _OfBuilding(FormPage):
    """A form about one building in scope that stands."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Building.objects.visible_to(self.actor).filter(removed_on=None)
        self.building: Building = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_cancel_url(self) -> str:
        return reverse("members:building", args=[self.building.pk])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.building.name, self.get_cancel_url()), (self.title, "")]


class BuildingChange(_OfBuilding):
    """修改楼栋."""

    form_class = BuildingForm
    title = "修改楼栋"
    success_message = "已保存。"
    says = "改变所属社区或网格时，楼内的住户和居民随楼一起改变。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}

    def get_initial(self) -> dict[str, Any]:
        names = ("name", "address", "entrances", "floors")
        place = {"unit": self.building.grid_id or self.building.community_id}
        return {name: getattr(self.building, name) for name in names} | place

    def save(self, form: Any) -> str:
        facts = form.facts(self.building)
        homes.change_building(building_id=self.building.pk, facts=facts, by=self.actor, now=timezone.now())
        return self.get_cancel_url()


class BuildingRemove(_OfBuilding):
    """登记拆除."""

    form_class = DayForm
    title = "登记拆除"
    submit_label = "登记拆除"
    says = "拆除后不再出现在楼栋列表，也不能再登记住户；楼内须已没有在册的住户。"
    danger = True
    success_message = "已登记拆除。"

    def save(self, form: Any) -> str:
        homes.remove_building(
            building_id=self.building.pk, on=form.cleaned_data["on"], by=self.actor, now=timezone.now()
        )
        return reverse("members:buildings")


class HomesAdd(_OfBuilding):
    """批量登记房屋."""

    form_class = HomesForm
    title = "批量登记房屋"
    submit_label = "登记房屋"

    def get_initial(self) -> dict[str, Any]:
        return {"entrances": self.building.entrances, "floors": self.building.floors or None, "per_floor": 2}

    def save(self, form: Any) -> str:
        made = homes.add_homes(building_id=self.building.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = f"已登记 {made} 套房屋。"
        return self.get_cancel_url()


class HomeRemove(FormPage):
    """删除房屋: one that was put on record by mistake."""

    form_class = forms.Form
    title = "删除房屋"
    submit_label = "删除"
    danger = True
    says = "登记错了的空房屋可以删除；登记过住户的不能删除。"
    success_message = "已删除。"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Home.objects.filter(building__in=Building.objects.visible_to(self.actor)).select_related("building")
        self.home: Home = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_title(self) -> str:
        return f"删除房屋 {self.home}"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.home.building.name, self.get_cancel_url()), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse("members:building", args=[self.home.building_id])

    def save(self, form: Any) -> str:
        homes.remove_home(home_id=self.home.pk, by=self.actor, now=timezone.now())
        return self.get_cancel_url()
