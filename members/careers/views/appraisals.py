"""年度考核: rounds, and the table that communities fill in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View
from django.views.decorators.http import require_POST

from accounts.rights import may
from governance.errors import DomainError
from governance.scope import Role
from governance.ui.lists import keep_out_of_caches
from governance.ui.views import Action, ActorMixin, Column, FormPage, ListPage, Order, find_or_404
from grids.models import Unit
from members.careers.forms import RoundDecisionForm, RoundForm
from members.careers.services import appraisals
from members.careers.services._common import own_phone
from members.careers.services.appraisals import Line, excellent_most, excess_of
from members.models import Appraisal, AppraisalRound
from members.models.career_procedures import RESULTS
from members.models.careers import SECRETARY

LIST = ("年度考核", "members:appraisals")


class RoundList(ListPage):
    """Rounds, newest first."""

    title = "年度考核"
    noun = "次"
    has_personal_data = False
    columns = (
        Column("street", "街道", "members/careers/cells/round.html", always=True, phone="title", grow=True),
        Column("year", "年度", lambda row: f"{row.year} 年", phone="lead"),
        Column("filled", "填写", lambda row: f"{row.filled} / {row.people} 人"),
        Column("excellent", "优秀", lambda row: f"{row.excellent} 人", num=True),
        Column("failed", "不合格", lambda row: f"{row.failed} 人", num=True),
        Column("state", "状态", "members/careers/cells/round_state.html", phone="inline"),
    )
    orders = (Order("new", "最新年度", ("-year",)),)
    empty_title = "还没有年度考核"
    empty_text = "由街道开始考核，社区初评，街道审核，区网格中心审定。"

    def get_queryset(self) -> QuerySet[AppraisalRound]:
        """In scope, with counts."""
        rows: QuerySet[AppraisalRound] = AppraisalRound.objects.visible_to(self.actor)
        return rows.select_related("street").annotate(
            people=Count("lines"), filled=Count("lines", ~Q(lines__result="")),
            excellent=Count("lines", Q(lines__result="excellent")), failed=Count("lines", Q(lines__result="failed")),
        )  # fmt: skip

    def get_actions(self) -> Sequence[Action]:
        """A street begins."""
        if not may(self.actor, "career.review") or self.actor.unit_kind != "street":
            return ()
        return (Action("开始年度考核", reverse("members:appraisal_open"), "plus", primary=True),)


class RoundOpen(FormPage):
    """开始年度考核."""

    form_class = RoundForm
    title = "开始年度考核"
    submit_label = "开始"
    success_message = "已开始，请各社区初评。"
    says = "为本街道当年在岗的每名工作人员建立考核表，并通知各社区。"

    def get_initial(self) -> dict[str, Any]:
        """This year's."""
        return {"year": timezone.localdate().year}

    def save(self, form: Any) -> str:
        """Begin it."""
        made = appraisals.open_round(
            street_id=self.actor.street_id or 0, year=form.cleaned_data["year"], by=self.actor, now=timezone.now()
        )
        return reverse("members:appraisal", args=[made.pk])

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]


class RoundPage(ActorMixin, View):
    """The table of one community at a time: everybody a line, a result to tap, one button for all."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The table."""
        return self._page(self._round(pk), {})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save all lines that were sent."""
        found = self._round(pk)
        sent = _sent(request)
        try:
            count = appraisals.set_results(round_id=found.pk, lines=sent, by=self.actor, now=timezone.now())
        except DomainError as refused:
            return self._page(found, sent, refused)
        messages.success(request, f"已保存 {count} 人的考核结果。")
        return HttpResponseRedirect(request.get_full_path())

    def _round(self, pk: int) -> AppraisalRound:
        found: AppraisalRound = find_or_404(
            AppraisalRound.objects.visible_to(self.actor).select_related("street"), pk=pk
        )
        return found

    def _page(
        self, found: AppraisalRound, sent: dict[int, Line], refused: DomainError | None = None
    ) -> HttpResponse:  # fmt: skip
        lines = Appraisal.objects.visible_to(self.actor).filter(round=found)
        communities = list(Unit.objects.filter(pk__in=lines.values("community_id")).order_by("order", "code"))
        chosen = next((one for one in communities if str(one.pk) == self.request.GET.get("unit")), None)
        chosen = chosen or (communities[0] if communities else None)
        rows = lines.filter(community=chosen).select_related("career__person", "career__grid", "career__community")
        people = [self._row(row, sent) for row in rows.order_by("career__post", "career__person__initials", "pk")]
        context = self._context(found, communities, chosen, people) | {"refused": refused}
        response = render(
            self.request, "members/careers/appraisal.html", context, status=refused.status if refused else 200
        )
        keep_out_of_caches(response, True)
        return response

    def _row(self, row: Appraisal, sent: dict[int, Line]) -> dict[str, Any]:
        line = sent.get(row.career_id)
        by_secretary = self.actor.role == Role.COMMUNITY_SECRETARY
        return {
            "line": row, "result": line.result if line else row.result, "words": line.words if line else row.words,
            "locked": (by_secretary and row.career.post == SECRETARY)
            or (bool(self._own) and row.career.person.phone_index == self._own),
        }  # fmt: skip

    @property
    def _own(self) -> str:
        if not hasattr(self, "_own_phone"):
            self._own_phone = own_phone(self.actor)
        return self._own_phone

    def _context(
        self, found: AppraisalRound, communities: list[Unit], chosen: Unit | None, people: list[dict[str, Any]]
    ) -> dict[str, Any]:
        is_open = found.state == AppraisalRound.OPEN
        fills = may(self.actor, "career.review") or may(self.actor, "career.propose")
        empty = found.lines.filter(result="").count()
        return {
            "title": str(found), "round": found, "communities": communities, "chosen": chosen, "people": people,
            "results": RESULTS, "most": excellent_most(len(people)), "empty": empty, "excess": excess_of(found),
            "excellent": sum(one["line"].result == "excellent" for one in people),
            "may_fill": is_open and fills, "may_submit": is_open and may(self.actor, "career.review"),
            "may_decide": found.state == AppraisalRound.REVIEWED and may(self.actor, "career.decide"),
            "crumbs": [(LIST[0], reverse(LIST[1])), (str(found), "")], "has_personal_data": True,
        }  # fmt: skip


def _sent(request: HttpRequest) -> dict[int, Line]:
    """The lines as they were typed, by career."""
    found = {}
    for key, value in request.POST.items():
        name, _, pk = key.partition("_")
        if name == "result" and pk.isascii() and pk.isdigit() and len(pk) < 18:
            found[int(pk)] = Line(str(value), str(request.POST.get(f"words_{pk}", "")))
    return found


@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """The street has reviewed it."""
    actor = request.actor  # type: ignore[attr-defined]
    found = find_or_404(AppraisalRound.objects.visible_to(actor), pk=pk)
    try:
        appraisals.submit_round(round_id=found.pk, by=actor, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "已提交区网格中心审定。")
    return HttpResponseRedirect(reverse("members:appraisal", args=[found.pk]))


class RoundDecide(FormPage):
    """审定年度考核."""

    form_class = RoundDecisionForm
    submit_label = "提交"
    success_message = "已办理。"
    says = "批准后结果记入每个人的档案，不能再修改；不合格的，当年工龄不计入晋级。"

    @property
    def round(self) -> AppraisalRound:
        """The one that the address names, in scope, or 404."""
        if not hasattr(self, "_round"):
            rows = AppraisalRound.objects.visible_to(self.actor).select_related("street")
            self._round: AppraisalRound = find_or_404(rows, pk=self.kwargs["pk"])
        return self._round

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Outside the scope there is nothing, whatever the method."""
        _ = self.round
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"审定：{self.round}"

    def save(self, form: Any) -> str:
        """Decide."""
        appraisals.decide_round(round_id=self.round.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return reverse("members:appraisal", args=[self.round.pk])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (str(self.round), self.get_cancel_url()), ("审定", "")]
