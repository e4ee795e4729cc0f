"""创先争优: the list by clock and turn, a round, its steps, the sheet of the public notice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from accounts.rights import may
from governance.scope import UnitKind
from governance.ui.views import Action, Column, DetailPage, FormPage, ListPage, Order, Tab, find_or_404
from points.models import Round, RoundNomination
from points.models.rounds import ROUND_STATES
from points.rounds.selection import clocks, counting, selectors
from points.rounds.selection.forms import CancelForm, RoundForm, initial_of
from points.rounds.selection.services import _common, rounds
from points.rounds.selection.workflow import HOST, HOSTS, NOMINATE, OPEN, REVIEW, STEPS, open_steps

LIST = ("创先争优", "points:rounds")
_LABELS = dict(ROUND_STATES)
_SAID = {
    "open": "已发布，开始提名。", "close": "已结束提名，转入审核。", "decide": "已开始。",
    "count": "已汇总，开始公示。",
    "announce": "已公布，当选人选进入荣誉榜。", "cancel": "已取消。",
}  # fmt: skip


class RoundList(ListPage):
    """The rounds: what is due first stands first."""

    page = "points_rounds"
    title = "创先争优"
    noun = "项"
    has_personal_data = False
    page_size = 20
    columns = (
        Column("title", "评选", "points/rounds/cells/round.html", always=True, phone="title", grow=True),
        Column("kind", "荣誉", lambda row: row.get_kind_display(), phone="lead"),
        Column("unit", "主办单位", "unit.name", phone="meta"),
        Column("state", "状态", "ui/cells/state.html", phone="inline"),
        Column("turn", "办理", selectors.turn_of, phone="meta"),
        Column("due_at", "时限", "points/rounds/cells/round_clock.html", phone="inline"),
        Column("named", "提名", lambda row: f"{row.named} 人" + (f"，待审核 {row.waiting}" if row.waiting else "")),
        Column("seats", "名额", secondary=True),
    )
    orders = (Order("due", "最先到期", ("due_at",)), Order("new", "最新拟定", ("-pk",)))
    tabs = (
        Tab("open", "进行中", Q(state__in=OPEN)),
        Tab("late", "已超时", Q(state__in=OPEN, card="red"), tone="over"),
        Tab("draft", "待发布", Q(state="draft")),
        Tab("ended", "已公布", Q(state="announced")),
        Tab("cancelled", "已取消", Q(state="cancelled")),
    )
    empty_title = "没有评选"
    empty_text = "评选由区、街道或社区发起：提名、审核、投票或打分、公示、公布。"

    def get_queryset(self) -> QuerySet[Round]:
        """In sight."""
        return selectors.with_counts(Round.objects.visible_to(self.actor))

    def get_actions(self) -> Sequence[Action]:
        """Hosts draw up; everybody reads who was honoured."""
        found = [Action("荣誉榜", reverse("points:honours"), "award")]
        if self.actor.role in HOSTS and self.actor.unit_kind == HOSTS[self.actor.role]:
            found.append(Action("拟定评选", reverse("points:round_add"), "plus", primary=True))
        return found

    def row_tone(self, row: Any) -> str:
        """Late and soon at the edge."""
        return {"red": "over", "yellow": "soon"}.get(row.card, "")


class _Draft(FormPage):
    form_class = RoundForm
    template_name = "points/rounds/round_form.html"
    says = "发布前可以修改；发布后开始提名，规则不能再变。积分只能作为一项标准，权重不超过 40%。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.get_title(), "")]

    def refuse(self, form: Any, refused: Any) -> HttpResponse:
        """What is wrong with the criteria stands at their first field."""
        if refused.field == "criteria":
            refused.field = "weight_1"
        return super().refuse(form, refused)


class RoundAdd(_Draft):
    """拟定评选."""

    title = "拟定评选"
    submit_label = "保存"

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def save(self, form: Any) -> str:
        """A draft."""
        made = rounds.draft_round(facts=form.facts(), by=self.actor, now=timezone.now())
        self.success_message = "已保存草稿，核对后发布。"
        return reverse("points:round", args=[made.pk])


class RoundChange(_Draft):
    """修改评选."""

    title = "修改评选"
    success_message = "已保存。"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.round: Round = find_or_404(Round.objects.visible_to(self.actor), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.round)

    def get_cancel_url(self) -> str:
        return reverse("points:round", args=[self.round.pk])

    def save(self, form: Any) -> str:
        """Change the draft."""
        rounds.change_round(round_id=self.round.pk, facts=form.facts(), by=self.actor, now=timezone.now())
        return self.get_cancel_url()


class RoundDetail(DetailPage):
    """One round: how far it is, its rules, its candidates, the next step."""

    template_name = "points/rounds/round.html"
    context_name = "round"

    def get_queryset(self) -> QuerySet[Round]:
        """In sight."""
        rows: QuerySet[Round] = Round.objects.visible_to(self.actor)
        return rows.select_related("unit", "street", "designation_kind")

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.object.title, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The nominations in scope, by name; and what may be done."""
        found, host = self.object, _common.is_host(self.object, self.actor)
        steps = open_steps(found.state, is_host=host and may(self.actor, HOST))
        rows = list(_of_round(found, RoundNomination.objects.visible_to(self.actor)))
        return super().get_context_data(
            rows=rows, steps=[step for step in steps if not step.danger], is_host=host,
            cancel=next((step for step in steps if step.danger), None), criteria=list(found.criteria.order_by("pk")),
            jurors=list(found.jurors.order_by("pk")) if found.way == "jury" else [], turn=selectors.turn_of(found),
            stages=_stages(found), clock_label=clocks.KINDS.get(found.clock_kind, ""),
            may_change=host and found.state == "draft", turnout=_turnout(found),
            may_nominate=may(self.actor, NOMINATE) and found.state == "nominating",
            may_review=may(self.actor, REVIEW) and self.actor.unit_kind == UnitKind.STREET,
            has_notice=found.state in ("public_notice", "noticed", "announced"), **kwargs,
        )  # fmt: skip


def _of_round(found: Round, rows: Any) -> QuerySet[RoundNomination]:
    mine: QuerySet[RoundNomination] = rows.filter(round=found).exclude(state="withdrawn")
    mine = mine.select_related("person", "community").defer("person__search")
    return mine.order_by("person__initials", "person__name", "pk")


def _turnout(found: Round) -> int | None:
    """How many voted: a number alone, while the voting is on as well."""
    if found.way != "voting" or found.state in ("draft", "nominating", "reviewing"):
        return None
    return counting.turnout(found)


def _stages(found: Round) -> list[tuple[str, str]]:
    """The way it goes, each stage with "done", "now" or ""."""
    way = ("draft", "nominating", "reviewing", found.way, "public_notice", "noticed", "announced")
    place = way.index(found.state) if found.state in way else -1
    over = found.state == "announced"
    return [
        (_LABELS[state], "done" if n < place or over else "now" if n == place else "") for n, state in enumerate(way)
    ]


class RoundNotice(RoundDetail):
    """The sheet of the public notice, A4: who is to be honoured, by name, and what they did."""

    template_name = "points/rounds/round_notice.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Those who were chosen, whoever's scope they are in: this is public."""
        if self.object.state not in ("public_notice", "noticed", "announced"):
            raise Http404("这项评选还没有进入公示。")
        chosen = selectors.candidates(self.object).filter(state__in=("chosen", "suspended", "honoured"))
        return super().get_context_data(chosen=list(chosen), **kwargs)


class RoundStep(FormPage):
    """One step of the host's: says what will happen, and does it."""

    submit_label = "确定"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.round: Round = find_or_404(Round.objects.visible_to(self.actor), pk=kwargs["pk"])
        if kwargs["step"] not in STEPS:
            raise Http404("没有这一步。")
        self.step = STEPS[kwargs["step"]]
        if request.method == "GET" and self.round.state not in self.step.starts:
            messages.info(request, f"这项评选{self.round.get_state_display()}，不能“{self.step.label}”。")
            return HttpResponseRedirect(self.get_cancel_url())
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_form_class(self) -> Any:
        """A reason for calling it off; nothing else is asked."""
        from django import forms

        return CancelForm if self.step.code == "cancel" else forms.Form

    def get_title(self) -> str:
        return f"{self.step.label}：{self.round.title}"

    def get_says(self) -> str:
        return self.step.says

    @property
    def danger(self) -> bool:  # type: ignore[override]
        """What cannot be taken back."""
        return self.step.danger

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.round.title, self.get_cancel_url()), (self.step.label, "")]

    def get_cancel_url(self) -> str:
        return reverse("points:round", args=[self.round.pk])

    def save(self, form: Any) -> str:
        """Take it."""
        rounds.take_step(
            round_id=self.round.pk, step=self.step.code, by=self.actor, now=timezone.now(), **form.cleaned_data
        )
        self.success_message = _SAID[self.step.code]
        return self.get_cancel_url()
