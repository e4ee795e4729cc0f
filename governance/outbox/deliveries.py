"""What was sent to outside channels, and what was not: the list, sending again, and the quiet hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from governance.audit import actions
from governance.outbox import quiet, registry, retrying
from governance.outbox.models import Delivery
from governance.ui import dates
from governance.ui.filters import DateRangeFilter
from governance.ui.nav import may
from governance.ui.templatetags.ui import chip
from governance.ui.views import Action, BulkAction, BulkRun, Column, FormPage, ListPage, Order, Outcome, Tab

TITLE = "发送记录"
_TONES = {Delivery.WAITING: "info", Delivery.SENT: "ok", Delivery.GIVEN_UP: "over"}


class DeliveryFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """By channel and by day."""

    channel = django_filters.ChoiceFilter(label="渠道", choices=list(quiet.LABELS.items()), empty_label="全部")
    created = DateRangeFilter(label="提交日期", field_name="created_at")

    class Meta:
        model = Delivery
        fields: list[str] = []


def _retry(run: BulkRun) -> Outcome:
    return Outcome(retrying.retry(delivery_ids=run.ids, by=run.actor, now=timezone.now()))


class Deliveries(ListPage):
    """Messages to outside channels, the newest first. Their receivers' numbers are sealed, and not shown here."""

    page = "deliveries"
    title = TITLE
    has_personal_data = False
    filterset_class = DeliveryFilterSet
    orders = (Order("new", "最新", ("-created_at",)), Order("old", "最早", ("created_at",)))
    columns = (
        Column("state", "状态", lambda d: chip(d.get_state_display(), _TONES[d.state]), always=True, phone="lead"),
        Column("about", "事项", lambda d: _about(d), always=True, phone="title", grow=True),
        Column("channel", "渠道", lambda d: quiet.LABELS.get(d.channel, d.channel), phone="inline"),
        Column("created_at", "提交时间", lambda d: dates.short(d.created_at)),
        Column("sent_at", "送达时间", lambda d: _moment(d.sent_at)),
        Column("attempts", "尝试", lambda d: f"{d.attempts} 次", num=True),
        Column("next_try_at", "下次尝试", lambda d: _moment(d.next_try_at), secondary=True),
        Column("last_error", "原因", phone="meta"),
    )
    tabs = (
        Tab("", "全部"),
        Tab("waiting", "待发送", Q(state=Delivery.WAITING)),
        Tab("given_up", "未送达", Q(state=Delivery.GIVEN_UP), tone="over"),
        Tab("sent", "已送达", Q(state=Delivery.SENT)),
    )
    bulk_actions = (
        BulkAction(
            "retry", "重新发送", _retry, icon="refresh", right="outbox.retry", limit=2000,
            says="未送达的消息重新排队发送；待发送和已送达的保持不变。对方按编号识别，不会重复收到。",
        ),
    )  # fmt: skip
    empty_title = "没有发送记录"
    empty_text = "向短信、企业微信和市热线发送的消息会出现在这里。"

    def get_queryset(self) -> QuerySet[Delivery]:
        """All: the platform's channels belong to the district as a whole."""
        return Delivery.objects.defer("payload", "address_sealed")

    def get_actions(self) -> Sequence[Action]:
        """The quiet hours."""
        if not may(self.actor, "outbox.quiet"):
            return []
        return [Action("免打扰时段", reverse("outbox:quiet"), icon="moon")]

    def row_tone(self, row: Delivery) -> str:
        """What was given up is marked."""
        return "over" if row.state == Delivery.GIVEN_UP else ""

    def row_label(self, row: Delivery) -> str:
        """The message's own key."""
        return row.key


def _moment(at: datetime | None) -> str:
    return dates.short(at) if at else ""


def _about(delivery: Delivery) -> SafeString | str:
    url = registry.url_of(delivery.subject_type, delivery.subject_id)
    label = f"{actions.subject_label(delivery.subject_type)} {delivery.subject_id}" if delivery.subject_type else "—"
    return format_html('<a href="{}">{}</a>', url, label) if url else label


class QuietForm(forms.Form):
    """From when to when, for each channel."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for channel, (starts, ends) in quiet.hours().items():
            label = quiet.LABELS[channel]
            self._put(f"{channel}-starts", f"{label}：从", starts)
            self._put(f"{channel}-ends", f"{label}：到", ends)

    def _put(self, name: str, label: str, initial: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        self.fields[name] = forms.TimeField(label=label, widget=widget, initial=initial)


class Quiet(FormPage):
    """The quiet hours of all channels."""

    title = "免打扰时段"
    form_class = QuietForm
    says = "这段时间内不发送，等结束后按先后补发；涉及生命安全和紧急的事项不受限制。从、到相同表示不设免打扰。"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Under the deliveries."""
        return ((TITLE, reverse("outbox:deliveries")), (self.title, ""))

    def get_cancel_url(self) -> str:
        """Back to the deliveries."""
        return reverse("outbox:deliveries")

    def save(self, form: Any) -> str:
        """Set what has changed."""
        now, old, data = timezone.now(), quiet.hours(), form.cleaned_data
        for channel in old:
            wanted = data[f"{channel}-starts"], data[f"{channel}-ends"]
            if wanted != old[channel]:
                quiet.set_hours(channel=channel, starts=wanted[0], ends=wanted[1], by=self.actor, now=now)
        self.success_message = "已保存免打扰时段。"
        return self.get_cancel_url()
