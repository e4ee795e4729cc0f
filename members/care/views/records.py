"""One record: its page, and what is done about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.rights import may
from governance.errors import DomainError
from governance.files.forms import take_in
from governance.ui.views import DetailPage, FormPage, find_or_404
from members.care import selectors
from members.care.forms import EndForm, EntryForm, PauseForm, VisitForm
from members.care.registry import help_links
from members.care.services import listing, pausing, visiting
from members.care.views.lists import LIST
from members.care.words import EDIT, MAKE_VISIT
from members.models import CareRecord, CareTurn, Person
from members.services.households import where


class CareDetail(DetailPage):
    """Who, why, what to look for, how the visits went."""

    template_name = "members/care/record.html"
    context_name = "record"

    def get_queryset(self) -> QuerySet[CareRecord]:
        """In scope, those that ended included."""
        return selectors.with_homes(selectors.listed(self.actor).select_related("street"))

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the list."""
        return [(LIST, reverse("members:care")), (str(self.object), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Everything that the page shows."""
        record = self.object
        selectors.name_visitors([record], timezone.now())
        lines = selectors.history(record)
        last = next((line.visit for line in lines if line.visit), None)
        stay = next(iter(record.person.now_in), None)
        is_open = record.state != "ended"
        needs_help = is_open and last is not None and last.found == "help"
        return super().get_context_data(
            lines=lines, last=last, home=where(stay.household) if stay else "",
            may_edit=is_open and may(self.actor, EDIT), may_visit=is_open and may(self.actor, MAKE_VISIT),
            may_reveal=may(self.actor, "person.reveal"), shows_words=selectors.sees_words(self.actor),
            needs_help=needs_help, help_links=help_links(self.actor, record) if needs_help else (), **kwargs,
        )  # fmt: skip


class AddRecord(FormPage):
    """列入重点关爱, from a person's page."""

    form_class = EntryForm
    title = "列入重点关爱"
    submit_label = "列入名单"
    says = "列入后开始计算走访时限，到期前提醒走访人。"
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The person must be in scope."""
        self.person: Person = find_or_404(Person.objects.visible_to(self.actor).defer("search"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_form_kwargs(self) -> dict[str, Any]:
        """With who may visit there."""
        people = selectors.visitors_of(self.person.community_id, self.person.grid_id, timezone.now())
        return super().get_form_kwargs() | {"visitors": people}

    def get_initial(self) -> dict[str, Any]:
        """From today on."""
        return {"since": timezone.localdate(), "level": "B"}

    def get_cancel_url(self) -> str:
        return reverse("members:person", args=[self.person.pk])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Under the person's page."""
        return [("居民", reverse("members:persons")), (self.person.name, self.get_cancel_url()), (self.title, "")]

    def save(self, form: Any) -> str:
        record = listing.add_record(
            person_id=self.person.pk, kind_id=form.cleaned_data["kind"].pk, entry=form.entry(), by=self.actor,
            now=timezone.now(),
        )  # fmt: skip
        self.success_message = f"已将 {self.person.name} 列入{record.kind.name}名单。"
        return reverse("members:care_record", args=[record.pk])


class _OfRecord(FormPage):
    """A form about one record in scope."""

    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The record must be in scope."""
        self.record: CareRecord = find_or_404(selectors.listed(self.actor), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_cancel_url(self) -> str:
        return reverse("members:care_record", args=[self.record.pk])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Under the record's page."""
        return [(LIST, reverse("members:care")), (str(self.record), self.get_cancel_url()), (self.title, "")]


class ChangeRecord(_OfRecord):
    """修改关爱记录."""

    form_class = EntryForm
    title = "修改关爱记录"
    says = "改变等级后，正在计时的走访从原来的起点按新频次重新计算，不会因此变成超期。"

    def get_form_kwargs(self) -> dict[str, Any]:
        """With who may visit there; the list itself stays."""
        record = self.record
        people = selectors.visitors_of(record.community_id, record.grid_id, timezone.now())
        if record.visitor and all(pk != record.visitor_id for pk, _ in people):
            people = [(record.visitor.pk, f"{record.visitor.name}（已不在岗）"), *people]
        return super().get_form_kwargs() | {"visitors": people, "kind": record.kind}

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        names = ("level", "grounds", "words", "since", "revision")
        return {name: getattr(self.record, name) for name in names} | {"visitor": self.record.visitor_id}

    def save(self, form: Any) -> str:
        listing.change_record(
            record_id=self.record.pk, entry=form.entry(), revision=form.cleaned_data["revision"], by=self.actor,
            now=timezone.now(),
        )  # fmt: skip
        self.success_message = "已保存。"
        return self.get_cancel_url()


class RecordVisit(_OfRecord):
    """登记走访."""

    template_name = "members/care/visit.html"
    form_class = VisitForm
    title = "登记走访"
    submit_label = "登记"

    def get_initial(self) -> dict[str, Any]:
        """Now, at home, all well: what most visits are."""
        turn = CareTurn.objects.filter(record=self.record, state="open").values_list("pk", flat=True).first()
        return {"at": timezone.localtime().replace(second=0), "found": "ok", "how": "home", "turn": turn}

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the photos already taken in."""
        kwargs = super().get_form_kwargs()
        kwargs.pop("files", None)
        self.problem = ""
        if self.request.method == "POST":
            kwargs["data"], self.problem = take_in(self.request, by=self.actor, now=timezone.now(), most=9)
        return kwargs

    def get_form(self, form_class: Any = None) -> Any:
        """A file that cannot be taken is an error of the form like any other."""
        form = super().get_form(form_class)
        if self.problem:
            form.add_error("attachments", self.problem)
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what to look for."""
        return super().get_context_data(
            record=self.record, shows_words=selectors.sees_words(self.actor), **kwargs
        )  # fmt: skip

    def get_cancel_url(self) -> str:
        """Back to where one came from: the worklist, or the record."""
        if self.request.GET.get("from") == "today":
            return reverse("members:care_today")
        return super().get_cancel_url()

    def save(self, form: Any) -> str:
        """To the worklist again; somebody in need first to the record, where the ways to help are."""
        visit = visiting.record_visit(
            record_id=self.record.pk, seen=form.seen(), turn_id=form.cleaned_data["turn"], by=self.actor,
            now=timezone.now(),
        )  # fmt: skip
        if visit.found == "help":
            self.success_message = "已登记。需要帮助的事项，请在下方转办或继续跟进。"
            return super().get_cancel_url()
        kept = "已登记本次未见到本人，走访时限继续计算。"
        self.success_message = kept if visit.found == "absent" else f"已登记对 {self.record.person.name} 的走访。"
        return self.get_cancel_url()


class PauseVisits(_OfRecord):
    """暂停走访."""

    form_class = PauseForm
    title = "暂停走访"
    submit_label = "暂停"
    says = "暂停期间不计时、不预警；恢复后剩余时间继续计算。"

    def save(self, form: Any) -> str:
        pausing.pause_visits(record_id=self.record.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = "已暂停走访。"
        return self.get_cancel_url()


class EndRecord(_OfRecord):
    """结束关爱."""

    form_class = EndForm
    title = "结束关爱"
    submit_label = "结束"
    danger = True
    says = "结束后不再安排走访，记录保留。死亡、迁出请在居民档案中登记，名单随之结束。"

    def get_initial(self) -> dict[str, Any]:
        """Today."""
        return {"on": timezone.localdate()}

    def save(self, form: Any) -> str:
        listing.end_record(record_id=self.record.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = "已结束。"
        return self.get_cancel_url()


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """恢复走访, before its day."""
    actor = request.actor  # type: ignore[attr-defined]
    find_or_404(CareRecord.objects.visible_to(actor), pk=pk)
    try:
        pausing.resume_visits(record_id=pk, by=actor, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "已恢复走访。")
    return HttpResponseRedirect(reverse("members:care_record", args=[pk]))
