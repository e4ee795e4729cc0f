"""What the city hotline returned 热线退回: an event that it refused, what it said, and what was done about it."""

from django.db import models
from django.db.models import Q

from appeals.models.appeal import Appeal

# The words of docs/hotline-api.md, and what people call them.
EVENTS = [
    ("accepted", "受理"),
    ("dispatched", "交办"),
    ("in_progress", "签收办理"),
    ("shelved", "挂账"),
    ("resolved", "办结答复"),
    ("closed", "归档"),
    ("rejected", "不予受理"),
    ("merged", "并案"),
    ("reopened", "重新办理"),
    ("corrected", "更正答复"),
    ("extension_requested", "申请延期"),
    ("extension_granted", "同意延期"),
    ("extension_refused", "延期未获同意"),
]


class HotlineReturn(models.Model):
    """One event that the city refused, and the work that it makes.

    `sequence` is the event's place in the appeal's stream, 0 for what reached the city by another way than ours (an
    imported appeal's reply). Refused once more, the row opens again with the city's newest words: what was said and
    done before is in the appeal's history.
    """

    OPEN, RESENT, REWORKED, SET_ASIDE = "open", "resent", "reworked", "set_aside"
    STATES = [(OPEN, "待处理"), (RESENT, "已更正重报"), (REWORKED, "已重新办理"), (SET_ASIDE, "已存查")]

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="hotline_returns")
    event = models.CharField("退回事项", max_length=24, choices=EVENTS)
    sequence = models.PositiveIntegerField(default=0)
    delivery = models.ForeignKey("outbox.Delivery", models.SET_NULL, null=True, related_name="+")
    # When what was told had happened: it names the request that an extension's event is about.
    happened_at = models.DateTimeField(null=True)
    code = models.CharField("退回代码", max_length=32, blank=True)
    reason = models.CharField("退回理由", max_length=1000)
    reply = models.TextField("报送的答复", max_length=10_000, blank=True)
    received_at = models.DateTimeField("退回时间")
    state = models.CharField("状态", max_length=9, choices=STATES, default=OPEN)
    done_at = models.DateTimeField("处理时间", null=True)
    done_by_user = models.BigIntegerField(default=0)
    done_by_name = models.CharField("处理人", max_length=32, blank=True)
    done_by_unit = models.ForeignKey("grids.Unit", models.PROTECT, null=True, related_name="+")
    done_words = models.CharField("处理说明", max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "sequence"], condition=Q(sequence__gt=0), name="one_return_an_event"
            ),
            models.UniqueConstraint(
                fields=["appeal", "event"], condition=Q(sequence=0), name="one_return_of_what_we_did_not_send"
            ),
            models.CheckConstraint(
                condition=Q(state="open", done_at=None) | ~Q(state="open") & Q(done_at__isnull=False),
                name="a_return_that_was_dealt_with_has_its_moment",
            ),
        ]
        indexes = [models.Index(fields=["appeal"], condition=Q(state="open"), name="hotline_return_open")]


class HotlineNotice(models.Model):
    """A return that the city sent by itself, by its key: the same one again changes nothing."""

    key = models.CharField(max_length=120, unique=True)
    digest = models.CharField(max_length=64)
    returned = models.ForeignKey(HotlineReturn, models.PROTECT, related_name="notices")
    received_at = models.DateTimeField()
