"""Messages: recorded with the change that causes them, delivered at least once, harmless when repeated."""

from django.db import models
from django.db.models import Q

from governance.outbox.querysets import InboxQuerySet


class InboxItem(models.Model):
    """A message to one person inside the platform. Written with the change itself, so it cannot be lost."""

    INFO, SOON, OVER = "info", "soon", "over"

    user_id = models.BigIntegerField()
    # The same key for the same person is the same message: a repeat changes nothing.
    key = models.CharField(max_length=120)
    level = models.CharField(max_length=4, choices=[(INFO, "通知"), (SOON, "黄牌"), (OVER, "红牌")], default=INFO)
    title = models.CharField("标题", max_length=120)
    body = models.CharField("内容", max_length=500, blank=True)
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = InboxQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="one_inbox_item_per_key")]
        indexes = [
            models.Index(fields=["user_id", "-created_at", "-id"], name="inbox_newest_first"),
            models.Index(fields=["user_id"], condition=Q(read_at=None), name="inbox_unread"),
        ]

    def __str__(self) -> str:
        return self.title


class Reminder(models.Model):
    """Something that one person is to be reminded of; `item` is the message that told them, null while it waits."""

    user_id = models.BigIntegerField()
    key = models.CharField(max_length=120)
    level = models.CharField("级别", max_length=4, choices=InboxItem._meta.get_field("level").choices)
    title = models.CharField("标题", max_length=120)
    body = models.CharField("内容", max_length=500, blank=True)
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.BigIntegerField(default=0)
    due_at = models.DateTimeField("应发生时间")
    created_at = models.DateTimeField("记录时间")
    item = models.ForeignKey(InboxItem, models.PROTECT, null=True, related_name="reminders")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="one_reminder_per_key")]
        indexes = [
            models.Index(fields=["user_id", "due_at"], condition=Q(item=None), name="reminder_waiting"),
            models.Index(fields=["item", "due_at", "id"], name="reminders_of_a_message"),
        ]


class Delivery(models.Model):
    """A message to an outside channel (a WeCom robot, an SMS gateway, the city hotline), retried until accepted."""

    WAITING, SENT, GIVEN_UP = "waiting", "sent", "given_up"
    STATES = [(WAITING, "待发送"), (SENT, "已送达"), (GIVEN_UP, "未送达")]

    channel = models.CharField(max_length=16)
    key = models.CharField(max_length=120, unique=True)
    # Often somebody's number.
    address_sealed = models.CharField(max_length=400, blank=True)
    payload = models.JSONField()
    # What it is about; and whether it may wake somebody (see quiet.py).
    subject_type = models.CharField(max_length=64, blank=True, db_default="")
    subject_id = models.BigIntegerField(default=0, db_default=0)
    urgent = models.BooleanField(default=False, db_default=False)
    # Messages of one stream leave in the order of `sequence`; "" for what follows nothing.
    stream = models.CharField(max_length=64, blank=True, db_default="")
    sequence = models.PositiveIntegerField(default=0, db_default=0)
    state = models.CharField("状态", max_length=8, choices=STATES, default=WAITING)
    # Grows with every claim: whoever claimed an attempt may end it, and nobody else.
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=Q(state="waiting"), name="delivery_waiting"),
            models.Index(fields=["-created_at", "-id"], name="delivery_newest"),
            models.Index(fields=["state", "-created_at", "-id"], name="delivery_state"),
            models.Index(fields=["subject_type", "subject_id", "id"], name="delivery_subject"),
            models.Index(fields=["stream", "sequence"], condition=~Q(stream=""), name="delivery_stream"),
        ]

    @property
    def address_context(self) -> str:
        """What the address is sealed for."""
        return f"delivery.address:{self.key}"


class QuietHours(models.Model):
    """When a channel's receivers are to be left alone, by the wall clock; `ends` before `starts` is over midnight."""

    channel = models.CharField("渠道", max_length=16, unique=True)
    starts = models.TimeField("从")
    ends = models.TimeField("到")
