"""积分公示: the list, a notice with its lines and objections, the sheet to be put up; and who is not named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from accounts.rights import may
from governance.errors import DomainError
from governance.scope import Actor
from governance.ui.views import Action, Column, DetailPage, FormPage, ListPage, Order, Tab, find_or_404
from members.models import Person
from points.models import Notice, NoticeObjection, Unnamed
from points.rounds.notices import selectors, services
from points.rounds.notices.forms import AnswerForm, DraftForm, ObjectionForm, UnnamedForm

LIST = ("积分公示", "points:notices")


def _month(notice: Notice) -> str:
    edition = f"（第 {notice.edition} 版）" if notice.edition > 1 else ""
    return f"{notice.month.year}年{notice.month.month}月{edition}"


_WAITING = NoticeObjection.objects.filter(answered_at=None).values("notice")


class NoticeList(ListPage):
    """Every community's notices, the last month first."""

    page = "points_notices"
    title = "积分公示"
    noun = "份"
    has_personal_data = False
    columns = (
        Column("month", "月份", "points/rounds/cells/notice.html", always=True, phone="title", grow=True),
        Column("unit", "社区", "unit.name", phone="lead"),
        Column("state", "状态", "ui/cells/state.html", phone="inline"),
        Column("people", "人（户）数", phone="meta"),
        Column("given", "发放积分", phone="meta"),
        Column("exchanged", "兑换积分", phone="meta"),
        Column("waiting", "待答复异议", lambda row: row.waiting or "—", phone="meta"),
        Column("published_at", "公示时间", "points/rounds/cells/published.html", secondary=True),
    )
    orders = (Order("new", "最近月份", ("-month",)),)
    tabs = (
        Tab("", "全部"),
        Tab("draft", "待公示", Q(state="draft")),
        Tab("published", "已公示", Q(state="published")),
        Tab("objected", "有异议待答复", Q(pk__in=_WAITING), tone="over"),
        Tab("replaced", "已更正", Q(state="replaced")),
    )
    template_name = "points/rounds/notices.html"
    empty_title = "还没有积分公示"
    empty_text = "每月 10 日前公示上月的积分发放和兑换。"

    def get_queryset(self) -> QuerySet[Notice]:
        """In scope."""
        return selectors.with_waiting(Notice.objects.visible_to(self.actor))

    def get_actions(self) -> Sequence[Action]:
        """The community draws up."""
        if not may(self.actor, services.EDIT):
            return ()
        return (Action("拟定公示", reverse("points:notice_add"), "plus", primary=True),)

    def extra_context(self) -> dict[str, Any]:
        """Which communities are late, by name."""
        today = timezone.localdate()
        return {
            "missing": selectors.not_published(self.actor, today), "missing_month": selectors.last_month(today),
            "is_late": today.day > selectors.DUE_DAY, "due_day": selectors.DUE_DAY,
        }  # fmt: skip


class NoticeAdd(FormPage):
    """拟定公示."""

    form_class = DraftForm
    title = "拟定积分公示"
    submit_label = "生成草稿"
    says = (
        "按该月本社区的积分发放和兑换生成草稿，社区书记核对后公示。"
        "姓名只显示姓，不满 14 周岁、出生日期不明和要求不具名的只计数。"
    )

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def save(self, form: Any) -> str:
        """The draft."""
        said = dict(form.cleaned_data)
        unit = said.pop("community")
        made = services.draft_notice(
            community_id=unit.pk if unit else self.actor.unit_id, by=self.actor, now=timezone.now(), **said
        )
        self.success_message = "已生成草稿，请核对。"
        return reverse("points:notice", args=[made.pk])


class NoticeDetail(DetailPage):
    """One edition: what it says, what was said against it."""

    template_name = "points/rounds/notice.html"
    context_name = "notice"

    def get_queryset(self) -> QuerySet[Notice]:
        """In scope."""
        rows: QuerySet[Notice] = Notice.objects.visible_to(self.actor).select_related("unit", "street")
        return rows

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (_month(self.object), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its lines, editions and objections, and what may be done."""
        found, edits = self.object, may(self.actor, services.EDIT)
        is_draft, is_published = found.state == "draft", found.state == "published"
        return super().get_context_data(
            lines=list(found.lines.order_by("pk")), editions=selectors.editions(found),
            objections=list(found.objections.order_by("-pk")), month=_month(found),
            may_edit=edits and is_draft, may_publish=may(self.actor, services.PUBLISH) and is_draft,
            may_object=edits and is_published, may_answer=edits,
            public_url=self.request.build_absolute_uri(reverse("points:public_notice", args=[found.code])),
            named_until=selectors.names_until(found.published_at) if found.published_at else None, **kwargs,
        )  # fmt: skip


class NoticePrint(NoticeDetail):
    """The sheet for the board, A4."""

    template_name = "points/rounds/notice_print.html"


_STEPS: dict[str, tuple[Callable[..., object], str]] = {
    "refresh": (services.refresh_notice, "草稿已更新，请核对。"),
    "publish": (services.publish_notice, "已公示。公示内容不能再改动，有误时请拟定更正。"),
    "discard": (services.discard_notice, "草稿已作废。"),
}


def step(request: HttpRequest, pk: int) -> HttpResponse:
    """更新草稿, 公示, 作废: the step is named by the button."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    notice = find_or_404(Notice.objects.visible_to(actor), pk=pk)
    name = request.POST.get("step", "")
    service, said = _STEPS.get(name, (None, ""))
    back = reverse("points:notice", args=[pk])
    try:
        if service is not None:
            service(notice_id=notice.pk, by=actor, now=timezone.now())
            messages.success(request, said)
            back = reverse(LIST[1]) if name == "discard" else back
    except DomainError as refused:
        messages.error(request, refused.message)
    return HttpResponseRedirect(back)


class ObjectionAdd(FormPage):
    """登记异议."""

    form_class = ObjectionForm
    title = "登记异议"
    submit_label = "登记"
    success_message = "已登记，请尽快核实答复。"
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.notice: Notice = find_or_404(Notice.objects.visible_to(self.actor), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_initial(self) -> dict[str, Any]:
        """Mostly of today."""
        return {"on": timezone.localdate()}

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (_month(self.notice), self.get_cancel_url()), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse("points:notice", args=[self.notice.pk])

    def save(self, form: Any) -> str:
        """Take it down."""
        services.receive_objection(notice_id=self.notice.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        return self.get_cancel_url()


class ObjectionAnswer(FormPage):
    """答复异议."""

    form_class = AnswerForm
    title = "答复异议"
    submit_label = "答复"
    success_message = "已答复。公示有误的，请拟定更正。"
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.objection: NoticeObjection = find_or_404(
            NoticeObjection.objects.visible_to(self.actor).select_related("notice"), pk=kwargs["pk"]
        )
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_says(self) -> str:
        return f"{self.objection.from_words}：{self.objection.words}"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        back = (_month(self.objection.notice), self.get_cancel_url())
        return [(LIST[0], reverse(LIST[1])), back, (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse("points:notice", args=[self.objection.notice_id])

    def save(self, form: Any) -> str:
        """Answer it."""
        services.answer_objection(
            objection_id=self.objection.pk, answer=form.cleaned_data["answer"], by=self.actor, now=timezone.now()
        )
        return self.get_cancel_url()


class UnnamedChange(FormPage):
    """公示中不具名: set on request, and taken back."""

    form_class = UnnamedForm
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person: Person = find_or_404(Person.objects.visible_to(self.actor).defer("search"), pk=kwargs["pk"])
        self.noted = Unnamed.objects.filter(person=self.person).first()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_title(self) -> str:
        return f"公示中不具名：{self.person.name}"

    @property
    def submit_label(self) -> str:  # type: ignore[override]
        """Set it, or take it back."""
        return "恢复具名" if self.noted else "登记不具名"

    def get_says(self) -> str:
        if self.noted:
            noted = f"{self.noted.set_by_name}于 {timezone.localdate(self.noted.set_at)} 登记：{self.noted.words}。"
            return f"{noted}恢复后自下次公示起具名。"
        return "自下次公示起只计数、不出现姓名；已公示的不变。由本人提出，社区登记。"

    def get_form(self, form_class: Any = None) -> Any:
        """Taking it back asks for nothing."""
        form = super().get_form(form_class)
        if self.noted:
            del form.fields["words"]
        return form

    def get_cancel_url(self) -> str:
        return reverse("members:person", args=[self.person.pk])

    def save(self, form: Any) -> str:
        """Whichever of the two the page showed."""
        told: dict[str, Any] = {"person_id": self.person.pk, "by": self.actor, "now": timezone.now()}
        if self.noted:
            services.name_again(**told)
            self.success_message = "已恢复具名。"
        else:
            services.leave_unnamed(words=form.cleaned_data["words"], **told)
            self.success_message = "已登记，公示中不再出现姓名。"
        return self.get_cancel_url()
