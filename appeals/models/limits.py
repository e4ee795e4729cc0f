"""What a unit asks for when its limit does not fit: more time 延期, or to lie until a later day 挂账."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from appeals.models.appeal import Appeal
from appeals.models.handling import Assignment

# Neither decided, nor lapsed with the work that it was asked for.
PENDING = Q(granted=None, lapsed_at=None)


class LimitRequest(models.Model):
    """A request, and what became of it: `granted` is null while it waits, and for ever once `lapsed_at` is set."""

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="%(class)ss")
    reason = models.CharField("理由", max_length=2000)
    asked_by_user = models.BigIntegerField()
    asked_by_name = models.CharField("申请人", max_length=32)
    asked_by_unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="申请单位")
    asked_at = models.DateTimeField("申请时间")
    decider = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="审批单位")
    granted = models.BooleanField("审批", null=True)
    decided_by_user = models.BigIntegerField(default=0)
    decided_by_name = models.CharField("审批人", max_length=32, blank=True)
    decided_at = models.DateTimeField("审批时间", null=True)
    decision_words = models.CharField("审批意见", max_length=1000, blank=True)
    lapsed_at = models.DateTimeField("失效时间", null=True)

    class Meta:
        abstract = True

    @property
    def outcome(self) -> str:
        """For people: 待审批, 已同意, 未同意 or 已失效."""
        if self.granted is not None:
            return "已同意" if self.granted else "未同意"
        return "已失效" if self.lapsed_at else "待审批"


class Extension(LimitRequest):
    """A request for more time on one clock of one part: `amount` of `unit` (working_days)."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="extensions")
    clock_id = models.BigIntegerField()
    clock_kind = models.CharField(max_length=32)
    amount = models.PositiveIntegerField("延长")
    unit = models.CharField(max_length=20)
    due_before = models.DateTimeField("原时限")
    due_after = models.DateTimeField("新时限", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment"], condition=PENDING, name="one_pending_extension_a_part"),
            models.CheckConstraint(
                condition=~Q(granted=True) | Q(due_after__isnull=False), name="a_granted_extension_has_its_limit"
            ),
        ]
        indexes = [
            models.Index(fields=["appeal", "id"], name="extension_appeal"),
            models.Index(fields=["clock_id"], condition=Q(granted=True), name="extension_of_clock"),
            models.Index(fields=["decider", "appeal"], condition=PENDING, name="extension_to_decide"),
        ]


class Shelving(LimitRequest):
    """A request to put the work aside until `review_on`; once granted also the time that it lay, to `ended_at`."""

    KINDS = [
        ("season", "等待施工季节"),
        ("funds", "等待资金计划"),
        ("ownership", "等待产权或诉讼结果"),
        ("policy", "等待上级政策"),
        ("other", "其他"),
    ]
    ENDS = [("review", "到期恢复"), ("by_hand", "提前恢复")]

    kind = models.CharField("挂账原因", max_length=9, choices=KINDS)
    review_on = models.DateField("复核日期")
    ended_at = models.DateTimeField("恢复时间", null=True)
    ended_how = models.CharField(max_length=7, choices=ENDS, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal"], condition=PENDING, name="one_pending_shelving_an_appeal"),
            models.UniqueConstraint(
                fields=["appeal"], condition=Q(granted=True, ended_at=None), name="shelved_once_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["appeal", "id"], name="shelving_appeal"),
            models.Index(fields=["decider", "appeal"], condition=PENDING, name="shelving_to_decide"),
        ]
