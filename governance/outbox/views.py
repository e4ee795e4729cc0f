"""The inbox, and the bell that counts what is unread."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from governance.outbox import registry, selectors, services
from governance.outbox.models import InboxItem, Reminder
from governance.ui.views import Column, ListPage, Order, Tab, find_or_404


class Inbox(ListPage):
    """One's own messages, the newest first."""

    page = "inbox"
    title = "消息"
    template_name = "outbox/inbox.html"
    orders = (Order("new", "最新", ("-created_at",)),)
    columns = (
        Column("level", "级别", "outbox/cells/level.html", always=True, phone="lead"),
        Column("title", "内容", "outbox/cells/title.html", always=True, phone="title", grow=True),
        Column("created_at", "时间", always=True, phone="inline"),
        Column("state", "状态", "outbox/cells/state.html", always=True, phone="actions"),
    )
    tabs = (
        Tab("", "全部"),
        Tab("unread", "未读", Q(read_at=None)),
        Tab("over", "红牌", Q(level=InboxItem.OVER)),
        Tab("soon", "黄牌", Q(level=InboxItem.SOON)),
    )
    empty_title = "没有这类消息"
    empty_text = "请切换上方的分类。"

    def get_queryset(self) -> QuerySet[InboxItem]:
        """One's own."""
        return InboxItem.objects.visible_to(self.actor)

    def row_label(self, row: InboxItem) -> str:
        """The message's title."""
        return row.title

    def extra_context(self) -> dict[str, Any]:
        """Whether there is anything to mark as read."""
        return {"unread": selectors.unread_count(self.actor.user_id)}


class Gathered(ListPage):
    """What one message gathered, in the order in which it was due."""

    page = "gathered"
    title = "提醒"
    orders = (Order("due", "按发生时间", ("due_at",)),)
    columns = (
        Column("level", "级别", "outbox/cells/level.html", always=True, phone="lead"),
        Column("title", "内容", "outbox/cells/reminder.html", always=True, phone="title", grow=True),
        Column("due_at", "应发生时间", always=True, phone="inline"),
        Column("created_at", "记录时间", phone="hidden"),
    )
    empty_title = "没有提醒"

    def get_queryset(self) -> QuerySet[Reminder]:
        """Those of one's own message."""
        item = find_or_404(InboxItem.objects.visible_to(self.actor), pk=self.kwargs["pk"])
        return Reminder.objects.filter(item=item)

    def row_label(self, row: Reminder) -> str:
        """The reminder's title."""
        return row.title


@require_GET
@never_cache
def open_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks a message as read and goes to what it is about; back to the inbox where that has no page."""
    item = services.mark_read(item_id=pk, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    url = registry.url_of(item.subject_type, item.subject_id)
    return HttpResponseRedirect(url or reverse("outbox:inbox"))


@require_POST
def read_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks one message as read."""
    services.mark_read(item_id=pk, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("outbox:inbox"))


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Marks all messages as read."""
    done = services.mark_all_read(by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    messages.success(request, f"已将 {done} 条消息标为已读。" if done else "没有未读消息。")
    return HttpResponseRedirect(reverse("outbox:inbox"))


@require_GET
@never_cache
def bell(request: HttpRequest) -> HttpResponse:
    """The bell with the number of unread messages, asked again when the person comes back to the window.

    Never on a timer: a page left open would keep a session alive that should end for want of a person.
    """
    return render(request, "ui/parts/bell.html")
