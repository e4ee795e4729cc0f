"""居民: the list, a person's page, and what is done about a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from accounts.rights import may
from governance.errors import InvalidInput
from governance.privacy.addresses import from_form, person_key, without_numbers
from governance.sheets.buttons import actions_for
from governance.ui import dates
from governance.ui.views import Action, BulkAction, Column, DetailPage, FormPage, ListPage, Order, Tab, find_or_404
from members import registry
from members.filters import HouseholdFilterSet, PersonFilterSet
from members.forms import JoinForm, LeaveForm, PersonForm, RevealForm, heirs_of
from members.models import Household, Person, Stay
from members.selectors import history
from members.services import households, persons, proposals
from members.services.households import where
from members.services.persons import Joining
from members.views.proposals import open_of
from members.views.shared import EDIT, PROPOSED, Proposing, sensitive

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
        alike = [Action("疑似重复", reverse("members:duplicates"), "copy")] if may(self.actor, EDIT) else []
        sheet = actions_for("persons", self.request, self.actor)
        if not may(self.actor, "person.enter"):
            return sheet
        return (*alike, *sheet, Action("登记住户", reverse("members:entry"), "plus", primary=True))

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
        """Where they live and with whom, what became of the record, and what other subjects know."""
        person, here = self.object, self.object.state == "here"
        stays = list(
            person.stays.select_related("household__home__building", "household__community", "household__grid")
            .order_by("-from_on", "-pk")
        )  # fmt: skip
        current = next((stay for stay in stays if stay.until_on is None), None)
        inside = Household.objects.visible_to(self.actor).filter(pk__in=[stay.household_id for stay in stays])
        return super().get_context_data(
            current=current, where=where(current.household) if current else "", family=_family(current, person),
            events=history.of_person(person, stays), inside=set(inside.values_list("pk", flat=True)),
            age=_age(person), may_edit=here and may(self.actor, EDIT),
            may_enter=here and may(self.actor, "person.enter"), may_reveal=may(self.actor, "person.reveal"),
            sees_proposals=may(self.actor, "person.proposals"), proposals=open_of([person.pk], self.actor),
            has_personal_data=True, sections=registry.sections(self.request, person), **kwargs,
        )  # fmt: skip


def _family(current: Stay | None, person: Person) -> list[Stay]:
    """Who lives in the same household."""
    if current is None:
        return []
    rows = Stay.objects.filter(household=current.household_id, until_on=None).exclude(person=person)
    return sorted(rows.select_related("person").order_by("pk"), key=lambda stay: stay.relation != "head")


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


@sensitive
class PersonChange(_OfPerson, Proposing):
    """修改居民档案; a grid worker's goes to the community first."""

    form_class = PersonForm
    template_name = "members/person_form.html"
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
        told: dict[str, Any] = {
            "person_id": self.person.pk, "facts": form.facts(), "by": self.actor, "now": timezone.now()
        }  # fmt: skip
        if self.proposes:
            proposals.propose_change(words=form.cleaned_data["words"], **told)
            self.success_message = PROPOSED
        else:
            persons.change_person(revision=self._revision(), **told)
            self.success_message = "已保存。"
        return self.get_cancel_url()

    def _revision(self) -> int | None:
        """The revision that the form was filled from, where it says so."""
        sent = self.request.POST.get("revision", "")
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "revision": self.request.POST.get("revision") or self.person.revision
        }


class _Gone(_OfPerson, Proposing):
    """迁出, 死亡; a grid worker tells the community, which writes it."""

    form_class = LeaveForm
    danger = True
    how = ""

    def get_form_kwargs(self) -> dict[str, Any]:
        """Where the person is head, the others of the household may follow."""
        asked = {"heirs": heirs_of(self.person), "asks_where": self.how == "moved"}
        return super().get_form_kwargs() | asked

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        told: dict[str, Any] = {
            "person_id": self.person.pk, "on": data["on"], "new_head_id": data.get("new_head"), "by": self.actor,
            "now": timezone.now(),
        }  # fmt: skip
        if self.proposes:
            proposals.propose_gone(how=self.how, to=data.get("to", ""), words=data["words"], **told)
            self.success_message = PROPOSED
        elif self.how == "moved":
            households.leave(to=data["to"], **told)
            self.success_message = f"已登记 {self.person.name} 迁出。"
        else:
            households.die(**told)
            self.success_message = "已登记。"
        return self.get_cancel_url()


class Leave(_Gone):
    """迁出登记."""

    title = "迁出登记"
    says = "迁出后不再计入本社区，档案保留。"
    how = "moved"


class Die(_Gone):
    """死亡登记."""

    title = "死亡登记"
    says = "登记后档案保留，不能再修改。"
    how = "died"


class Join(_OfPerson):
    """迁入另一户: choose the household, then as what and since when."""

    form_class = JoinForm
    template_name = "members/join.html"
    title = "迁入另一户"
    submit_label = "迁入"
    into: Household | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if number := request.GET.get("to", ""):
            rows = Household.objects.visible_to(self.actor).open().select_related("home__building")
            self.into = find_or_404(rows, pk=number if number.isascii() else "0")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"heirs": heirs_of(self.person)}

    def get_initial(self) -> dict[str, Any]:
        return {"relation": "other" if self.into is None or self.into.size else "head"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Households that were searched for, until one is chosen."""
        text = self.request.GET.get("q", "").strip()[:40]
        found: list[tuple[Household, str]] = []
        if self.into is None and text:
            rows = HouseholdFilterSet(None).find(Household.objects.visible_to(self.actor).open(), "q", text)
            found = [(one, where(one)) for one in rows.select_related("home__building").order_by("-pk")[:20]]
        context = {"person": self.person, "into": self.into, "text": text, "found": found}
        return super().get_context_data(where=where(self.into) if self.into else "", **context, **kwargs)

    def save(self, form: Any) -> str:
        if self.into is None:
            raise InvalidInput("请先选择要迁入的住户。")
        data = form.cleaned_data
        joining = Joining(household_id=self.into.pk, relation=data["relation"], on=data["on"])
        households.join(
            person_id=self.person.pk, joining=joining, new_head_id=data.get("new_head"), by=self.actor,
            now=timezone.now(),
        )  # fmt: skip
        self.success_message = f"{self.person.name} 已迁入{self.into}。"
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
