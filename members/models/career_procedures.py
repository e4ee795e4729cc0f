"""Procedures about a career (promotion, removal, reward and discipline), and the yearly appraisal."""

from django.db import models
from django.db.models import Q

from members.careers.querysets import CareerScopedQuerySet, ProcedureQuerySet, RoundQuerySet
from members.models.careers import Career
from members.models.placed import Placed

PROMOTION, REMOVAL, MEASURE = "promotion", "removal", "measure"
PROCEDURE_KINDS = [(PROMOTION, "晋升"), (REMOVAL, "清退"), (MEASURE, "奖惩")]
PROCEDURE_STATES = [
    ("nominated", "已提名"), ("reviewed", "街道已审核"), ("public_notice", "公示中"), ("suspended", "公示中止"),
    ("noticed", "公示期满"), ("appointed", "已任用"), ("proposed", "已提出"), ("hearing", "申辩期内"),
    ("heard", "申辩期满"), ("decided", "已决定，待送达"), ("removed", "已清退"), ("measured", "已生效"),
    ("refused", "未通过"), ("withdrawn", "已撤回"),
]  # fmt: skip
RESULTS = [("excellent", "优秀"), ("good", "合格"), ("basic", "基本合格"), ("failed", "不合格")]


class CareerProcedure(Placed):
    """One procedure about one career. The place is the career's when it began, so that its file stays where it was.

    `content` says what is asked: a promotion's path; a removal's reason; a measure's kind, name and time. `waivers`:
    condition → who waived it, when, on what grounds.
    """

    career = models.ForeignKey(Career, models.PROTECT, related_name="procedures")
    kind = models.CharField("类型", max_length=9, choices=PROCEDURE_KINDS)
    path = models.CharField("事项", max_length=16)
    state = models.CharField("状态", max_length=13, choices=PROCEDURE_STATES)
    words = models.CharField("理由", max_length=500)
    content = models.JSONField(default=dict)
    waivers = models.JSONField(default=dict)
    proposed_by_user = models.BigIntegerField()
    proposed_by_name = models.CharField(max_length=64)
    proposed_by_unit = models.BigIntegerField()
    opened_at = models.DateTimeField("提出时间")
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField("结束时间", null=True)
    # What a list shows of the clocks: the one that runs, until when, and the card it has drawn.
    clock_kind = models.CharField(max_length=32, blank=True)
    due_at = models.DateTimeField("时限", null=True)
    card = models.CharField(max_length=6, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["career", "kind"], condition=Q(ended_at=None), name="one_open_procedure_of_a_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["district", "due_at", "id"], name="procedure_district"),
            models.Index(fields=["street", "due_at", "id"], name="procedure_street"),
            models.Index(fields=["community", "due_at", "id"], name="procedure_community"),
        ]

    def __str__(self) -> str:
        return f"{self.career.person.name}{self.get_kind_display()}"


class CareerProcedureEntry(models.Model):
    """A step of a procedure: append-only."""

    procedure = models.ForeignKey(CareerProcedure, models.PROTECT, related_name="entries")
    step = models.CharField(max_length=16)
    state = models.CharField("状态", max_length=13, choices=PROCEDURE_STATES)
    words = models.CharField("说明", max_length=500, blank=True)
    data = models.JSONField(default=dict)
    by_user = models.BigIntegerField()
    by_name = models.CharField(max_length=64)
    by_unit = models.CharField(max_length=64)
    at = models.DateTimeField()


class AppraisalRound(models.Model):
    """A street's appraisal of a year: filled in by communities, reviewed by the street, decided by the district."""

    OPEN, REVIEWED, DECIDED = "open", "reviewed", "decided"
    STATES = [(OPEN, "社区初评"), (REVIEWED, "街道已审核"), (DECIDED, "已审定")]

    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    street = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="街道")
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField("状态", max_length=8, choices=STATES, default=OPEN)
    opened_at = models.DateTimeField("开始时间")
    opened_by_name = models.CharField(max_length=64)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by_name = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = RoundQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["street", "year"], name="one_appraisal_of_a_year")]
        indexes = [models.Index(fields=["district", "-year", "-id"], name="appraisal_round_latest")]

    def __str__(self) -> str:
        return f"{self.street.name} {self.year} 年度考核"


class Appraisal(Placed):
    """One person's line of a round."""

    round = models.ForeignKey(AppraisalRound, models.PROTECT, related_name="lines")
    career = models.ForeignKey(Career, models.PROTECT, related_name="appraisals")
    result = models.CharField("结果", max_length=9, choices=RESULTS, blank=True)
    words = models.CharField("评语", max_length=200, blank=True)

    objects = CareerScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "career"], name="one_line_of_a_round")]
