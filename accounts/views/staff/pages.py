"""The list of staff, and the page of one person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.filters import StaffFilter
from accounts.lockout import is_locked
from accounts.models import ApiToken, Posting, User
from governance.ui import dates
from governance.ui.views import Action, Column, DetailPage, ListPage, Order, Tab


def _current(user_path: str = "pk") -> Exists:
    today = timezone.localdate()
    return Exists(Posting.objects.current_or_coming(today).filter(user=OuterRef(user_path)))


def _with_posting(queryset: QuerySet[User], request: HttpRequest) -> QuerySet[User]:
    return queryset.filter(_current(), is_active=True)


def _without_posting(queryset: QuerySet[User], request: HttpRequest) -> QuerySet[User]:
    return queryset.filter(~_current(), is_active=True)


def _last_seen(user: Any) -> str:
    return dates.moment(user.last_seen) if user.last_seen else "从未登录"


class StaffList(ListPage):
    """人员与账号."""

    page = "staff"
    title = "人员与账号"
    noun = "人"
    filterset_class = StaffFilter
    columns = (
        Column("name", "姓名", "accounts/cells/name.html", always=True, phone="lead"),
        Column("postings", "岗位", "accounts/cells/postings.html", phone="title", grow=True),
        Column("phone_masked", "手机", lambda user: user.phone_masked or "—", secondary=True),
        Column("state", "状态", "accounts/cells/state.html", phone="inline"),
        Column("last_seen", "最近使用", _last_seen, secondary=True),
        Column("created_at", "建立时间", default=False),
    )
    orders = (
        Order("name", "姓名拼音", ("initials",)),
        Order("new", "最新建立", ("-created_at",)),
        Order("username", "账号", ("username",)),
    )
    tabs = (
        Tab("in_force", "在任", narrow=_with_posting),
        Tab("none", "无岗位", narrow=_without_posting),
        Tab("disabled", "已停用", Q(is_active=False)),
        Tab("all", "全部"),
    )
    empty_text = "请放宽查找条件，或新增人员、从 Excel 导入。"

    def get_queryset(self) -> QuerySet[User]:
        """All staff of the office's district, with their postings that have not ended."""
        current = (
            Posting.objects.current_or_coming(timezone.localdate())
            .select_related("unit__community")
            .order_by("starts_on")
        )
        staff: QuerySet[User] = User.objects.visible_to(self.actor)
        staff = staff.prefetch_related(Prefetch("postings", current.order_by("starts_on"), to_attr="current_postings"))
        return staff.annotate(last_seen=Max("sessions__seen_at"))

    def get_actions(self) -> Sequence[Action]:
        """Adding, one by one or many."""
        return (
            Action("从 Excel 导入", reverse("accounts:staff_import"), "file-import"),
            Action("新增人员", reverse("accounts:staff_add"), "user-plus", primary=True),
        )


class StaffDetail(DetailPage):
    """One person: facts, postings, sessions, tokens, and what can be done."""

    template_name = "accounts/staff_detail.html"
    context_name = "person"

    def get_queryset(self) -> QuerySet[User]:
        """Staff in scope."""
        queryset: QuerySet[User] = User.objects.visible_to(self.actor)
        return queryset

    def get_title(self) -> str:
        """The person's name."""
        return str(self.object.name)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Under the list."""
        return (("人员与账号", reverse("accounts:staff")), (self.object.name, ""))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All that belongs to the person."""
        now, person = timezone.now(), self.object
        today = timezone.localdate(now)
        postings = list(person.postings.select_related("unit__community").order_by("-starts_on", "-pk"))
        for posting in postings:
            posting.standing = _standing(posting, today)
        return super().get_context_data(
            postings=postings,
            sessions=person.sessions.filter(ended_at=None).order_by("-seen_at")[:20],
            tokens=_tokens_of(person, now),
            is_locked=is_locked(person.username, now=now),
            is_oneself=person.pk == self.actor.user_id,
            **kwargs,
        )


def _standing(posting: Posting, today: Any) -> str:
    if posting.is_in_force(today):
        return "current"
    return "coming" if posting.cancelled_at is None and posting.starts_on > today else "ended"


def _tokens_of(person: User, now: Any) -> list[ApiToken]:
    tokens = list(
        ApiToken.objects.filter(posting__user=person).select_related("posting__unit__community").order_by("-pk")[:50]
    )
    valid = set(ApiToken.objects.valid(now).filter(posting__user=person).values_list("pk", flat=True))
    for token in tokens:
        token.is_valid = token.pk in valid  # type: ignore[attr-defined]
    return tokens
