"""What is done about a party household."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.decorators.http import require_POST

from governance import search
from governance.errors import DomainError
from governance.scope import Actor
from governance.ui import dates
from governance.ui.views import FormPage, find_or_404
from members.models import Household, PartyHousehold, PartyMembership
from members.party_households import forms, selectors
from members.party_households.limits import MOST, warning_of
from members.party_households.services import naming, rounds, ties
from members.party_households.views.pages import LIST
from members.services.households import where

OFFERED = 60


def _numbers(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


class Open(FormPage):
    """设立中心户: a member found by name, or come from their page."""

    form_class = forms.OpenForm
    template_name = "members/party_households/open.html"
    title = "设立党员中心户"
    submit_label = "设立，接着选联系户"
    has_personal_data = True

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def get_initial(self) -> dict[str, Any]:
        return {"person": next(iter(_numbers(self.request.GET.getlist("person"))), None)}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"offered": self._offered()}

    def _offered(self) -> list[tuple[int, str]]:
        """Party members who live here: found by name, without one all whose household looks after nobody yet."""
        chosen = _numbers(self.request.GET.getlist("person") + self.request.POST.getlist("person"))
        asked, text = Q(person_id__in=chosen), self.request.GET.get("q", "").strip()
        if self.request.method == "GET" and text:
            words = search.query(text)
            asked |= Q(person__search=words) if words is not None else Q(pk=None)
        elif not chosen:
            asked = Q()
        taken = PartyHousehold.objects.open().values("person_id")
        rows = PartyMembership.objects.current().filter(asked, person__community_id=self.actor.community_id)
        rows = rows.filter(person__state="here").exclude(person_id__in=taken).select_related("person__grid")
        rows = rows.select_related("organisation").defer("person__search").order_by("person_id")[:OFFERED]
        return [(row.person_id, _label(row)) for row in rows]

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        made = naming.open_party_household(
            person_id=data["person"], facts=form.facts(), on=data["on"], by=self.actor, now=timezone.now()
        )
        self.success_message = f"已设立{made}，请选择联系的住户。"
        return reverse("members:party_household_homes", args=[made.pk])


def _label(row: PartyMembership) -> str:
    grid = row.person.grid.name if row.person.grid else "未划入网格"
    return f"{row.person.name} {row.get_category_display()} {row.organisation.name} {grid}"


class _OfHub(FormPage):
    """A form about one in scope."""

    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = selectors.with_all(PartyHousehold.objects.visible_to(self.actor))
        self.hub: PartyHousehold = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.hub.person.name, self.get_cancel_url()), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse("members:party_household", args=[self.hub.pk])

    def do(self, service: Any, **values: Any) -> Any:
        """Call a service about it."""
        return service(party_household_id=self.hub.pk, by=self.actor, now=timezone.now(), **values)


class Change(_OfHub):
    """修改挂牌和职责."""

    form_class = forms.FactsForm
    title = "修改挂牌和职责"

    def get_initial(self) -> dict[str, Any]:
        return {"sign_number": self.hub.sign_number, "duties": self.hub.duties}

    def save(self, form: Any) -> str:
        self.do(naming.change_party_household, facts=form.facts())
        self.success_message = "已保存。"
        return self.get_cancel_url()


class Homes(_OfHub):
    """选择联系户: the homes of one building that nobody looks after; the nearest building first."""

    form_class = forms.HomesForm
    template_name = "members/party_households/homes.html"
    title = "选择联系户"
    submit_label = "联系这些住户"

    @cached_property
    def near(self) -> list[selectors.Near]:
        """The buildings to choose from."""
        return selectors.near_buildings(self.hub)

    @cached_property
    def building_id(self) -> int:
        """The building asked for, else the nearest; 0 for homes outside buildings."""
        asked = next(iter(_numbers([self.request.GET.get("building", "")])), None)
        first = self.near[0].building.pk if self.near else 0
        return first if asked is None else asked

    @cached_property
    def free(self) -> list[Household]:
        """Its homes that nobody looks after."""
        return selectors.free_homes(self.hub, self.building_id)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"offered": [(home.pk, _home_label(home)) for home in self.free]}

    def get_says(self) -> str:
        return f"已联系 {self.hub.homes} 户，一般联系 10 至 {MOST} 户。已由其他中心户联系的不在这里列出。"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        near = {"near": self.near[:40], "more": max(0, len(self.near) - 40), "building_id": self.building_id}
        return super().get_context_data(hub=self.hub, free=self.free, **near, **kwargs)

    def save(self, form: Any) -> str:
        hub = self.do(ties.look_after, household_ids=form.cleaned_data["households"])
        self.success_message = f"已联系 {hub.homes} 户。{warning_of(hub.homes)}"
        return self.get_cancel_url()


def _home_label(home: Any) -> str:
    place = f"{home.home.entrance}{home.home.room}" if home.home is not None else home.address
    return f"{place} {home.head_name or '户主未登记'}（{home.size} 人）"


class LetGo(_OfHub):
    """调整联系户."""

    form_class = forms.LetGoForm
    template_name = "members/party_households/choices.html"
    title = "调整联系户"
    submit_label = "调整"
    says = "勾选不再由该中心户联系的住户，可以直接改由本社区其他中心户联系。"

    def get_form_kwargs(self) -> dict[str, Any]:
        homes = [(home.household.pk, _full_label(home)) for home in selectors.homes_of(self.hub)]
        others = PartyHousehold.objects.visible_to(self.actor).open().filter(community_id=self.hub.community_id)
        rows = others.exclude(pk=self.hub.pk).select_related("person", "grid").defer("person__search")
        named = [
            (one.pk, f"{one.grid.name} {one.person.name}（{one.homes} 户）") for one in rows.order_by("grid__code")
        ]
        return super().get_form_kwargs() | {"offered": homes, "others": named}

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        if data["to"]:
            to = self.do(ties.pass_on, household_ids=data["households"], to_id=data["to"])
            self.success_message = f"已改由{to}联系。"
        else:
            self.do(ties.let_go, household_ids=data["households"])
            self.success_message = "已调整。"
        return self.get_cancel_url()


def _full_label(home: selectors.Home) -> str:
    visited = f"，{dates.day(home.visited_on)} 走访过" if home.visited_on else ""
    return f"{where(home.household)} {home.household.head_name or '户主未登记'}{visited}"


class Visit(_OfHub):
    """记走访, on the phone at the door."""

    form_class = forms.VisitForm
    template_name = "members/party_households/choices.html"
    title = "记走访"
    submit_label = "保存走访"

    def get_initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def get_form_kwargs(self) -> dict[str, Any]:
        homes = [(home.household.pk, _full_label(home)) for home in selectors.homes_of(self.hub)]
        return super().get_form_kwargs() | {"offered": homes}

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        self.do(rounds.record_visit, on=data["on"], household_ids=data["households"], words=data["words"])
        self.success_message = f"已记走访 {len(data['households'])} 户。"
        return self.get_cancel_url()


class Report(_OfHub):
    """记反映."""

    form_class = forms.ReportForm
    title = "记反映的情况"
    submit_label = "保存"

    def get_initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def save(self, form: Any) -> str:
        self.do(rounds.record_report, **form.cleaned_data)
        self.success_message = "已记录。"
        return self.get_cancel_url()


class End(_OfHub):
    """终止中心户."""

    form_class = forms.EndForm
    title = "终止中心户"
    submit_label = "终止"
    danger = True

    def get_says(self) -> str:
        return f"终止后，联系的 {self.hub.homes} 户暂时无人联系，走访和反映的记录保留。"

    def get_initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def save(self, form: Any) -> str:
        self.do(naming.end_party_household, **form.cleaned_data)
        self.success_message = "已终止，记录保留。"
        return self.get_cancel_url()


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """迁居后继续."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    find_or_404(PartyHousehold.objects.visible_to(actor), pk=pk)
    try:
        naming.confirm_party_household(party_household_id=pk, by=actor, now=timezone.now())
        messages.success(request, "已确认，从现住处继续。")
    except DomainError as refused:
        messages.error(request, refused.message)
    return HttpResponseRedirect(reverse("members:party_household", args=[pk]))
