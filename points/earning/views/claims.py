"""积分发放: the list with what waits first, a claim's page, deciding, reversing, proposing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView

from accounts.rights import may
from governance.errors import DomainError
from governance.files.forms import take_in
from governance.files.selectors import of_subject
from governance.ui.views import (
    Action,
    BulkAction,
    BulkRun,
    Column,
    DetailPage,
    FormPage,
    ListPage,
    Order,
    Outcome,
    PageMixin,
    Refused,
    Tab,
    find_or_404,
)
from members.models import Household, Person, Stay
from points.earning import rules, selectors
from points.earning.clocks import SUBJECT
from points.earning.filters import ClaimFilterSet
from points.earning.forms import ProposeForm, WhyForm
from points.earning.services import proposals
from points.models import Claim

LIST = ("积分发放", "points:claims")
FOUND = 30
_AGREE: dict[str, Callable[..., Claim]] = {"proposed": proposals.approve, "second": proposals.second}


def _each(run: BulkRun, call: Callable[[Claim], Claim]) -> Outcome:
    """Row by row: what is refused of one holds up none of the others."""
    done, refused = 0, []
    for row in run.queryset.select_related("person", "household").order_by("pk"):
        try:
            after = call(row)
        except DomainError as error:
            refused.append(Refused(_label(row), error.message))
            continue
        if after.state == "refused" and after.why:
            refused.append(Refused(_label(row), after.why))
        else:
            done += 1
    return Outcome(done, refused)


def _approve(run: BulkRun) -> Outcome:
    def call(row: Claim) -> Claim:
        agree = _AGREE.get(row.state, proposals.approve)
        return agree(claim_id=row.pk, by=run.actor, now=timezone.now())

    return _each(run, call)


def _label(row: Claim) -> str:
    return f"{row.person or row.household}（{row.title}）"


class ClaimList(ListPage):
    """积分发放: what waits for somebody first."""

    page = "point_claims"
    title = LIST[0]
    noun = "笔"
    has_personal_data = True
    filterset_class = ClaimFilterSet
    columns = (
        Column("who", "获得人", "points/earning/cells/who.html", always=True, phone="title"),
        Column("title", "事由", "points/earning/cells/title.html", always=True, grow=True),
        Column("points", "积分", lambda row: f"{row.points} 分" if row.points else "", phone="inline", num=True),
        Column("on", "发生日期", lambda row: row.on.isoformat(), phone="inline"),
        Column("state", "状态", "points/earning/cells/state.html", phone="inline"),
        Column("community", "社区", "community.name", secondary=True),
        Column("kind", "来源", lambda row: row.get_kind_display(), secondary=True, phone="hidden"),
        Column("proposed", "申报人", "proposed_by_name", secondary=True, phone="hidden"),
        Column("why", "原因", "why", default=False, phone="hidden"),
    )
    orders = (Order("new", "最新记录", ("-pk",)), Order("old", "最早记录", ("pk",)))
    tabs = (
        Tab("", "待审批", Q(state="proposed")),
        Tab("second", "待复核", Q(state="second")),
        Tab("late", "超期未审", Q(state__in=("proposed", "second"), card="red"), tone="over"),
        Tab("waiting", "待发放", Q(state="waiting")),
        Tab("short", "预算不足", Q(state="short"), tone="soon"),
        Tab("awarded", "已发放", Q(state="awarded")),
        Tab("refused", "不予发放", Q(state="refused")),
        Tab("withdrawn", "已撤回", Q(state="withdrawn")),
        Tab("owed", "待冲回", Q(state="owed"), tone="over"),
        Tab("reversed", "已冲正", Q(state="reversed")),
    )
    bulk_actions = (
        BulkAction(
            "approve", "审批通过", run=_approve, right="point.decide", icon="check",
            says="通过后立即发放；达到复核线的转街道复核。请逐笔核对过佐证再勾选，同一分钟审批多笔会列入异常核查。",
        ),
    )  # fmt: skip
    empty_text = "没有待处理的积分。确认的服务时长、办结的随手拍会自动记到这里，好人好事等由社区申报。"

    def get_queryset(self) -> QuerySet[Claim]:
        """In scope."""
        rows: QuerySet[Claim] = Claim.objects.visible_to(self.actor)
        return rows.select_related("person", "household", "community").defer("person__search")

    def get_actions(self) -> Sequence[Action]:
        """Propose."""
        if not may(self.actor, "point.propose"):
            return ()
        return (Action("申报积分", reverse("points:propose"), icon="plus", primary=True),)

    def row_tone(self, row: Any) -> str:
        """By the card of its clock."""
        return {"red": "over", "yellow": "soon"}.get(row.card, "")

    def row_label(self, row: Any) -> str:
        return _label(row)


class ClaimDetail(DetailPage):
    """One claim: what for, by which rule, who decided, what became of it."""

    template_name = "points/earning/claim.html"
    context_name = "claim"
    has_personal_data = True

    def get_queryset(self) -> QuerySet[Claim]:
        rows: QuerySet[Claim] = Claim.objects.visible_to(self.actor).defer("person__search")
        return rows.select_related(
            "person", "household", "community", "rule", "transaction", "undone", "corrects", "corrected_by"
        )

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.object.title, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With its history, its photos, and what the actor may do."""
        claim, by = self.object, self.actor
        right = {"proposed": "point.approve", "second": "point.second"}.get(claim.state, "")
        own = by.user_id in (claim.proposed_by_user, claim.approved_by_user)
        return super().get_context_data(
            lines=selectors.history(claim), files=of_subject(SUBJECT, claim.pk) if claim.kind == "manual" else [],
            told=rules.told(claim.rule) if claim.rule else "", may_decide=bool(right) and may(by, right) and not own,
            is_own=bool(right) and may(by, right) and own,
            may_withdraw=bool(right) and may(by, "point.propose") and by.user_id == claim.proposed_by_user
            and not claim.approved_by_user,
            may_reverse=claim.state == "awarded" and may(by, "point.reverse"), **kwargs,
        )  # fmt: skip


def step(request: HttpRequest, pk: int) -> HttpResponse:
    """审批通过, 复核通过: by the state that the page showed."""
    actor = request.actor  # type: ignore[attr-defined]
    claim = find_or_404(Claim.objects.visible_to(actor), pk=pk)
    agree = _AGREE.get(request.POST.get("step", ""), proposals.approve)
    try:
        after = agree(claim_id=claim.pk, by=actor, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        _say(request, after)
    return HttpResponseRedirect(reverse("points:claim", args=[pk]))


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """撤回申报: by who proposed it, while nobody has decided."""
    actor = request.actor  # type: ignore[attr-defined]
    claim = find_or_404(Claim.objects.visible_to(actor), pk=pk)
    try:
        proposals.withdraw(claim_id=claim.pk, by=actor, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "已撤回，不再审批。需要时可以重新申报。")
    return HttpResponseRedirect(reverse("points:claim", args=[pk]))


def _say(request: HttpRequest, claim: Claim) -> None:
    said = {"awarded": f"已发放 {claim.points} 分。", "second": "已通过，达到复核线，转街道复核。"}
    if claim.state in said:
        messages.success(request, said[claim.state])
    else:
        messages.warning(request, f"{claim.get_state_display()}：{claim.why}")


class _OfClaim(FormPage):
    """A form about one claim in scope."""

    form_class = WhyForm
    danger = True
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Claim.objects.visible_to(self.actor).select_related("person", "household")
        self.claim: Claim = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_cancel_url(self) -> str:
        return reverse("points:claim", args=[self.claim.pk])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.claim.title, self.get_cancel_url()), (self.title, "")]


class ClaimReject(_OfClaim):
    """退回申报."""

    title = "退回积分申报"
    submit_label = "退回"

    def get_says(self) -> str:
        return f"退回后不发放，原因通知申报人：{_label(self.claim)}，{self.claim.points} 分。"

    def save(self, form: Any) -> str:
        proposals.reject(claim_id=self.claim.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = "已退回。"
        return self.get_cancel_url()


class ClaimReverse(_OfClaim):
    """冲正."""

    title = "冲正积分"
    submit_label = "冲正"

    def get_says(self) -> str:
        return (
            f"从{self.claim.person or self.claim.household}收回 {self.claim.points} 分，退回本社区预算。"
            "已经花掉的先记为待冲回，以后有积分时自动收回。记录保留，不能撤销。"
        )

    def save(self, form: Any) -> str:
        after = proposals.reverse(claim_id=self.claim.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = (
            "已冲正。" if after.state == "reversed" else "积分已被花掉，记为待冲回，有积分时自动收回。"
        )
        return self.get_cancel_url()


# A full number may be typed to find somebody: the search is a POST, so that none stands in an address.
@method_decorator(sensitive_post_parameters("q"), name="dispatch")
class Propose(PageMixin, TemplateView):
    """申报积分: for whom."""

    template_name = "points/earning/propose.html"
    title = "申报积分"
    has_personal_data = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look for somebody."""
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Who is found in scope, each with their household."""
        words = self.request.POST.get("q", "").replace("\0", "")[:40].strip()
        found: list[Person] = []
        if words:
            rows = Person.objects.visible_to(self.actor).here().search(words)
            found = list(rows.select_related("community", "grid").defer("search")[: FOUND + 1])
        stays = Stay.objects.filter(person__in=found, until_on=None).select_related("household__home__building")
        homes = {stay.person_id: stay.household for stay in stays}
        rows_shown = [(person, homes.get(person.pk)) for person in found[:FOUND]]
        return super().get_context_data(words=words, rows=rows_shown, more=len(found) > FOUND, **kwargs)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]


class _ProposeFor(FormPage, ABC):
    form_class = ProposeForm
    title = "申报积分"
    submit_label = "提交申报"
    has_personal_data = True
    earners: tuple[str, ...] = ()

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the photos already taken in."""
        kwargs = super().get_form_kwargs()
        kwargs.pop("files", None)
        self.problem = ""
        if self.request.method == "POST":
            kwargs["data"], self.problem = take_in(self.request, by=self.actor, now=timezone.now(), most=9)
        return kwargs | {"by": self.actor, "today": timezone.localdate(), "earners": self.earners}

    def get_form(self, form_class: Any = None) -> Any:
        """A file that cannot be taken is an error of the form like any other."""
        form = super().get_form(form_class)
        if self.problem:
            form.add_error("attachments", self.problem)
        return form

    def get_initial(self) -> dict[str, Any]:
        """Today."""
        return {"on": timezone.localdate(), "quantity": 1}

    def get_cancel_url(self) -> str:
        return reverse("points:propose")

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]

    @abstractmethod
    def whom(self) -> dict[str, int]:
        """For whom, as the service takes it."""

    def save(self, form: Any) -> str:
        made = proposals.propose(asked=form.asked(**self.whom()), by=self.actor, now=timezone.now())
        waits = "待街道复核" if made.state == "second" else "待社区书记审批"
        self.success_message = f"已申报，{waits}。"
        return reverse("points:claim", args=[made.pk])


class ProposePerson(_ProposeFor):
    """For a person, or the household that they live in."""

    earners = ("person", "household")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Person.objects.visible_to(self.actor).here().select_related("community").defer("search")
        self.person: Person = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_says(self) -> str:
        return f"为{self.person.name}（{self.person.community.name}）申报。不能为本人和本户申报。"

    def whom(self) -> dict[str, int]:
        return {"person_id": self.person.pk}


class ProposeHousehold(_ProposeFor):
    """For a household."""

    earners = ("household",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Household.objects.visible_to(self.actor).open()
        self.household: Household = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_says(self) -> str:
        return f"为“{self.household}”这一户申报。不能为本户申报。"

    def whom(self) -> dict[str, int]:
        return {"household_id": self.household.pk}
