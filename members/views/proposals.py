"""登记建议: what grid workers propose, the community's pile, one proposal with before and after, and its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.rights import may
from governance.errors import DomainError
from governance.ui import dates
from governance.ui.views import Action, BulkAction, BulkRun, Column, FormPage, ListPage, Order, Outcome, Refused, Tab
from governance.ui.views import find_or_404 as find
from members import proposing
from members.forms import AnswerForm
from members.models import Proposal
from members.proposing import Row
from members.selectors.likeness import Alike
from members.services import proposals
from members.views.shared import EDIT, alike, traits_of

LIST = ("登记建议", "members:proposals")


def _take_many(run: BulkRun) -> Outcome:
    done, refused = 0, []
    for proposal in Proposal.objects.visible_to(run.actor).filter(pk__in=run.ids).order_by("pk"):
        try:
            proposals.decide_proposal(proposal_id=proposal.pk, accept=True, by=run.actor, now=timezone.now())
            done += 1
        except DomainError as no:
            refused.append(Refused(str(proposal), no.message))
    return Outcome(done, refused)


class ProposalList(ListPage):
    """登记建议."""

    page = "person_proposals"
    title = "登记建议"
    noun = "项"
    page_size = 20
    columns = (
        Column("subject", "对象", "members/cells/proposal.html", always=True, phone="title", grow=True),
        Column("kind", "类型", lambda row: row.get_kind_display(), phone="inline"),
        Column("state", "状态", "members/cells/proposal_state.html", phone="inline"),
        Column("grid", "网格", lambda row: row.grid.name if row.grid else "—"),
        Column("by", "提出人", "proposed_by_name"),
        Column("at", "提出时间", lambda row: dates.short(row.proposed_at)),
        Column("words", "说明", "words", secondary=True),
    )
    orders = (Order("new", "最新提出", ("-pk",)), Order("old", "最早提出", ("pk",)))
    tabs = (
        Tab("open", "待核对", Q(state="open"), tone="over"),
        Tab("taken", "已采纳", Q(state="taken")),
        Tab("refused", "未采纳", Q(state="refused")),
        Tab("ended", "撤回、失效", Q(state__in=("withdrawn", "lapsed"))),
    )
    bulk_actions = (
        BulkAction(
            "take", "采纳", run=_take_many, right=EDIT, icon="check",
            says="采纳后立即写入档案，并通知提出人。提出之后档案又有改动的，须逐项打开核对。",
        ),
    )  # fmt: skip
    empty_title, empty_text = "没有登记建议", "网格员提出的新住户、新居民、修改、迁出和死亡会列在这里。"

    def get_queryset(self) -> QuerySet[Proposal]:
        """In scope."""
        rows: QuerySet[Proposal] = Proposal.objects.visible_to(self.actor)
        return rows.select_related("grid", "person")

    def get_actions(self) -> Sequence[Action]:
        return (Action("登记住户", reverse("members:entry"), "plus", primary=True),)


class ProposalPage(FormPage):
    """One proposal: what it would change, and the community's answer."""

    form_class = AnswerForm
    template_name = "members/proposal.html"
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Proposal.objects.visible_to(self.actor)
        self.proposal: Proposal = find(rows.select_related("person", "household", "grid"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_title(self) -> str:
        return str(self.proposal)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.get_title(), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is proposed beside what is so."""
        proposal, is_open = self.proposal, self.proposal.state == "open"
        may_decide = is_open and may(self.actor, EDIT)
        return super().get_context_data(
            proposal=proposal, rows=compared(proposal), people=newcomers(proposal), overtaken=overtaken(proposal),
            may_decide=may_decide, alike=self._alike() if may_decide else [],
            may_withdraw=is_open and proposal.proposed_by_user == self.actor.user_id
            and may(self.actor, proposals.PROPOSE), **kwargs,
        )  # fmt: skip

    def _alike(self) -> list[tuple[str, Alike]]:
        """Who on record is like the new ones: the community sees more than the grid did."""
        if "people" not in self.proposal.content:
            return []
        return [
            pair
            for one in proposing.people_of(self.proposal)
            for pair in alike(traits_of(one.facts, self.proposal.household), self.actor)
        ]

    def get_cancel_url(self) -> str:
        return reverse("members:proposals")

    def save(self, form: Any) -> str:
        """`seen` is the revision of the record that stood beside the proposal."""
        accept, seen = self.request.POST.get("decision") == "take", self.request.POST.get("seen", "")
        proposals.decide_proposal(
            proposal_id=self.proposal.pk, accept=accept, answer="" if accept else form.cleaned_data["answer"],
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None, by=self.actor,
            now=timezone.now(),
        )  # fmt: skip
        self.success_message = "已采纳，写入档案。" if accept else "已答复提出人。"
        return reverse("members:proposals")


class ProposalWithdraw(ProposalPage):
    """撤回: the proposer's own."""

    template_name = "members/proposal_withdraw.html"
    submit_label = "撤回"
    says = "撤回后社区不再核对这项建议。"

    def get_cancel_url(self) -> str:
        return reverse("members:proposal", args=[self.proposal.pk])

    def save(self, form: Any) -> str:
        proposals.withdraw_proposal(proposal_id=self.proposal.pk, by=self.actor, now=timezone.now())
        self.success_message = "已撤回。"
        return reverse("members:proposals")


def overtaken(proposal: Proposal) -> bool:
    """Whether the record was changed after an open proposal about it."""
    person = proposal.person
    return proposal.state == "open" and person is not None and person.revision != proposal.revision


def compared(proposal: Proposal) -> list[Row]:
    """A correction or a leaving, fact by fact: as it is (once decided: as it was), as it is proposed."""
    content = proposal.content
    if proposal.kind == "change":
        said, now = proposing.said, content["before"]
        if proposal.state == "open" and proposal.person is not None:
            now = proposing.facts_of(proposal.person, content["facts"])
        return [Row(proposing.LABELS[k], said(k, now.get(k)), said(k, v)) for k, v in content["facts"].items()]
    if proposal.kind in {"moved", "died"}:
        names = [name for name in ("on", "to", "new_head") if content.get(name)]
        return [Row(proposing.LABELS[name], "", content[name]) for name in names]
    return []


def newcomers(proposal: Proposal) -> list[list[tuple[str, str]]]:
    """The new persons of a proposal, each as (label, value), numbers masked."""
    order = ("name", "relation", "identity", "phone", "gender", "born_on", "residence", "employer", "notes")
    return [
        [(proposing.LABELS[key], proposing.said(key, one[key])) for key in order if one.get(key)]
        for one in proposal.content.get("people", [])
    ]


def open_of(person_ids: Sequence[int], actor: Any) -> list[Proposal]:
    """Open proposals about these persons, where the actor sees proposals."""
    if not may(actor, "person.proposals"):
        return []
    rows = Proposal.objects.visible_to(actor).open().filter(person__in=person_ids)
    return list(rows.order_by(F("pk").desc()))
