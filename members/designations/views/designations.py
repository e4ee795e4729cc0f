"""称号: who was named what; naming one and many, correcting, ending."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from accounts.rights import may
from governance import search
from governance.errors import DomainError
from governance.scope import Actor
from governance.sheets.buttons import actions_for
from governance.ui import dates
from governance.ui.views import (
    Action,
    BulkAction,
    BulkRun,
    Column,
    FormPage,
    Order,
    Outcome,
    Refused,
    Tab,
    find_or_404,
)
from members.designations import selectors, services
from members.designations.filters import DesignationFilterSet
from members.designations.forms import ChangeForm, EndForm, NamingForm, PeopleNamingForm
from members.designations.services import Naming
from members.models import Courier, Designation, PartyMembership, PartyOrganisation, Person
from members.views.of_people import OfPeopleList, may_open

LIST = ("称号", "members:designations")
OFFERED = 60
MOST_LISTED = 300


def term_of(row: Designation) -> str:
    """From when to when."""
    return f"{dates.day(row.from_on)} 至 {dates.day(row.until_on) if row.until_on else '今'}"


def list_tabs() -> Sequence[Tab]:
    """In force today, to be looked at, ended."""
    today = timezone.localdate()
    runs = Q(until_on=None) | Q(until_on__gte=today)
    return (
        Tab("now", "在任", runs),
        Tab("moved", "迁居待核", runs & Q(moved_on__isnull=False), tone="soon"),
        Tab("ended", "已结束", Q(until_on__lt=today)),
        Tab("all", "全部", Q()),
    )


class DesignationList(OfPeopleList):
    """Who was named what."""

    page = "designations"
    title = "五雁、十员、居民骨干"
    noun = "人次"
    filterset_class = DesignationFilterSet
    unfolded = 4
    columns = (
        Column("person", "姓名", "members/designations/cells/person.html", always=True, phone="title", grow=True),
        Column("kind", "称号", "kind.name", phone="lead"),
        Column("unit", "所在单位", "members/designations/cells/unit.html"),
        Column("term", "任期", term_of),
        Column("grounds", "依据", secondary=True),
        Column("named_by", "命名单位", "named_by_unit", default=False),
        Column("state", "状态", "members/designations/cells/state.html", phone="inline"),
        Column("actions", "操作", "members/designations/cells/actions.html", always=True, phone="actions"),
    )
    orders = (Order("new", "最新登记", ("-pk",)),)
    empty_text = "请放宽查找条件，或为居民命名。"

    def get_tabs(self) -> Sequence[Tab]:
        """In force today, to be looked at, ended."""
        return list_tabs()

    def get_queryset(self) -> QuerySet[Designation]:
        """In scope."""
        return selectors.with_all(Designation.objects.visible_to(self.actor).exclude(ended_how="merged"))

    def complete(self, objects: Sequence[Any]) -> None:
        """Whose page may be opened, which of them run."""
        today = timezone.localdate()
        for row in objects:
            row.may_open = may_open(self.actor, row.person)
            row.runs = row.until_on is None or row.until_on >= today
            row.may_edit = row.runs and not row.ended_how and self._names_in(row)

    def _names_in(self, row: Designation) -> bool:
        """A street changes its own, a community its own and its grids'."""
        if not may(self.actor, services.EDIT):
            return False
        return self.actor.unit_id in (row.unit_id, row.community_id)

    def row_tone(self, row: Any) -> str:
        """Those that wait for a word."""
        return "soon" if row.moved_on and row.runs else ""

    def get_actions(self) -> Sequence[Action]:
        """Counts, and the way to a new one."""
        found = [Action("分类统计", reverse("members:designation_figures"), "chart-bar")]
        found += actions_for("designations", self.request, self.actor)
        if may(self.actor, services.EDIT):
            found.append(Action("命名", reverse("members:designation_add"), "plus", primary=True))
        return found


def name_all(ids: Iterable[int], naming: Naming, by: Actor, labels: dict[int, str]) -> Outcome:
    """One after the other; who could not be named is told with the reason."""
    done, refused = 0, []
    for pk in ids:
        try:
            services.name_person(person_id=pk, naming=naming, by=by, now=timezone.now())
            done += 1
        except DomainError as error:
            refused.append(Refused(labels.get(pk, f"第 {pk} 号"), error.message))
    return Outcome(done, refused)


def _bulk_form(request: HttpRequest, data: QueryDict | None) -> NamingForm:
    return NamingForm(data, by=request.actor)  # type: ignore[attr-defined]


def _bulk(run: BulkRun) -> Outcome:
    labels = dict(run.queryset.values_list("pk", "name"))
    return name_all(run.ids, run.form.naming(), run.actor, labels)  # type: ignore[union-attr]


NAME_MANY = BulkAction(
    "designate", "批量命名", run=_bulk, form=_bulk_form, right=services.EDIT, icon="award",
    says="逐人命名，已有同一称号的会跳过并说明原因。",
)  # fmt: skip


class DesignationAdd(FormPage):
    """命名: people found by name, of a party organisation, or come from their page."""

    form_class = PeopleNamingForm
    template_name = "members/designations/add.html"
    title = "命名"
    submit_label = "命名"
    has_personal_data = True

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the list."""
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse("members:designations")

    def get_initial(self) -> dict[str, Any]:
        """Who was named in the address is chosen."""
        asked = self.request.GET.getlist("person")
        return {"people": [int(pk) for pk in asked if pk.isascii() and pk.isdigit() and len(pk) < 19]}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Those offered: found, or typed before."""
        return super().get_form_kwargs() | {"by": self.actor, "offered": self._offered()}

    def _offered(self) -> list[tuple[int, str]]:
        rows = Person.objects.visible_to(self.actor) | Person.objects.filter(pk__in=self._couriers())
        found = list(rows.here().filter(self._asked()).select_related("grid").defer("search").order_by("pk")[:OFFERED])
        return [(person.pk, _label(person)) for person in found]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the organisations whose members may be listed."""
        rows = PartyOrganisation.objects.visible_to(self.actor).open().order_by("kind", "name")
        return super().get_context_data(organisations=rows.values_list("pk", "name")[:MOST_LISTED], **kwargs)

    def _couriers(self) -> Any:
        return Courier.objects.visible_to(self.actor).open().values("person_id")

    def _asked(self) -> Q:
        ids = self.request.GET.getlist("person") + self.request.POST.getlist("people")
        asked = Q(pk__in=[int(pk) for pk in ids if pk.isascii() and pk.isdigit() and len(pk) < 19])
        if self.request.method == "POST":
            return asked
        if words := search.query(self.request.GET.get("q", "").strip()):
            asked |= Q(search=words)
        organisation = self.request.GET.get("organisation", "")
        if organisation.isascii() and organisation.isdigit() and len(organisation) < 19:
            members = PartyMembership.objects.visible_to(self.actor).current()
            asked |= Q(pk__in=members.filter(organisation_id=int(organisation)).values("person_id"))
        return asked

    def save(self, form: Any) -> str | HttpResponse:
        people = form.cleaned_data["people"]
        if len(people) == 1:
            made = services.name_person(person_id=people[0], naming=form.naming(), by=self.actor, now=timezone.now())
            self.success_message = f"已命名 {made.person.name} 为{made.kind.name}。"
            return reverse("members:designations")
        outcome = name_all(people, form.naming(), self.actor, dict(form.fields["people"].choices))
        messages.success(self.request, f"已命名 {outcome.done} 人。")
        for one in outcome.refused:
            messages.warning(self.request, f"{one.label}：{one.message}")
        return HttpResponseRedirect(reverse("members:designations"))


def _label(person: Person) -> str:
    facts = [person.get_gender_display(), f"{person.born_on.year} 年生" if person.born_on else "", person.phone_masked]
    where = person.grid.name if person.grid else ""
    return " ".join([person.name, *(fact for fact in [*facts, where] if fact)])


class _OfDesignation(FormPage):
    """A form about one in scope."""

    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = selectors.with_all(Designation.objects.visible_to(self.actor))
        self.designation: Designation = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the list."""
        return [(LIST[0], reverse(LIST[1])), (f"{self.title}：{self.designation}", "")]

    def get_cancel_url(self) -> str:
        return reverse("members:designations")

    def get_says(self) -> str:
        one = self.designation
        return f"{one.person.name}，{one.kind.name}，{one.unit.name}，{term_of(one)}。"


class DesignationChange(_OfDesignation):
    """修改任期和依据."""

    form_class = ChangeForm
    title = "修改称号"

    def get_initial(self) -> dict[str, Any]:
        return {"until_on": self.designation.until_on, "grounds": self.designation.grounds}

    def save(self, form: Any) -> str:
        services.change_designation(
            designation_id=self.designation.pk, by=self.actor, now=timezone.now(), **form.cleaned_data
        )
        self.success_message = "已保存。"
        return reverse("members:designations")


class DesignationEnd(_OfDesignation):
    """不再担任."""

    form_class = EndForm
    title = "结束称号"
    submit_label = "结束"
    danger = True

    def get_initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def save(self, form: Any) -> str:
        services.end_designation(
            designation_id=self.designation.pk, by=self.actor, now=timezone.now(), **form.cleaned_data
        )
        self.success_message = "已结束，记录保留。"
        return reverse("members:designations")


@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """迁居后继续担任."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    find_or_404(Designation.objects.visible_to(actor), pk=pk)
    try:
        services.keep_designation(designation_id=pk, by=actor, now=timezone.now())
        messages.success(request, "已确认继续担任。")
    except DomainError as refused:
        messages.error(request, refused.message)
    return HttpResponseRedirect(reverse("members:designations"))


def person_rows(actor: Actor, person: Person) -> list[QuerySet[Any]]:
    """Designations and courier profiles, in scope."""
    return [selectors.designations_of(actor, person.pk), Courier.objects.visible_to(actor).filter(person=person)]


def section(request: HttpRequest, person: Person, found: bool) -> SafeString | None:
    """What a person's page shows of this."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    may_name = may(actor, services.EDIT) and person.state == "here"
    if not found and not may_name:
        return None
    rows = selectors.of_person(actor, person.pk) if found else []
    couriers = Courier.objects.visible_to(actor).filter(person=person).order_by("until_on", "-pk")
    courier = couriers.first() if found else None
    today = timezone.localdate()
    lines = [(row, term_of(row), row.until_on is None or row.until_on >= today) for row in rows]
    return render_to_string(
        "members/designations/section.html",
        {"person": person, "lines": lines, "may_name": may_name, "courier": courier},
        request=request,
    )
