"""组织关系转接: the pile that waits, a transfer's page, receiving and sending back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from accounts.rights import may
from governance.errors import DomainError
from governance.ui import dates
from governance.ui.views import (
    ActorMixin,
    BulkAction,
    BulkRun,
    Column,
    DetailPage,
    FormPage,
    ListPage,
    Order,
    Outcome,
    Refused,
    Tab,
    find_or_404,
)
from members.models import MembershipTransfer
from members.models.party import IN_TRANSIT
from members.party import forms, selectors
from members.party.filters import TransferFilterSet
from members.party.services import transfers
from members.party.services._common import owner_of
from members.party.views.members import sees_person

_WAITS = Q(state=IN_TRANSIT)


def _receive_many(run: BulkRun) -> Outcome:
    done, refused = 0, []
    for pk in run.ids:
        try:
            transfers.receive(transfer_id=pk, by=run.actor, now=timezone.now())
            done += 1
        except DomainError as told:
            refused.append(Refused(f"第 {pk} 号转接", told.message))
    return Outcome(done, refused)


def _to_us(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(_WAITS, selectors.transfers_to(request.actor))  # type: ignore[attr-defined]


def _from_us(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(_WAITS, selectors.transfers_from(request.actor))  # type: ignore[attr-defined]


class TransferList(ListPage):
    """组织关系转接."""

    page = "party_transfers"
    title = "组织关系转接"
    noun = "件"
    filterset_class = TransferFilterSet
    count_cap = 1_000
    page_size = 20
    columns = (
        Column("person", "党员", "members/party/cells/transfer.html", always=True, phone="title", grow=True),
        Column("from", "转出党组织", lambda row: row.from_organisation.name if row.from_organisation else row.place),
        Column("to", "转入党组织", lambda row: row.to_organisation.name if row.to_organisation else row.place),
        Column("state", "状态", "ui/cells/state.html", phone="inline"),
        Column("due_at", "接收时限", "members/party/cells/transfer_clock.html", phone="inline", orders=("due",)),
        Column("direction", "方式", lambda row: row.get_direction_display(), secondary=True, phone="hidden"),
        Column("reason", "原因", "reason", secondary=True, default=False),
        Column("asked_at", "转出时间", lambda row: dates.short(row.asked_at), phone="meta"),
    )
    orders = (Order("new", "最新转出", ("-pk",)), Order("due", "最先到期", ("due_at",)))
    tabs = (
        Tab("receive", "待接收", narrow=_to_us),
        Tab("given", "转出中", narrow=_from_us),
        Tab("late", "已超期", _WAITS & ~Q(late_since=None), tone="over"),
        Tab("ended", "已办结", ~_WAITS),
        Tab("all", "全部"),
    )
    bulk_actions = (
        BulkAction(
            "receive", "批量接收", run=_receive_many, right="party.edit", icon="check",
            says="接收后，这些党员从今天起编入转入党组织。",
        ),
    )  # fmt: skip
    empty_text = "没有需要办理的转接。转出在党员页面办理。"

    def get_queryset(self) -> QuerySet[MembershipTransfer]:
        """Those with an end in the scope."""
        rows: QuerySet[MembershipTransfer] = MembershipTransfer.objects.visible_to(self.actor)
        return rows.select_related("person", "from_organisation", "to_organisation").defer("person__search")

    def row_tone(self, row: Any) -> str:
        """Late ones stand out."""
        return "over" if row.state == IN_TRANSIT and row.late_since else ""

    def row_label(self, row: Any) -> str:
        return f"{row.person.name}的转接"


class TransferPage(DetailPage):
    """One transfer: both ends, the clock, what may be done."""

    template_name = "members/party/transfer.html"
    context_name = "transfer"

    def get_queryset(self) -> QuerySet[MembershipTransfer]:
        rows: QuerySet[MembershipTransfer] = MembershipTransfer.objects.visible_to(self.actor)
        rows = rows.select_related("person", "from_organisation", "to_organisation", "membership", "new_membership")
        return rows.defer("person__search")

    def get_title(self) -> str:
        return f"{self.object.person.name}的组织关系转接"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("组织关系转接", reverse("members:party_transfers")), (self.object.person.name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What each end may do while it waits."""
        one = self.object
        waits = one.state == IN_TRANSIT and may(self.actor, "party.edit")
        return super().get_context_data(
            may_receive=waits and owner_of(one.to_organisation) == self.actor.unit_id,
            may_withdraw=waits and owner_of(one.from_organisation) == self.actor.unit_id,
            sees_person=sees_person(self.actor, one.person), **kwargs,
        )  # fmt: skip


class Receive(ActorMixin, View):
    """接收."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Received, or told why not."""
        find_or_404(MembershipTransfer.objects.visible_to(self.actor), pk=pk)
        try:
            done = transfers.receive(transfer_id=pk, by=self.actor, now=timezone.now())
        except DomainError as refused:
            if refused.status != 409:
                raise
            messages.error(request, refused.message)
            return HttpResponseRedirect(reverse("members:party_transfer", args=[pk]))
        messages.success(request, f"已接收 {done.person.name}。")
        return HttpResponseRedirect(reverse("members:party_transfer", args=[pk]))


class _Drop(FormPage):
    """退回, 撤回: with a reason."""

    form_class = forms.WordsForm
    has_personal_data = True
    danger = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = MembershipTransfer.objects.visible_to(self.actor).select_related("person")
        self.transfer: MembershipTransfer = find_or_404(rows.defer("person__search"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_cancel_url(self) -> str:
        return reverse("members:party_transfer", args=[self.transfer.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [
            ("组织关系转接", reverse("members:party_transfers")), (self.transfer.person.name, self.get_cancel_url()),
            (self.title, ""),
        ]  # fmt: skip
        return super().get_context_data(crumbs=crumbs, **kwargs)


class Refuse(_Drop):
    """退回."""

    title = "退回转接"
    submit_label = "退回"
    says = "不得无故退回。退回后党员仍在原党组织，对方会收到退回原因。"

    def save(self, form: Any) -> str:
        words = form.cleaned_data["words"]
        transfers.refuse(transfer_id=self.transfer.pk, words=words, by=self.actor, now=timezone.now())
        self.success_message = "已退回。"
        return self.get_cancel_url()


class Withdraw(_Drop):
    """撤回."""

    title = "撤回转接"
    submit_label = "撤回"
    says = "撤回后党员仍在本组织，对方不用再接收。"

    def save(self, form: Any) -> str:
        words = form.cleaned_data["words"]
        transfers.withdraw(transfer_id=self.transfer.pk, words=words, by=self.actor, now=timezone.now())
        self.success_message = "已撤回。"
        return self.get_cancel_url()
