"""评选投票, 自荐, 评委打分, 荣誉榜: for whoever has an account, on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from governance.errors import DomainError
from governance.files import selectors as files
from governance.ui import paging
from governance.ui.views import FormPage, Order, PageMixin, find_or_404
from members.accounts import person_or_none
from points.models import Round, RoundJuror, RoundNomination, RoundScore
from points.rounds.selection import clocks, selectors
from points.rounds.selection.forms import ScoreForm, SelfForm
from points.rounds.selection.people import eligible, seats_of
from points.rounds.selection.services import _common, ballots, nominations
from points.rounds.selection.views.nominations import WithFiles

MINE = ("评选投票", "points:my_rounds")
_NEWEST = Order("name", "姓名", ("-round_id",))


class MyRounds(PageMixin, TemplateView):
    """The rounds that are on where one lives or works."""

    template_name = "points/rounds/my_rounds.html"
    title = "评选投票"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Those that run, and the last results."""
        rows = list(selectors.of_member(self.actor)[:40])
        return super().get_context_data(
            running=[row for row in rows if row.state != "announced"],
            ended=[row for row in rows if row.state == "announced"][:10], **kwargs,
        )  # fmt: skip


class MyRound(PageMixin, TemplateView):
    """One round: the candidates by name, one's vote, the way to nominate oneself; a juror's way to the marks."""

    template_name = "points/rounds/my_round.html"
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.round: Round = find_or_404(selectors.of_member(self.actor), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_title(self) -> str:
        return self.round.title

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(MINE[0], reverse(MINE[1])), (self.round.title, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Nobody's number of votes; before the review nobody's name but one's own."""
        found, me = self.round, person_or_none(self.actor)
        rows = list(selectors.candidates(found)) if found.state not in ("nominating", "reviewing") else []
        shown = ("chosen", "honoured") if found.state in ("noticed", "announced", "public_notice") else ("approved",)
        rows = [row for row in rows if row.state in shown]
        photos = selectors.photos(rows)
        own = found.nominations.filter(person=me).exclude(state="withdrawn").first() if me else None
        is_juror = found.state == "jury" and found.jurors.filter(seats_of(self.actor)).exists()
        return super().get_context_data(
            round=found, rows=[(row, photos.get(row.pk)) for row in rows], own=own, is_juror=is_juror,
            mine=selectors.my_vote(found, self.actor) if found.state == "voting" else None,
            clock_label=clocks.KINDS.get(found.clock_kind, ""), criteria=list(found.criteria.order_by("pk")),
            may_nominate=bool(me and not own and found.state == "nominating"
                              and eligible(found).filter(pk=me.pk).exists()), **kwargs,
        )  # fmt: skip

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Vote."""
        sent = request.POST.get("nomination", "")
        nomination = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else 0
        try:
            ballots.vote(round_id=self.round.pk, nomination_id=nomination, by=self.actor, now=timezone.now())
            messages.success(request, "已投票，截止前可以改投。")
        except DomainError as refused:
            messages.error(request, refused.message)
        return HttpResponseRedirect(reverse("points:my_round", args=[self.round.pk]))


class SelfNominate(WithFiles):
    """自荐."""

    form_class = SelfForm
    title = "自荐"
    submit_label = "提交自荐"
    success_message = "已提交自荐，由街道审核。"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.round: Round = find_or_404(selectors.of_member(self.actor), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_says(self) -> str:
        return f"{self.round.title}：面向{self.round.get_nominees_display()}。自荐与否完全自愿。"

    def get_cancel_url(self) -> str:
        return reverse("points:my_round", args=[self.round.pk])

    def save(self, form: Any) -> str:
        """Nominate oneself."""
        nominations.nominate_oneself(
            round_id=self.round.pk, words=form.cleaned_data["words"],
            attachment_ids=form.cleaned_data["attachments"], by=self.actor, now=timezone.now(),
        )  # fmt: skip
        return self.get_cancel_url()


class Score(FormPage):
    """评委打分."""

    form_class = ScoreForm
    submit_label = "提交打分"
    success_message = "已打分，汇总前可以修改。"
    has_personal_data = True
    template_name = "points/rounds/score.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        seats = RoundJuror.objects.filter(seats_of(self.actor))
        rows = RoundNomination.objects.filter(round__in=seats.values("round"))
        self.nomination: RoundNomination = find_or_404(
            rows.select_related("person", "round").defer("person__search"), pk=kwargs["pk"]
        )
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_title(self) -> str:
        return f"打分：{self.nomination.person.name}"

    def get_form_kwargs(self) -> dict[str, Any]:
        criteria = self.nomination.round.criteria.filter(full_points=0).order_by("pk")
        return super().get_form_kwargs() | {"criteria": criteria}

    def get_initial(self) -> dict[str, Any]:
        """As one marked before."""
        rows = RoundScore.objects.filter(seats_of(self.actor, "juror__"), nomination=self.nomination)
        return {f"mark_{row.criterion_id}": row.score for row in rows}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What they did, with the evidence."""
        return super().get_context_data(
            nomination=self.nomination, files=files.of_subject(_common.NOMINATION, self.nomination.pk), **kwargs
        )

    def get_cancel_url(self) -> str:
        return reverse("points:my_round", args=[self.nomination.round_id])

    def save(self, form: Any) -> str:
        """Keep the marks."""
        ballots.score(nomination_id=self.nomination.pk, marks=form.marks(), by=self.actor, now=timezone.now())
        return self.get_cancel_url()


class Honours(PageMixin, TemplateView):
    """荣誉榜: who was honoured, round by round and by name, with what they did."""

    template_name = "points/rounds/honours.html"
    title = "荣誉榜"
    has_personal_data = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of them: the last round first; within a round by name."""
        page = paging.paginate(
            selectors.honoured(self.actor.district_id), _NEWEST, after=self.request.GET.get("after", ""), size=40
        )
        rows: list[RoundNomination] = page.rows
        photos = selectors.photos(rows)
        groups: dict[int, tuple[Round, list[tuple[RoundNomination, Any]]]] = {}
        for row in sorted(rows, key=lambda one: (one.person.initials, one.person.name, one.pk)):
            groups.setdefault(row.round_id, (row.round, []))[1].append((row, photos.get(row.pk)))
        ordered = [groups[key] for key in sorted(groups, reverse=True)]
        return super().get_context_data(groups=ordered, page=page, **kwargs)
