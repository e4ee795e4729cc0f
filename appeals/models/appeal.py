"""The appeal itself, its number, and what may be chosen for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from appeals.models.categories import Category
from appeals.querysets import AppealQuerySet

if TYPE_CHECKING:
    from appeals.repeats.company import Company

STATES = [
    ("registered", "待交办"),
    ("dispatched", "待签收"),
    ("in_progress", "办理中"),
    ("shelved", "挂账"),
    ("resolved", "待回访"),
    ("closed", "已归档"),
    ("merged", "已并案"),
    ("rejected", "不予受理"),
]
CHANNELS = [
    ("hotline", "12345热线"),
    ("grid", "网格上报"),
    ("counter", "来访窗口"),
    ("phone", "来电"),
    ("walk", "走访发现"),
    ("online", "网络留言"),
    ("leader", "领导交办"),
    ("snapshot", "随手拍"),
    ("enterprise", "企业上报"),
]
URGENCIES = [(0, "一般"), (1, "较急"), (2, "紧急")]
HANDLING_KINDS = [("enquiry", "咨询"), ("ordinary", "一般诉求"), ("complex", "疑难诉求")]


class NumberCounter(models.Model):
    """The last number given out on a day, locked by the transaction that takes the next."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Appeal(models.Model):
    """One appeal. It keeps the district, street, community and grid that it happened in, whatever becomes of them.

    `desk_unit` is whose desk it is on: who must dispatch it while registered, who dispatched it while it is
    handled, who must visit while resolved. `lead_unit` is who handles it. `due_at`, `clock_kind` and `card`
    repeat the main clock, so that a list reads one table.
    """

    number = models.CharField("工单号", max_length=20, unique=True)
    query_code = models.CharField(max_length=8)
    source_number = models.CharField("来源编号", max_length=64, blank=True)
    channel = models.CharField("来源渠道", max_length=10, choices=CHANNELS)
    title = models.CharField("标题", max_length=100)
    content = models.TextField("诉求内容", max_length=10_000)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name="诉求类别")
    urgency = models.PositiveSmallIntegerField("紧急程度", choices=URGENCIES, default=0)
    handling_kind = models.CharField("办理类型", max_length=8, choices=HANDLING_KINDS, default="ordinary")
    state = models.CharField("状态", max_length=11, choices=STATES, default="registered")

    complainant = models.CharField("诉求人", max_length=64, blank=True)
    # Sealed values are bound to `seal_key`, which never changes; see governance.privacy.
    seal_key = models.UUIDField(editable=False)
    phone_sealed = models.CharField(max_length=255, blank=True)
    phone_index = models.CharField(max_length=64, blank=True)
    phone_masked = models.CharField("联系电话", max_length=20, blank=True)
    identity_sealed = models.CharField(max_length=255, blank=True)
    identity_index = models.CharField(max_length=64, blank=True)
    identity_masked = models.CharField("身份证号", max_length=20, blank=True)
    is_confidential = models.BooleanField("要求保密", default=False)

    address = models.CharField("事发地址", max_length=200, blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    street = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    community = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    grid = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")

    desk_unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    lead_unit = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    handler_name = models.CharField("经办人", max_length=32, blank=True)
    registered_by_user = models.BigIntegerField()
    registered_by_unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    registered_by_name = models.CharField(max_length=32)

    # When the complainant spoke (the hotline's time), and when it came to this platform.
    raised_at = models.DateTimeField("诉求时间")
    registered_at = models.DateTimeField("登记时间")
    first_dispatched_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField("办结时间", null=True)
    closed_at = models.DateTimeField("归档时间", null=True)
    changed_at = models.DateTimeField()

    policy_version = models.ForeignKey("deadlines.PolicyVersion", models.PROTECT, null=True)
    clock_kind = models.CharField(max_length=32, blank=True)
    due_at = models.DateTimeField("办理时限", null=True)
    card = models.CharField(
        "亮牌", max_length=6, choices=[("", "正常"), ("yellow", "黄牌"), ("red", "红牌")], blank=True
    )
    red_cards = models.PositiveSmallIntegerField(default=0)
    ladder = models.PositiveSmallIntegerField(default=0)
    is_supervised = models.BooleanField("督办", default=False)
    send_back_pending = models.BooleanField("退单待裁", default=False)
    rehandles = models.PositiveSmallIntegerField("重办次数", default=0)
    visit_attempts = models.PositiveSmallIntegerField(default=0)
    repeats = models.PositiveSmallIntegerField("重复次数", default=0)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    result = models.TextField("办理情况", max_length=10_000, blank=True)
    public_reply = models.TextField("公开答复", max_length=10_000, blank=True)
    close_kind = models.CharField(max_length=12, blank=True)
    satisfaction = models.CharField("满意度", max_length=12, blank=True)
    # Two-character pieces of title, content, place and names (governance.search): Chinese has no spaces to split at.
    search = SearchVectorField(null=True)
    # The phone's own key for a report, so that one sent twice from a stairwell without signal arrives once.
    client_key = models.UUIDField(null=True, unique=True, editable=False)
    # Grows with every change: a form that was opened before somebody else's change is told so.
    revision = models.PositiveIntegerField(default=1)

    # Set by `appeals.repeats.company` where a page shows it.
    company: Company | None = None

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "source_number"], condition=~Q(source_number=""), name="one_appeal_per_source_number"
            ),
            models.CheckConstraint(
                condition=~Q(state="merged") | Q(parent__isnull=False), name="a_merged_appeal_has_a_parent"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("dispatched", "in_progress", "shelved")) | Q(lead_unit__isnull=False),
                name="what_is_handled_has_a_lead_unit",
            ),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False),
                name="a_point_has_both_coordinates",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "-registered_at", "-id"], name="appeal_district"),
            models.Index(fields=["street", "-registered_at", "-id"], name="appeal_street"),
            models.Index(fields=["community", "-registered_at", "-id"], name="appeal_community"),
            models.Index(fields=["grid", "-registered_at", "-id"], name="appeal_grid"),
            models.Index(fields=["district", "state", "-registered_at", "-id"], name="appeal_district_state"),
            models.Index(fields=["street", "state", "-registered_at", "-id"], name="appeal_street_state"),
            models.Index(fields=["community", "state", "-registered_at", "-id"], name="appeal_community_state"),
            models.Index(fields=["category", "-registered_at", "-id"], name="appeal_category"),
            models.Index(fields=["registered_by_user", "-registered_at", "-id"], name="appeal_logged_by"),
            # "Logged by me, but outside my unit" reads this index alone.
            models.Index(fields=["registered_by_user", "street", "community", "grid"], name="appeal_logged_where"),
            models.Index(fields=["registered_at", "id"], name="appeal_newest"),
            models.Index(fields=["district", "channel", "-registered_at", "-id"], name="appeal_channel"),
            models.Index(fields=["district", "urgency", "-registered_at", "-id"], name="appeal_urgency"),
            models.Index(fields=["lead_unit", "-registered_at", "-id"], name="appeal_lead_newest"),
            models.Index(fields=["handler_name", "-registered_at", "-id"], name="appeal_handler"),
            models.Index(fields=["lead_unit", "state", "due_at"], name="appeal_lead"),
            models.Index(fields=["desk_unit", "state", "due_at"], name="appeal_desk"),
            models.Index(fields=["district", "card", "due_at"], condition=~Q(card=""), name="appeal_cards"),
            models.Index(
                fields=["district", "-registered_at", "-id"], condition=Q(ladder__gte=3), name="appeal_leaders"
            ),
            # The newest of a number that very many appeals carry, such as a call centre's own.
            models.Index(
                fields=["phone_index", "-registered_at", "-id"],
                condition=~Q(phone_index=""),
                name="appeal_phone_newest",
            ),
            models.Index(fields=["identity_index"], condition=~Q(identity_index=""), name="appeal_identity"),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="appeal_children"),
            GinIndex(fields=["search"], name="appeal_search"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def late_step(self) -> str:
        """The name of the limit that a list shows, where it is another than that of the appeal's state."""
        names = {
            "accept": "签收",
            "first_contact": "首次联系",
            "supervision_answer": "督办答复",
            "extension_decision": "延期审批",
            "shelve_review": "挂账复核",
            "hotline_return": "热线退回",
        }
        return "环节" if self.clock_kind.startswith("stage_") else names.get(self.clock_kind, "")
