"""Quotas of staff 编制 of streets and communities: approved against filled, each change with its grounds."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.scope import UnitKind
from grids.models.units import Unit
from grids.quotas.querysets import QuotaProposalQuerySet, QuotaQuerySet

ADMINISTRATIVE, INSTITUTION, ADMIN_LEADERS, INSTITUTION_LEADERS, WORKERS = (
    "administrative", "institution", "admin_leaders", "inst_leaders", "workers",
)  # fmt: skip
QUOTA_KINDS = [
    (ADMINISTRATIVE, "行政编制"), (INSTITUTION, "事业编制"), (ADMIN_LEADERS, "行政领导职数"),
    (INSTITUTION_LEADERS, "事业领导职数"), (WORKERS, "社区工作者"),
]  # fmt: skip
# Which units have a quota of a kind.
QUOTA_LEVEL = {kind: UnitKind.COMMUNITY if kind == WORKERS else UnitKind.STREET for kind, _ in QUOTA_KINDS}


class Quota(models.Model):
    """How many posts of a kind a unit has, and how many are filled. Its place on the line is stored on it."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="quotas")
    district = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    street = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    community = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    kind = models.CharField("类别", max_length=14, choices=QUOTA_KINDS)
    approved = models.PositiveIntegerField("核定", default=0)
    # Of community workers those in service are counted, see grids.quotas.counts; this column stays 0.
    filled = models.PositiveIntegerField("实有", default=0)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "kind"], name="one_quota_of_a_kind")]
        indexes = [models.Index(fields=["district", "kind"], name="quota_of_district")]

    def __str__(self) -> str:
        return f"{self.unit.name}{self.get_kind_display()}"


class QuotaEvent(models.Model):
    """A change of what is approved or filled: append-only."""

    APPROVED, FILLED = "approved", "filled"
    WHAT = [(APPROVED, "核定"), (FILLED, "实有")]

    quota = models.ForeignKey(Quota, models.PROTECT, related_name="events")
    what = models.CharField("变动", max_length=8, choices=WHAT)
    delta = models.IntegerField("增减")
    after = models.PositiveIntegerField("变动后")
    document = models.CharField("文号", max_length=100, blank=True)
    on = models.DateField("日期")
    grounds = models.CharField("依据", max_length=300, blank=True)
    # Why without a person's hand: "career_procedure" and its key; once each.
    cause = models.CharField(max_length=64, blank=True)
    by_user = models.BigIntegerField()
    by_name = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(delta=0), name="a_quota_event_changes_something"),
            models.UniqueConstraint(
                fields=["quota", "cause"], condition=~Q(cause=""), name="one_quota_event_of_a_cause"
            ),
        ]
        indexes = [models.Index(fields=["quota", "-on", "-id"], name="quota_event_latest")]


class QuotaProposal(models.Model):
    """What a street asks for: more or fewer approved posts; the district centre decides."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    district = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    street = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField("类别", max_length=14, choices=QUOTA_KINDS)
    delta = models.IntegerField("增减")
    words = models.CharField("理由", max_length=500)
    proposed_by_user = models.BigIntegerField()
    proposed_by_name = models.CharField(max_length=64)
    proposed_at = models.DateTimeField("提出时间")
    accepted = models.BooleanField(null=True)
    answer = models.CharField("答复", max_length=500, blank=True)
    decided_by_user = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)

    objects = QuotaProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind"], condition=Q(accepted=None), name="one_open_quota_proposal_of_a_kind"
            ),
            models.CheckConstraint(condition=~Q(delta=0), name="a_quota_proposal_changes_something"),
        ]
        indexes = [models.Index(fields=["district", "-proposed_at"], name="quota_proposal_latest")]

    def __str__(self) -> str:
        return f"{self.unit.name}{self.get_kind_display()} {self.delta:+d}"
