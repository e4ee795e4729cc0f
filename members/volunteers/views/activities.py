"""志愿活动: the list, an activity with who signed up, drafting, changing, publishing, cancelling."""

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
from members.models import Activity, Person, SignUp, TeamMember
from members.querysets import SEE
from members.volunteers.filters import ActivityFilterSet
from members.volunteers.forms import ActivityForm, WhyForm
from members.volunteers.minutes import told
from members.volunteers.services import activities, sign_ups
from members.volunteers.views.picking import PickPage
from members.volunteers.workflow import EDITABLE, OPEN

LIST = ("志愿活动", "members:volunteer_activities")


def _seats(row: Any) -> str:
    taken = f"{row.taken or 0}/{row.capacity}" if row.capacity else f"{row.taken or 0}"
    return f"{taken} 人" + (f"，候补 {row.waiting}" if row.waiting else "")


def when(row: Activity) -> str:
    """11-23 09:00–11:00."""
    begin, end = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    year = f"{begin:%Y}-" if begin.year != timezone.localdate().year else ""
    return f"{year}{begin:%m-%d %H:%M}–{end:%H:%M}"


class ActivityList(ListPage):
    """志愿活动."""

    page = "volunteer_activities"
    title = "志愿活动"
    noun = "场"
    filterset_class = ActivityFilterSet
    has_personal_data = False
    page_size = 20
    columns = (
        Column("title", "活动名称", "members/volunteers/cells/activity.html", always=True, phone="title", grow=True),
        Column("when", "时间", when, phone="inline", orders=("next", "last")),
        Column("kind", "类型", lambda row: row.get_kind_display(), secondary=True),
        Column("seats", "报名", _seats, phone="inline"),
        Column("unit", "主办单位", "unit.name"),
        Column("team", "队伍", "team.name", secondary=True),
        Column("where", "地点", "where", default=False),
        Column("clock", "时长确认", "members/volunteers/cells/confirming.html", phone="inline"),
    )
    orders = (Order("last", "最近的在前", ("-starts_at",)), Order("next", "最早的在前", ("starts_at",)))
    tabs = (
        Tab("published", "报名中", Q(state="published")),
        Tab("running", "进行中", Q(state="running")),
        Tab("pending", "待确认时长", Q(state="ended", pending__gt=0)),
        Tab("late", "确认超期", Q(state="ended", pending__gt=0, card="red"), tone="over"),
        Tab("ended", "已结束", Q(state="ended")),
        Tab("draft", "待发布", Q(state="draft")),
        Tab("cancelled", "已取消", Q(state="cancelled")),
    )
    empty_text = "请切换上方的状态，或新增活动。"

    def get_queryset(self) -> QuerySet[Activity]:
        """In scope, with how many come."""
        rows: QuerySet[Activity] = Activity.objects.visible_to(self.actor).with_counts()
        return rows.select_related("unit", "team", "site")

    def row_tone(self, row: Any) -> str:
        """Late hours; and an activity that nobody has ended."""
        if row.state in OPEN:
            return "soon" if row.ends_at < timezone.now() else ""
        return {"red": "over", "yellow": "soon"}.get(row.card, "") if row.pending else ""

    def get_actions(self) -> Sequence[Action]:
        if not may(self.actor, "volunteer.propose"):
            return ()
        return (Action("新增活动", reverse("members:volunteer_activity_add"), "plus", primary=True),)


class ActivityDetail(DetailPage):
    """One activity: what, where, when; who signed up and came; what is to be done next."""

    template_name = "members/volunteers/activity.html"
    context_name = "activity"

    def get_queryset(self) -> QuerySet[Activity]:
        rows: QuerySet[Activity] = Activity.objects.visible_to(self.actor).with_counts()
        return rows.select_related("unit", "team", "site", "street", "community")

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.object.title, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The list by state; what the actor may do in this one."""
        sees, state = self.actor.role in SEE, self.object.state
        tail = self.request.GET.get("tail", "")[:4]
        edits, helps = may(self.actor, "volunteer.edit"), may(self.actor, "volunteer.propose")
        rows = self._sign_ups(tail) if sees else []
        return super().get_context_data(
            rows=rows, tail=tail, sees_people=sees, when=when(self.object), has_personal_data=sees,
            planned=told(self.object.planned_minutes), now=timezone.now(),
            waiting_rows=[row for row in rows if row.state == "waiting"],
            seated=[row for row in rows if row.state in ("signed", "came", "absent")],
            may_change=state in EDITABLE and (edits or (helps and state == "draft")),
            may_publish=state == "draft" and edits, may_open=state == "published" and helps,
            may_end=state == "running" and helps, may_attend=state == "running" and helps,
            may_cancel=(state in OPEN and edits) or (state == "draft" and helps),
            may_sign=state in OPEN and helps, may_copy=helps, may_see_hours=may(self.actor, "volunteer.hours"),
            may_add_hours=state == "ended" and helps, **kwargs,
        )  # fmt: skip

    def _sign_ups(self, tail: str) -> list[SignUp]:
        rows = self.object.sign_ups.exclude(state="cancelled").select_related("person__grid").defer("person__search")
        if tail.isdigit() and len(tail) == 4:
            rows = rows.filter(person__phone_masked__endswith=tail)
        return list(rows.order_by("at", "pk"))


class _ActivityForm(FormPage):
    form_class = ActivityForm
    template_name = "ui/form_grid.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}


class ActivityAdd(_ActivityForm):
    """新增活动; with `copy` a new one like that, a week later."""

    title = "新增志愿活动"
    submit_label = "保存草稿"

    def get_says(self) -> str:
        return "" if may(self.actor, "volunteer.edit") else "保存后由社区审核发布。"

    def get_initial(self) -> dict[str, Any]:
        """What another one says, or the team that one comes from."""
        copy, team = self.request.GET.get("copy", ""), self.request.GET.get("team", "")
        if copy.isascii() and copy.isdigit() and len(copy) < 19:
            return activities.copied(find_or_404(Activity.objects.visible_to(self.actor), pk=copy))
        return {"team": team} if team.isascii() and team.isdigit() and len(team) < 19 else {}

    def save(self, form: Any) -> str:
        made = activities.draft_activity(
            facts=form.facts(), unit_id=form.cleaned_data["unit"].pk, by=self.actor, now=timezone.now()
        )
        self.success_message = "已保存草稿，核对后请发布。"
        return reverse("members:volunteer_activity", args=[made.pk])

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]


class OfActivity(FormPage):
    """A form about one activity in scope."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.activity: Activity = find_or_404(Activity.objects.visible_to(self.actor), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_cancel_url(self) -> str:
        return reverse("members:volunteer_activity", args=[self.activity.pk])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.activity.title, self.get_cancel_url()), (self.title, "")]


class ActivityChange(OfActivity):
    """修改活动."""

    form_class = ActivityForm
    template_name = "ui/form_grid.html"
    title = "修改志愿活动"
    says = "时间、地点改动后，请通知已报名的人员。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor, "is_new": False}

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        names = ("title", "kind", "starts_at", "ends_at", "words", "address", "capacity", "sign_up_until")
        one = self.activity
        return {name: getattr(one, name) for name in names} | {
            "team": one.team_id, "site": one.site_id, "planned": one.planned_minutes,
        }  # fmt: skip

    def save(self, form: Any) -> str:
        activities.change_activity(activity_id=self.activity.pk, facts=form.facts(), by=self.actor, now=timezone.now())
        self.success_message = "已保存。"
        return self.get_cancel_url()


class ActivityCancel(OfActivity):
    """取消活动."""

    form_class = WhyForm
    title = "取消志愿活动"
    submit_label = "取消活动"
    says = "取消后全部报名一并取消，请通知已报名的人员。"
    danger = True

    def save(self, form: Any) -> str:
        activities.cancel_activity(
            activity_id=self.activity.pk, why=form.cleaned_data["why"], by=self.actor, now=timezone.now()
        )
        self.success_message = "活动已取消。"
        return self.get_cancel_url()


_STEPS: dict[str, tuple[Callable[..., Activity], str]] = {
    "publish": (activities.publish_activity, "活动已发布，可以报名。"),
    "open": (activities.open_check_in, "已开始签到。"),
    "end": (activities.end_activity, "活动已结束，服务时长待确认。"),
}


def step(request: HttpRequest, pk: int) -> HttpResponse:
    """发布, 开始签到, 结束: the step is named by the button."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    activity = find_or_404(Activity.objects.visible_to(actor), pk=pk)
    service, said = _STEPS.get(request.POST.get("step", ""), (None, ""))
    try:
        if service is not None:
            service(activity_id=activity.pk, by=actor, now=timezone.now())
            messages.success(request, said)
    except DomainError as refused:
        messages.error(request, refused.message)
    return HttpResponseRedirect(reverse("members:volunteer_activity", args=[pk]))


class ActivityPick(PickPage):
    """代报名: the team's members first, and anybody who is looked for."""

    title = "代报名"
    submit_label = "报名"

    def load(self, pk: int) -> None:
        rows = Activity.objects.visible_to(self.actor).select_related("team")
        self.activity: Activity = find_or_404(rows, pk=pk)

    def known(self) -> set[int]:
        return set(self.activity.sign_ups.exclude(state="cancelled").values_list("person_id", flat=True))

    def offered(self) -> list[Person]:
        if self.activity.team_id is None:
            return []
        members = TeamMember.objects.now_in().filter(team=self.activity.team_id).exclude(person__in=self.known())
        rows = self._people().filter(pk__in=members.values("person"))
        return list(rows.order_by("pk"))

    def back(self) -> str:
        return reverse("members:volunteer_activity", args=[self.activity.pk])

    def take(self, ids: list[int]) -> str:
        done = sign_ups.sign_up(activity_id=self.activity.pk, person_ids=ids, by=self.actor, now=timezone.now())
        said = [f"已报名 {len(done.seated)} 人"]
        said += [f"候补 {len(done.waiting)} 人"] if done.waiting else []
        said += (
            [f"未报名 {len(done.refused)} 人：" + "".join(why for _, why in done.refused[:5])] if done.refused else []
        )
        return "，".join(said) + ("" if done.refused else "。")

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.activity.title, self.back()), (self.title, "")]
