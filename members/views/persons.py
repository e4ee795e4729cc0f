"""居民: the list, a person's page, and what is done about a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from accounts.rights import may
from governance.privacy.addresses import from_form, person_key, without_numbers
from governance.ui import dates
from governance.ui.views import Action, BulkAction, Column, DetailPage, FormPage, ListPage, Order, Tab, find_or_404
from members import registry
from members.filters import PersonFilterSet
from members.forms import LeaveForm, PersonForm, RevealForm
from members.models import Person, Stay
from members.services import households, persons
from members.services.households import where

_sensitive = method_decorator(sensitive_post_parameters("identity", "phone"), name="dispatch")
LIST = ("居民", "members:persons")


def _home(person: Any) -> str:
    stay = next(iter(person.now_in), None)
    return where(stay.household) if stay else "—"


def _age(person: Person) -> str:
    if person.born_on is None:
        return "—"
    today = timezone.localdate()
    had = (today.month, today.day) >= (person.born_on.month, person.born_on.day)
    return f"{today.year - person.born_on.year - (not had)} 岁"


class PersonList(ListPage):
    """居民."""

    page = "persons"
    title = "居民"
    noun = "人"
    filterset_class = PersonFilterSet
    count_cap = 1_000
    page_size = 20
    columns = (
        Column("name", "姓名", "members/cells/name.html", always=True, phone="title", grow=True),
        Column("gender", "性别", lambda person: person.get_gender_display() or "—", phone="inline"),
        Column("age", "年龄", _age, phone="inline"),
        Column("identity_masked", "身份证号", secondary=True),
        Column("phone_masked", "联系电话", secondary=True),
        Column("home", "住址", _home),
        Column("grid", "网格", lambda person: person.grid.name if person.grid else "—"),
        Column("residence", "居住情况", lambda person: person.get_residence_display(), default=False),
        Column("changed_at", "更新时间", lambda person: dates.short(person.changed_at), default=False),
    )
    orders = (Order("new", "最新登记", ("-pk",)),)
    tabs = (
        Tab("here", "在册", Q(state="here")),
        Tab("left", "已迁出", Q(state="left")),
        Tab("dead", "已故", Q(state="dead")),
    )
    empty_text = "请放宽查找条件，或登记住户和居民。"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list. A full number that was typed into the address leaves it at once."""
        if person_key(request.GET.get("q", "")):
            return HttpResponseRedirect(f"{request.path}?{without_numbers(request.GET).urlencode()}")
        return super().get(request, *args, **kwargs)

    @property
    def bulk_actions(self) -> Sequence[BulkAction]:  # type: ignore[override]
        """What other subjects do with many people."""
        return registry.person_actions()

    def get_queryset(self) -> QuerySet[Person]:
        """In scope, each with the household of now."""
        now_in = Stay.objects.filter(until_on=None).select_related("household__home__building")
        rows: QuerySet[Person] = Person.objects.visible_to(self.actor).select_related("grid")
        return rows.defer("search").prefetch_related(Prefetch("stays", now_in, to_attr="now_in"))

    def get_actions(self) -> Sequence[Action]:
        """People are put on record with their household."""
        if not may(self.actor, "person.edit"):
            return ()
        return (Action("登记住户", reverse("members:household_add"), "plus", primary=True),)

    def extra_context(self) -> dict[str, Any]:
        """A send without scripts is a POST: a full number must not stand in an address."""
        return {"find_url": reverse("members:find")}


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """The filters as they were typed; a full number becomes its keyed hash."""
    target = f"{reverse('members:persons')}?{from_form(request.POST).urlencode()}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


class PersonDetail(DetailPage):
    """One person: what is known, where they have lived."""

    template_name = "members/person_detail.html"
    context_name = "person"

    def get_queryset(self) -> QuerySet[Person]:
        """In scope."""
        rows: QuerySet[Person] = Person.objects.visible_to(self.actor).defer("search")
        return rows.select_related("street", "community", "grid", "merged_into")

    def get_title(self) -> str:
        return str(self.object.name)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("居民", reverse("members:persons")), (self.object.name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The stays, newest first; who may change and look."""
        stays = self.object.stays.select_related("household__home__building").order_by("-from_on", "-pk")
        rows = [(stay, where(stay.household)) for stay in stays]
        here = self.object.state == "here"
        return super().get_context_data(
            stays=rows, age=_age(self.object), may_edit=here and may(self.actor, "person.edit"),
            may_reveal=may(self.actor, "person.reveal"), has_personal_data=True,
            sections=registry.sections(self.request, self.object), **kwargs,
        )  # fmt: skip


class _OfPerson(FormPage):
    """A form about one person in scope."""

    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person: Person = find_or_404(Person.objects.visible_to(self.actor), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_cancel_url(self) -> str:
        return reverse("members:person", args=[self.person.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Under the person's page."""
        crumbs = [("居民", reverse("members:persons")), (self.person.name, self.get_cancel_url()), (self.title, "")]
        return super().get_context_data(crumbs=crumbs, **kwargs)


@_sensitive
class PersonChange(_OfPerson):
    """修改居民档案."""

    form_class = PersonForm
    title = "修改居民档案"

    def get_initial(self) -> dict[str, Any]:
        """As it stands; full numbers are not shown, and are changed by typing new ones."""
        names = ("name", "gender", "born_on", "residence", "employer", "notes")
        return {name: getattr(self.person, name) for name in names}

    def get_form(self, form_class: Any = None) -> Any:
        """With what is there already beside the numbers."""
        form = super().get_form(form_class)
        for name in ("identity", "phone"):
            masked = getattr(self.person, f"{name}_masked") or "未登记"
            form.fields[name].help_text = f"现为 {masked}；不改则留空。"
        return form

    def save(self, form: Any) -> str:
        persons.change_person(person_id=self.person.pk, facts=form.facts(), by=self.actor, now=timezone.now())
        self.success_message = "已保存。"
        return self.get_cancel_url()


class _Gone(_OfPerson):
    """迁出, 死亡."""

    form_class = LeaveForm
    danger = True
    asks_where = False

    def get_form_kwargs(self) -> dict[str, Any]:
        """Where the person is head, the others of the household may follow."""
        stay = self.person.stays.filter(until_on=None).first()
        heirs: list[tuple[int, str]] = []
        if stay is not None and stay.relation == "head":
            others = Stay.objects.filter(household=stay.household_id, until_on=None).exclude(pk=stay.pk)
            heirs = list(others.order_by("pk").values_list("person_id", "person__name"))
        return super().get_form_kwargs() | {"heirs": heirs, "asks_where": self.asks_where}


class Leave(_Gone):
    """迁出登记."""

    title = "迁出登记"
    says = "迁出后不再计入本社区，档案保留。"
    asks_where = True

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        households.leave(
            person_id=self.person.pk, on=data["on"], to=data["to"], new_head_id=data.get("new_head"), by=self.actor,
            now=timezone.now(),
        )  # fmt: skip
        self.success_message = f"已登记 {self.person.name} 迁出。"
        return self.get_cancel_url()


class Die(_Gone):
    """死亡登记."""

    title = "死亡登记"
    says = "登记后档案保留，不能再修改。"

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        households.die(
            person_id=self.person.pk, on=data["on"], new_head_id=data.get("new_head"), by=self.actor, now=timezone.now()
        )
        self.success_message = "已登记。"
        return self.get_cancel_url()


class Reveal(_OfPerson):
    """查看完整号码: shown once, on the answer to the form."""

    form_class = RevealForm
    template_name = "members/reveal.html"
    title = "查看完整号码"
    submit_label = "查看"
    says = "查看记入审计，请如实填写事由。"

    @sensitive_variables("number")
    def save(self, form: Any) -> HttpResponse:
        number = persons.reveal(person_id=self.person.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        label = dict(form.fields["field"].choices)[form.cleaned_data["field"]]
        return self.render_to_response(self.get_context_data(form=form, number=number, label=label))
